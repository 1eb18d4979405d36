import { html } from "hono/html";
import { counted } from "../../../shared/counted.ts";
import type { QualityReport } from "../../../shared/quality-report.ts";
import { type Alert, alertRules, type Latency, type Spread } from "../../../shared/stats.ts";
import { alertTitles, erasureInWords, latencyWords } from "../../../shared/stats-words.ts";
import { type Bins, paceIn } from "./bins.ts";
import type { Html } from "./chart.ts";
import type { Clock } from "./clock.ts";
import { durationInWords, latencyInWords, shareInWords } from "./words.ts";

type Cell = string | number;
type Table = {
  readonly name: string;
  readonly columns: readonly string[];
  /** The first cell of each names it. */
  readonly rows: readonly (readonly Cell[])[];
};

/** Wide ones are moved sideways by themselves, also by keyboard. */
function table({ name, columns, rows }: Table, kind = ""): Html {
  return html`<div class="${`wide ${kind}`.trim()}" role="region" aria-label="${name}" tabindex="0"><table>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ([first, ...cells]) =>
    html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`,
)}</tbody>
</table></div>`;
}

function folded(content: Table, summary = content.name): Html {
  return html`<details><summary>${summary}</summary>
${table(content)}
</details>
`;
}

/** The same figures as in the charts. */
export function byTime({ session, audio }: QualityReport, { step, bins }: Bins, clock: Clock): Html {
  const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
  return folded({
    name: "These figures as a table",
    columns: [
      "From",
      "Behind, median (ms)",
      "Behind, 95 % (ms)",
      "Words a minute",
      "Fastest (words a minute)",
      "Speech (s)",
      "Without captions (s)",
      "Gaps (s)",
      "Taken back for each final word",
      "Corrections",
      "Speech service lost",
      "Publisher lost",
      "Viewers",
    ],
    rows: bins.map((bin) => [
      clock.minuteOf(session.startedAt + bin.from * 60_000),
      bin.lag === null ? "–" : Math.round(bin.lag.p50),
      bin.lag === null ? "–" : Math.round(bin.lag.p95),
      Math.round(paceIn(bin, step, audio.received)),
      bin.fastest,
      seconds(bin.speechMs),
      seconds(bin.uncaptionedMs),
      seconds(bin.gapMs),
      bin.words === 0 ? "–" : erasureInWords(bin.erasedWords / bin.words),
      bin.corrections,
      bin.upstreamLost,
      bin.publisherLost,
      bin.viewers,
    ]),
  });
}

export function latencies(latency: Latency): Html {
  const figure = (ms: number): string => Math.round(ms).toLocaleString("en");
  const row = (name: string, spread: Spread | null): Cell[] =>
    spread === null
      ? [name, "–", "–", "–", "–", 0]
      : [name, ...[spread.p50, spread.p95, spread.p99, spread.max].map(figure), spread.count];
  return table(
    {
      name: "Latency in milliseconds",
      columns: ["What", "Median", "95 %", "99 %", "Longest", "Times"],
      rows: latencyWords.map(({ key, name }) => row(name, latency[key])),
    },
    "latency",
  );
}

/** What happened when, a list for each kind that there is something of. */
export function lists(report: QualityReport, clock: Clock): Html[] {
  const { session, gapRanges, interruptions, bursts, alerts } = report;
  const time = (ms: number): string => clock.secondOf(session.startedAt + ms);
  const all: Table[] = [
    {
      name: counted(gapRanges.length, "gap"),
      columns: ["From", "To", "Length", "Since then"],
      rows: gapRanges.map(({ start, end, filled }) => [
        time(start),
        time(end),
        durationInWords(end - start),
        filled ? "filled later" : "not filled",
      ]),
    },
    {
      name: counted(interruptions.length, "interruption"),
      columns: ["At", "What was lost", "How long"],
      rows: interruptions.map(({ what, start, tookMs }) => [
        time(start),
        what === "upstream" ? "the speech service" : "the publisher",
        tookMs === null ? "it did not come back" : durationInWords(tookMs),
      ]),
    },
    {
      name: counted(bursts.length, "stretch too fast to read along", "stretches too fast to read along"),
      columns: ["From", "To", "Words a minute"],
      rows: bursts.map(({ start, end, wordsPerMinute }) => [time(start), time(end), wordsPerMinute]),
    },
    {
      name: counted(alerts.length, "alert"),
      columns: ["From", "To", "What", "Worst", "Good up to"],
      rows: alerts.map((alert) => [
        clock.secondOf(alert.since),
        alert.until === null ? "it lasts" : clock.secondOf(alert.until),
        alertTitles[alert.kind],
        inUnit(alert.worst, alert),
        inUnit(alert.limit, alert),
      ]),
    },
  ];
  return all.filter(({ rows }) => rows.length > 0).map((one) => folded(one));
}

function inUnit(value: number, { kind }: Alert): string {
  const { unit } = alertRules[kind];
  switch (unit) {
    case "ms":
      return latencyInWords(value);
    case "share":
      return shareInWords(value);
    case "failures":
      return `${value} in a row`;
  }
}
