import { counted } from "../../shared/counted.ts";
import { burstWordsPerMinute } from "../../shared/quality-report.ts";
import { alertRules, type RoomStats, type Window, windowMs } from "../../shared/stats.ts";
import type { PlotOptions, PlotPoints } from "../plot.ts";
import { inMs, percent, plainNumber } from "./figures.ts";

/** A room as it was told last, and when now is, on its clock. */
export type Scene = {
  /** The finished ones. */
  readonly windows: readonly Window[];
  readonly nowMs: number;
  /** The room's own, of when it was told: every place that tells a pace now tells this one. */
  readonly wordsPerMinute: number;
  readonly toldAt: number;
  /** The latest session's. */
  readonly startedAt: number;
};
export type Drawing = { readonly points: readonly PlotPoints[]; readonly words: string };
export type PlotPlan = PlotOptions & { draw(scene: Scene): Drawing };

const minuteMs = 60_000;
/** The plots go back to here at least, minutes; further when there is more. */
const from = -2;
/** In the pauses of a speaker nothing is measured. A line goes on over so much, and breaks where it is more. */
const bridgedMs = 20_000;
/** What is only asked for now and then has longer pauses. */
const bridgedSampledMs = 60_000;
/** Of less a pace is not drawn. */
const minPaceMs = 30_000;

/** The last window is still going on: what it counts is not all that will be in it. */
export function sceneOf(stats: RoomStats, nowMs: number): Scene {
  return {
    windows: stats.recent.filter(({ at }) => at + windowMs <= stats.at),
    nowMs,
    wordsPerMinute: stats.wordsPerMinute,
    toldAt: stats.at,
    startedAt: stats.session?.startedAt ?? stats.at,
  };
}

const minutesAgo = (at: number, nowMs: number): number => (at + windowMs - nowMs) / minuteMs;

/** `null` of a window: nothing was measured in it. */
export function lineOf(
  { windows, nowMs }: Scene,
  measureOf: (window: Window) => number | null,
  bridgeMs: number = bridgedMs,
): PlotPoints {
  const points: (readonly [number, number | null])[] = [];
  let before: number | null = null;
  for (const window of windows) {
    const value = measureOf(window);
    if (value === null) continue;
    if (before !== null && window.at - before > bridgeMs)
      points.push([minutesAgo(before + windowMs, nowMs), null]);
    points.push([minutesAgo(window.at, nowMs), value]);
    before = window.at;
  }
  // The axis ends now, also when nothing has come for a while.
  return [...points, [0, null]];
}

/** As long as the axis. */
function levelAt(value: number, { windows, nowMs }: Scene): PlotPoints {
  const [oldest] = windows;
  const begin = oldest === undefined ? from : Math.min(from, minutesAgo(oldest.at, nowMs));
  return [
    [begin, value],
    [0, value],
  ];
}

const known = (values: readonly (number | null)[]): readonly number[] =>
  values.filter((value) => value !== null);

/**
 * Words a minute: in the minute until the end of each window, or in the latest session's time until then. Of less than half a
 * minute a line would say little: words come a sentence at a time.
 */
export function pacesOf({
  windows,
  startedAt,
}: Pick<Scene, "windows" | "startedAt">): ReadonlyMap<Window, number> {
  const paces = new Map<Window, number>();
  let first = 0;
  let words = 0;
  let begunAt = windows[0]?.at ?? 0;
  for (const window of windows) {
    const endsAt = window.at + windowMs;
    const isOfLatest = endsAt > startedAt;
    if (isOfLatest) begunAt = Math.max(begunAt, startedAt);
    words += window.words;
    const from = isOfLatest ? Math.max(startedAt - windowMs, window.at - minuteMs) : window.at - minuteMs;
    for (; (windows[first]?.at ?? window.at) <= from; first += 1) words -= windows[first]?.words ?? 0;
    const coveredMs = Math.min(minuteMs, endsAt - begunAt);
    if (coveredMs >= minPaceMs) paces.set(window, (words * minuteMs) / coveredMs);
  }
  return paces;
}

const nothing = "Nothing measured yet.";
const x = { label: "minutes until now", from } as const;

export const plotPlans: readonly PlotPlan[] = [
  {
    title: "Captions behind the sound",
    x,
    y: { label: "ms" },
    series: [
      { name: "median", as: "line" },
      { name: "95 % within", as: "line" },
      { name: `limit ${alertRules.latency_high.limit} ms`, as: "line" },
    ],
    draw(scene) {
      const { limit } = alertRules.latency_high;
      const lags = scene.windows.map(({ lag }) => lag).filter((lag) => lag !== null);
      const last = lags.at(-1);
      const late = lags.filter(({ p95 }) => p95 > limit).length;
      return {
        points: [
          lineOf(scene, ({ lag }) => lag?.p50 ?? null),
          lineOf(scene, ({ lag }) => lag?.p95 ?? null),
          levelAt(limit, scene),
        ],
        words:
          last === undefined
            ? nothing
            : `Last median ${inMs(last.p50)}, 95 % within ${inMs(last.p95)}. ` +
              `Above ${limit} ms in ${late} of ${counted(lags.length, "stretch", "stretches")} of 5 seconds.`,
      };
    },
  },
  {
    title: "On the way",
    x,
    y: { label: "ms" },
    series: [
      { name: "publisher to room", as: "line" },
      { name: "room to viewers", as: "line" },
    ],
    draw(scene) {
      const transits = known(scene.windows.map(({ transitP50 }) => transitP50));
      const views = known(scene.windows.map(({ viewerTransitP50 }) => viewerTransitP50));
      return {
        points: [
          lineOf(scene, ({ transitP50 }) => transitP50, bridgedSampledMs),
          lineOf(scene, ({ viewerTransitP50 }) => viewerTransitP50, bridgedSampledMs),
        ],
        words: `Publisher to room: ${wayInWords(transits)} Room to viewers: ${wayInWords(views)}`,
      };
    },
  },
  {
    title: "Words a minute",
    x,
    y: { label: "words" },
    series: [
      { name: "of the last minute", as: "line" },
      { name: `limit ${burstWordsPerMinute}`, as: "line" },
    ],
    draw(scene) {
      const paces = pacesOf(scene);
      const { wordsPerMinute, toldAt, startedAt, nowMs } = scene;
      const isTold = toldAt - startedAt >= minPaceMs;
      const line = lineOf(scene, (window) => paces.get(window) ?? null).slice(0, -1);
      const last: PlotPoints = isTold ? [[(toldAt - nowMs) / minuteMs, wordsPerMinute]] : [];
      return {
        points: [[...line, ...last, [0, null]], levelAt(burstWordsPerMinute, scene)],
        words: isTold
          ? `Last ${plainNumber(wordsPerMinute)}, at most ${plainNumber(most([...paces.values(), wordsPerMinute]))}.`
          : nothing,
      };
    },
  },
  {
    title: "Speech without captions",
    x,
    y: { label: "% of the time" },
    series: [
      { name: "somebody speaks", as: "line" },
      { name: "without captions", as: "line" },
    ],
    draw(scene) {
      const share = (ms: number) => Math.min(100, (ms / windowMs) * 100);
      const sum = (measureOf: (window: Window) => number) =>
        scene.windows.reduce((all, window) => all + measureOf(window), 0);
      const speech = sum(({ speechMs }) => speechMs);
      const missing = sum(({ uncaptionedMs }) => uncaptionedMs);
      return {
        points: [
          lineOf(scene, ({ speechMs }) => share(speechMs)),
          lineOf(scene, ({ uncaptionedMs }) => share(uncaptionedMs)),
        ],
        words:
          speech === 0
            ? "Nobody has spoken."
            : `${percent(missing / speech)} of ${plainNumber(speech / 1000)} seconds of speech have no captions.`,
      };
    },
  },
  {
    title: "Viewers",
    x,
    y: { label: "viewers", whole: true },
    series: [{ name: "at a time", as: "line" }],
    draw(scene) {
      const values = scene.windows.map(({ viewers }) => viewers);
      const last = values.at(-1);
      return {
        points: [lineOf(scene, ({ viewers }) => viewers)],
        words:
          last === undefined ? nothing : `Last ${plainNumber(last)}, at most ${plainNumber(most(values))}.`,
      };
    },
  },
  {
    title: "Speech service: failures",
    x,
    y: { label: "in 5 seconds", whole: true },
    series: [{ name: "connections that failed or broke", as: "line" }],
    draw(scene) {
      const all = scene.windows.reduce((sum, { failures }) => sum + failures, 0);
      return {
        points: [lineOf(scene, ({ failures }) => failures)],
        words: all === 0 ? "None." : `${counted(all, "failure")}.`,
      };
    },
  },
];

const most = (values: readonly number[]): number => Math.max(0, ...values);

function wayInWords(values: readonly number[]): string {
  const last = values.at(-1);
  return last === undefined ? "not known." : `last ${inMs(last)}, at most ${inMs(most(values))}.`;
}
