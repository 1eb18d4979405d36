import { html, raw } from "hono/html";
import type { QualityReport } from "../../../shared/quality-report.ts";
import { binsOf } from "./bins.ts";
import type { Html } from "./chart.ts";
import { charts, happenings, stretchInWords } from "./charts.ts";
import type { Clock } from "./clock.ts";
import { style } from "./style.ts";
import { byTime, latencies, lists } from "./tables.ts";
import { verdictOf } from "./verdict.ts";
import { durationInWords } from "./words.ts";

export type DocumentContent = {
  readonly room: string;
  readonly report: QualityReport;
  readonly clock: Clock;
};

/**
 * A report as one document that needs nothing besides itself: to read, to print, to keep and to send. It runs nothing, and
 * has the same figures as text.
 */
export function reportDocument({ room, report, clock }: DocumentContent): Html {
  const { startedAt } = report.session;
  const { main, more } = verdictOf(report);
  const bins = binsOf(report.minutes, report.audio.received);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${room}: caption quality, ${clock.dateOf(startedAt)}</title>
<style>${raw(style)}</style>
</head>
<body>
<header>
<h1>Captions of ${room}: quality report</h1>
<p class="about">${about(report, clock)}</p>
</header>
<main>
<div class="verdict">${main.map((sentence) => html`<p>${sentence}</p>\n`)}</div>
<ul>${more.map((sentence) => html`<li>${sentence}</li>\n`)}</ul>
<h2>As time went by</h2>
${
  bins.bins.length === 0
    ? html`<p>There was no audio.</p>`
    : html`<p class="note">${timesInWords(report, clock, bins.step)}</p>
${charts(report, bins, clock)}${byTime(report, bins, clock)}<h2>What happened</h2>
${happenings(report, bins, clock)}${lists(report, clock)}`
}<h2>Latency in milliseconds</h2>
${latencies(report.latency)}
</main>
</body>
</html>
`;
}

function about({ session, audio }: QualityReport, clock: Clock): string {
  const { id, startedAt, endedAt, endedBy, language, model } = session;
  const parts = [
    `${clock.dateOf(startedAt)}, ${clock.minuteOf(startedAt)} ${endInWords(startedAt, endedAt, clock)} ${clock.zoneAt(startedAt)}`,
    `${durationInWords(audio.received)} of audio`,
    ...(language === null ? [] : [`language ${language}`]),
    ...(model === null ? [] : [`model ${model}`]),
    ...(endedBy === null || endedBy === "finish" ? [] : [reasonInWords(endedBy)]),
    `session ${id}`,
  ];
  return parts.join(" · ");
}

function endInWords(startedAt: number, endedAt: number | null, clock: Clock): string {
  if (endedAt === null) return "and still running,";
  const date = clock.dateOf(endedAt);
  const time = clock.minuteOf(endedAt);
  return date === clock.dateOf(startedAt) ? `to ${time}` : `to ${date}, ${time}`;
}

/** How a session ends without its publisher's saying so. */
function reasonInWords(by: string): string {
  switch (by) {
    case "absence":
      return "ended because the publisher did not come back";
    case "takeover":
      return "ended by another publisher";
    case "failure":
      return "ended by a failure";
    default:
      return `ended by ${by}`;
  }
}

function timesInWords({ session }: QualityReport, clock: Clock, step: number): string {
  const zone = `Times of day are ${clock.zoneAt(session.startedAt)}.`;
  return step === 1
    ? zone
    : `${zone} Each bar is ${stretchInWords(step)}; of how far behind the captions were it shows the worst minute.`;
}

/** What the document may do: be seen as it is. */
export async function documentPolicy(): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  const told = btoa(String.fromCharCode(...new Uint8Array(hash)));
  return [
    "default-src 'none'",
    `style-src 'sha256-${told}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
