import { capital } from "../../../shared/capital.ts";
import { counted } from "../../../shared/counted.ts";
import {
  burstWordsPerMinute,
  eventsMax,
  paceMs,
  type QualityReport,
} from "../../../shared/quality-report.ts";
import { alertRules } from "../../../shared/stats.ts";
import { erasureAbout, erasureInWords } from "../../../shared/stats-words.ts";
import { durationInWords, latencyInWords, shareInWords, timesInWords } from "./words.ts";

export type Verdict = {
  /** How much had captions, and how soon. */
  readonly main: readonly string[];
  readonly more: readonly string[];
};

/** How good it was, in sentences that say nothing but what was measured. */
export function verdictOf(report: QualityReport): Verdict {
  return {
    main: [completeness(report), promptness(report)],
    more: [
      connections(report),
      gaps(report),
      pace(report),
      stability(report),
      corrections(report),
      alerts(report),
      audience(report),
    ],
  };
}

function completeness({ audio: { speech, uncaptioned }, text: { words } }: QualityReport): string {
  if (speech === 0) return words === 0 ? "Nobody spoke." : "How much was spoken is not known.";
  if (uncaptioned === 0) return `All ${durationInWords(speech)} of speech had captions.`;
  const share = Math.max(0, 1 - uncaptioned / speech);
  return `${shareInWords(share)} of the speech had captions: ${durationInWords(uncaptioned)} of ${durationInWords(speech)} had none.`;
}

function promptness({ latency: { transcript }, minutes }: QualityReport): string {
  if (transcript === null) return "How far they were behind the speech was not measured.";
  const { limit } = alertRules.latency_high;
  const { p50, p95 } = transcript;
  const lags = minutes.map(({ lag }) => lag).filter((lag) => lag !== null);
  const late = lags.filter((lag) => lag.p95 > limit).length;
  const told =
    late === 0 ? "no minute was" : `${late} of ${counted(lags.length, "minute was", "minutes were")}`;
  const over = lags.length === 0 ? "" : `: ${told} over it`;
  return `They were ${latencyInWords(p50)} behind the speech as a rule (median), and ${latencyInWords(p95)} or less 95 % of the time. Good is up to ${limit} ms${over}.`;
}

function connections({ upstream, publisher, interruptions }: QualityReport): string {
  const { lost, failed } = upstream;
  const refused =
    failed === 0
      ? ""
      : ` The speech service refused a connection, or did not answer, ${timesInWords(failed)}.`;
  if (lost === 0 && publisher.lost === 0) return `No connection was lost.${refused}`;
  const parts = [
    ...(lost === 0 ? [] : [`The connection to the speech service was lost ${timesInWords(lost)}`]),
    ...(publisher.lost === 0
      ? []
      : [`the publisher's ${lost === 0 ? "connection was lost " : ""}${timesInWords(publisher.lost)}`]),
  ];
  const longest = Math.max(0, ...interruptions.map(({ tookMs }) => tookMs ?? 0));
  const took = longest === 0 ? "" : `; the longest wait was ${durationInWords(longest)}`;
  return `${capital(parts.join(", and "))}${took}.${refused}`;
}

function gaps({ gaps: { count, ms, filled } }: QualityReport): string {
  if (count === 0) return "The transcript has no gaps.";
  const later = filled === 0 ? "" : `, of which ${filled === count ? "all" : filled} filled later`;
  return `The transcript has ${counted(count, "gap")} (${durationInWords(ms)})${later}.`;
}

function pace({ bursts, text: { words }, audio: { received } }: QualityReport): string {
  const seconds = paceMs / 1_000;
  const average =
    received === 0
      ? ""
      : `${counted(words, "word")}, ${Math.round(words / (received / 60_000))} a minute on average. `;
  if (bursts.length === 0)
    return `${average}Nobody spoke faster than ${burstWordsPerMinute} words a minute for ${seconds} seconds.`;
  const fastest = Math.max(...bursts.map(({ wordsPerMinute }) => wordsPerMinute));
  const times = bursts.length >= eventsMax ? `at least ${eventsMax} times` : timesInWords(bursts.length);
  return `${average}It was spoken faster than ${burstWordsPerMinute} words a minute, hard to read along, ${times}, up to ${fastest}.`;
}

function stability({ erasure, text: { erasedWords } }: QualityReport): string {
  if (erasure === null) return "No words were shown.";
  if (erasedWords === 0) return "No word was taken back before it was final.";
  return `For each final word ${erasureInWords(erasure)} words were taken back: ${erasureAbout}.`;
}

function corrections({ text }: QualityReport): string {
  if (text.corrections === 0) return "Nothing was corrected by hand.";
  return `${counted(text.corrections, "caption was", "captions were")} corrected by hand.`;
}

function alerts({ alerts: told }: QualityReport): string {
  return told.length === 0
    ? "There was no alert."
    : `There ${told.length === 1 ? "was" : "were"} ${counted(told.length, "alert")}.`;
}

function audience({ audience: { peak, joined, tooSlow } }: QualityReport): string {
  if (peak === 0) return "Nobody watched.";
  const came = joined === 0 ? "" : `; somebody came ${timesInWords(joined)}`;
  const slow = tooSlow === 0 ? "" : `; ${tooSlow} had to come back because they fell behind`;
  return `At most ${counted(peak, "viewer")} watched at a time${came}${slow}.`;
}
