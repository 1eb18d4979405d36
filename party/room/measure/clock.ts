import type { Clock } from "../../../shared/stats.ts";

/**
 * Another machine's clock, learned from exchanges: the room asks, is told the time there, and notes when it hears that.
 *
 * The other clock was read at some moment between the asking and the hearing, so the offset of an exchange is wrong by half
 * of its round trip at most, however uneven the two ways are. The quickest of the latest exchanges counts, as in NTP.
 *
 * In Workers the clock stands still while code runs. So a question may bear an earlier time than that of its leaving: that
 * makes the round trip longer, and what is told of the offset no less true.
 */
export type Exchange = {
  /** By the room's clock, epoch milliseconds. */
  readonly askedAt: number;
  readonly heardAt: number;
  /** By the other clock. */
  readonly theirs: number;
};

/** The latest exchanges of which each agrees with the others, the newest last. */
export type Clocking = readonly Exchange[];

export const unknownClock: Clocking = [];

const keptMax = 8;
/** A clock that is known no better is not known. */
const uncertaintyMaxMs = 1_000;
const keptMs = 120_000;
/** Clocks tick in whole milliseconds. */
const tickMs = 1;
/** Two clocks drift apart by so much of the time that goes by: twice what common quartz does. */
const driftShare = 100e-6;
/** Nothing is on its way for longer: whatever says so speaks of another clock. */
const travelMaxMs = 60_000;
/** No time of this or another clock is beyond. */
const timeMax = 8_640_000_000_000_000;

/**
 * Takes in an exchange. When one of the clocks was set since the earlier ones, those are forgotten: `agrees` is false, and what
 * was measured since the last exchange may be wrong. Unnoticed, and so added to what is measured, are a clock that was
 * set by less than the round trips, and two that were set alike since the last exchange.
 */
export function exchanged(held: Clocking, exchange: Exchange): { clocking: Clocking; agrees: boolean } {
  const { askedAt, heardAt, theirs } = exchange;
  const isSound = heardAt >= askedAt && [askedAt, heardAt, theirs].every((time) => Math.abs(time) <= timeMax);
  if (!isSound) return { clocking: unknownClock, agrees: held.length === 0 };
  // One from the future was heard before the room's own clock was set back.
  const isSteady = held.every((earlier) => earlier.heardAt <= heardAt);
  const recent = held.filter((earlier) => heardAt - earlier.heardAt <= keptMs);
  const agrees =
    isSteady && recent.every((earlier) => isSameClock(read(earlier, heardAt), read(exchange, heardAt)));
  return { clocking: [...(agrees ? recent : []), exchange].slice(-keptMax), agrees };
}

/** The other clock as well as it is known at `now`; `null`: it is not. */
export function clockAt(held: Clocking, now: number): Clock | null {
  let best: Clock | null = null;
  for (const exchange of held) {
    const age = now - exchange.heardAt;
    if (!(age >= 0 && age <= keptMs)) continue;
    const clock = read(exchange, now);
    if (best === null || clock.uncertaintyMs <= best.uncertaintyMs) best = clock;
  }
  return best === null || best.uncertaintyMs > uncertaintyMaxMs ? null : best;
}

/**
 * From a time of the other clock to one of the room's, milliseconds, 0 or more and right to the clock's uncertainty. `null`:
 * that cannot be, so the clock is another one by now.
 */
export function transitFrom(
  { offsetMs, uncertaintyMs }: Clock,
  theirs: number,
  heardAt: number,
): number | null {
  return plausible(heardAt - (theirs - offsetMs), uncertaintyMs);
}

/** The same from a time of the room's to one of the other clock. */
export function transitTo({ offsetMs, uncertaintyMs }: Clock, sentAt: number, theirs: number): number | null {
  return plausible(theirs - offsetMs - sentAt, uncertaintyMs);
}

function plausible(transitMs: number, uncertaintyMs: number): number | null {
  return transitMs >= -uncertaintyMs && transitMs <= travelMaxMs ? Math.max(0, transitMs) : null;
}

/** What one exchange tells; it grows stale, since clocks drift. */
function read({ askedAt, heardAt, theirs }: Exchange, now: number): Clock {
  return {
    offsetMs: theirs - (askedAt + heardAt) / 2,
    uncertaintyMs: (heardAt - askedAt) / 2 + tickMs + Math.max(0, now - heardAt) * driftShare,
  };
}

function isSameClock(one: Clock, other: Clock): boolean {
  return Math.abs(one.offsetMs - other.offsetMs) <= one.uncertaintyMs + other.uncertaintyMs;
}
