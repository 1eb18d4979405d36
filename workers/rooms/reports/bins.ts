import {
  countedTogether,
  emptyMinute,
  type Minute,
  minutesMax,
  paceMs,
} from "../../../shared/quality-report.ts";

/** A stretch of a session as a chart and a table show it: one minute, or several where the session is long. */
export type Bin = Omit<Minute, "minute"> & {
  /** Of the session's first minute, in minutes. */
  readonly from: number;
};

export type Bins = {
  /** Minutes of each; the last may have fewer. */
  readonly step: number;
  readonly bins: readonly Bin[];
};

/** Words a minute in the part of a bin of which there is audio: the last one is seldom full. */
export function paceIn({ words, from }: Bin, step: number, receivedMs: number): number {
  const minutes = Math.min(step, Math.max(paceMs, receivedMs - from * 60_000) / 60_000);
  return words / minutes;
}

/** As many as can be told apart on a narrow screen: a day in quarters of an hour. */
const binsMax = 96;
const steps = [1, 2, 3, 5, 10, 15, 20, 30, 60];

const { minute: _, ...emptyBin } = emptyMinute(0);

/** All minutes of which there is audio: those that are not told had nothing in them. */
export function binsOf(minutes: readonly Minute[], receivedMs: number): Bins {
  const heard = Math.min(minutesMax, Math.ceil(receivedMs / 60_000));
  const total = Math.max(heard, ...minutes.map(({ minute }) => minute + 1));
  const step = steps.find((one) => Math.ceil(total / one) <= binsMax) ?? Math.ceil(total / binsMax);
  const bins: Bin[] = Array.from({ length: Math.ceil(total / step) }, (_, at) => ({
    ...emptyBin,
    from: at * step,
  }));
  for (const minute of minutes) {
    const at = Math.floor(minute.minute / step);
    const bin = bins[at];
    if (bin !== undefined) bins[at] = joined(bin, minute);
  }
  return { step, bins };
}

/** Percentiles of several minutes cannot be had from theirs: the lag shown is that of the worst of them. */
function joined(bin: Bin, minute: Minute): Bin {
  const isWorse = (minute.lag?.p95 ?? -1) > (bin.lag?.p95 ?? -1);
  return { from: bin.from, lag: isWorse ? minute.lag : bin.lag, ...countedTogether(bin, minute) };
}
