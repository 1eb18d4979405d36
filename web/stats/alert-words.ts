import { counted } from "../../shared/counted.ts";
import { limits } from "../../shared/limits.ts";
import type { Alert, AlertKind } from "../../shared/stats.ts";
import { alertTitles } from "../../shared/stats-words.ts";
import { inMs, lasting, percent, timeOf } from "./figures.ts";

/** What an alert says to whoever is on air. */
export type AlertWords = {
  readonly title: string;
  /** How bad it is, in its own unit. */
  readonly measure: string;
  readonly todo: string;
};

const kept = `The newest ${limits.audioBufferMaxMs / 60_000} minutes of sound are kept for it`;

const todos: Readonly<Record<AlertKind, string>> = {
  latency_high:
    "If the way from the publisher is slow as well, look at the publisher's network: wire instead of wireless, nothing else uploading. Otherwise the speech service is slow: another model may be quicker.",
  connections_failing:
    "Captions come back by themselves each time. Look at the speech service's status page, and whether the account's number of simultaneous streams is used up.",
  no_words:
    "Listen to what the publisher sends: it may be music or noise, the wrong channel, or another language than the room is set to. If it sounds right, stop the broadcast and start it again.",
  upstream_failing: `The room goes on trying. ${kept}. Look at the speech service's status page, and at the account's key and balance.`,
};

export function alertInWords(alert: Alert): AlertWords {
  return { title: alertTitles[alert.kind], measure: measureOf(alert), todo: todos[alert.kind] };
}

function measureOf({ kind, worst, limit }: Alert): string {
  switch (kind) {
    case "latency_high":
      return `95 % of them up to ${inMs(worst)} behind the sound; up to ${inMs(limit)} is good`;
    case "connections_failing":
      return `${percent(worst)} of the last 100; up to ${percent(limit)} is good`;
    case "no_words":
      return `for ${lasting(worst)}`;
    case "upstream_failing":
      return `${counted(worst, "failure")} in a row`;
  }
}

export const isRunning = ({ until }: Alert): boolean => until === null;

/** The worst for whoever reads along goes first. */
const order: readonly AlertKind[] = ["upstream_failing", "no_words", "latency_high", "connections_failing"];

export function runningOf(alerts: readonly Alert[]): readonly Alert[] {
  return alerts.filter(isRunning).sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** One that is over, in a line. */
export function pastInWords(alert: Alert): string {
  const { title, measure } = alertInWords(alert);
  const until = alert.until === null ? "" : `–${timeOf(alert.until)}`;
  return `${timeOf(alert.since)}${until}: ${title}, ${measure}`;
}

/**
 * What is to be announced once these run: changes only when one begins or ends, however bad they become.
 *
 * @param before those that ran until now
 */
export function announcement(before: ReadonlySet<AlertKind>, running: readonly Alert[]): string {
  const now = new Set(running.map(({ kind }) => kind));
  const begun = running.filter(({ kind }) => !before.has(kind));
  const over = [...before].filter((kind) => !now.has(kind));
  return [
    ...begun.map(({ kind }) => `Alert: ${alertTitles[kind]}. ${todos[kind]}`),
    ...over.map((kind) => `Over: ${alertTitles[kind]}.`),
  ].join(" ");
}
