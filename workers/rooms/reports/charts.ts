import { burstWordsPerMinute, type QualityReport } from "../../../shared/quality-report.ts";
import { alertRules } from "../../../shared/stats.ts";
import { type Bin, type Bins, paceIn } from "./bins.ts";
import { type Axis, chart, type Happening, type Html, lanes } from "./chart.ts";
import type { Clock } from "./clock.ts";
import { durationInWords, latencyInWords } from "./words.ts";

const minuteMs = 60_000;

/** How a bin is spoken of. */
export function stretchInWords(step: number): string {
  return step === 1 ? "minute" : step === 60 ? "hour" : `${step} minutes`;
}

/** One under the other, along the same time. */
export function charts({ session, audio }: QualityReport, { step, bins }: Bins, clock: Clock): Html[] {
  const axis = axisOf({ step, bins }, session.startedAt, clock);
  const each = `each ${stretchInWords(step)}`;
  const paces = bins.map((bin) => paceIn(bin, step, audio.received));
  return [lagChart(bins, axis, each), paceChart(bins, paces, axis, each), uncaptionedChart(bins, axis, each)];
}

/** Of so many parts are the times below an axis, where it is long enough; of those that end equally soon the first. */
const partings = [4, 5, 3];

/** Ends at the first time below it that is not before the end: each part has as many bins as the others. */
function axisOf({ step, bins }: Bins, startedAt: number, clock: Clock): Axis {
  const lengthIn = (parts: number): number => parts * Math.ceil(bins.length / parts);
  const shortest = partings.reduce((best, parts) => (lengthIn(parts) < lengthIn(best) ? parts : best));
  const parts = bins.length < shortest ? Math.max(1, bins.length) : shortest;
  const stretches = Math.max(1, lengthIn(parts));
  const times = Array.from({ length: parts + 1 }, (_, at) =>
    clock.minuteOf(startedAt + (at / parts) * stretches * step * minuteMs),
  );
  return { stretches, times };
}

function lagChart(bins: readonly Bin[], axis: Axis, each: string): Html {
  const { limit } = alertRules.latency_high;
  const lags = bins.map(({ lag }) => lag);
  const worst = Math.max(0, ...lags.map((lag) => lag?.p95 ?? 0));
  const late = lags.filter((lag) => lag !== null && lag.p95 > limit).length;
  return chart({
    title: `Behind the speech, ${each}`,
    told: `At worst ${latencyInWords(worst)} (95 % of the time); over ${limit} ms in ${late} of ${bins.length} bars.`,
    unit: "ms",
    bars: [{ name: "as a rule (median)", look: "plain", values: lags.map((lag) => lag?.p50 ?? null) }],
    line: { name: "95 % of the time, at most", values: lags.map((lag) => lag?.p95 ?? null) },
    limit: { name: `${limit} ms`, value: limit },
    axis,
  });
}

function paceChart(bins: readonly Bin[], paces: readonly number[], axis: Axis, each: string): Html {
  const fast = bins.map(({ fastest }) => fastest > burstWordsPerMinute);
  const count = fast.filter(Boolean).length;
  const fastest = Math.max(0, ...bins.map((bin) => bin.fastest));
  return chart({
    title: `Words a minute, ${each}`,
    told: `At most ${fastest} words a minute; over ${burstWordsPerMinute} in ${count} of ${bins.length} bars.`,
    unit: "words",
    bars: [{ name: "spoken", look: "plain", values: paces }],
    line: { name: "fastest 10 seconds", values: bins.map((bin) => bin.fastest) },
    limit: { name: `${burstWordsPerMinute} words a minute`, value: burstWordsPerMinute },
    marks: { name: "faster than can be read along", at: fast },
    axis,
  });
}

function uncaptionedChart(bins: readonly Bin[], axis: Axis, each: string): Html {
  const uncaptioned = bins.reduce((total, bin) => total + bin.uncaptionedMs, 0);
  const affected = bins.filter((bin) => bin.uncaptionedMs > 0).length;
  return chart({
    title: `Speech without captions, ${each}`,
    told: `${durationInWords(uncaptioned)} of speech without captions, in ${affected} of ${bins.length} bars.`,
    unit: "s",
    bars: [
      { name: "speech", look: "soft", values: bins.map(({ speechMs }) => speechMs / 1_000) },
      { name: "without captions", look: "bad", values: bins.map((bin) => bin.uncaptionedMs / 1_000) },
    ],
    axis,
  });
}

/** What happened when, a lane for each kind. */
export function happenings(report: QualityReport, bins: Bins, clock: Clock): Html {
  const { session, gapRanges, interruptions, bursts, alerts } = report;
  const axis = axisOf(bins, session.startedAt, clock);
  const ms = axis.stretches * bins.step * minuteMs;
  const lost = (which: "upstream" | "publisher"): Happening[] =>
    interruptions
      .filter(({ what }) => what === which)
      .map(({ start, tookMs }) => ({ start, end: tookMs === null ? ms : start + tookMs }));
  const alerted = alerts.map(({ since, until }) => ({
    start: Math.max(0, since - session.startedAt),
    end: until === null ? ms : until - session.startedAt,
  }));
  const all = [
    { name: "Gaps", happenings: gapRanges },
    { name: "Speech service lost", happenings: lost("upstream") },
    { name: "Publisher lost", happenings: lost("publisher") },
    { name: `Over ${burstWordsPerMinute} words a minute`, happenings: bursts },
    { name: "Alerts", happenings: alerted },
  ];
  return lanes(all, ms, axis);
}
