import { msToSamples } from "../../../shared/audio.ts";
import type { Segment } from "../../../shared/captions.ts";
import type { BatchAttempt } from "../../support/tape/provider.ts";
import { readTapeWord, tapeFormat } from "../../support/tape/tape.ts";

/** One word a speaker said into one publisher, by that publisher's positions. */
export type Spoken = {
  readonly word: number;
  readonly from: number;
  readonly to: number;
  /** Its process took all of it. */
  whole: boolean;
};

/** Audio whose captions may be missing, and why. `silent`: the room cannot know, so that there need not be a gap. */
export type Excuse = {
  readonly from: number;
  readonly to: number;
  readonly why: string;
  readonly silent: boolean;
};

/** Everything that is known of one publishing process. */
export class Account {
  readonly id: string;
  readonly key: string;
  readonly spoken: Spoken[] = [];
  readonly excuses: Excuse[] = [];
  readonly sessions = new Set<string>();
  /** Samples the process has taken. */
  written = 0;
  /** Position the room has acknowledged. */
  acked = 0;
  /** Everything before this position needs nothing any more, by what is stored. */
  durable = 0;
  /** Position the running object has received audio up to. */
  heard = 0;
  /** Position behind the last sample received on each of its sockets. */
  readonly at = new Map<string, number>();
  /** Since when none of its sockets is in the room. */
  awaySinceMs = 0;
  gone = false;
  finished = false;
  finishAskedAt: number | null = null;
  /** Another publisher has asked for the room. */
  hurried = false;

  constructor(id: string, key: string) {
    this.id = id;
    this.key = key;
  }

  excuse(from: number, to: number, why: string, silent = false): void {
    if (from < to) this.excuses.push({ from, to, why, silent });
  }
}

/** A word without captions: why that may be so, or `null`, and whether a gap says it. */
export type Lost = { readonly spoken: Spoken; readonly excuse: Excuse | null; readonly inGap: boolean };

/** The words before `position` that were said as a whole and are not captioned. */
export function lostWords(
  account: Account,
  segments: readonly Segment[],
  position: number,
  batches: readonly BatchAttempt[],
): Lost[] {
  const said = new Set<number>();
  const gaps: { readonly from: number; readonly to: number }[] = [];
  for (const { session, kind, text, start, end } of segments) {
    if (!account.sessions.has(session)) continue;
    if (kind === "gap") {
      gaps.push({
        from: msToSamples(start, tapeFormat) - slackSamples,
        to: msToSamples(end, tapeFormat) + slackSamples,
      });
    }
    for (const token of text.split(" ")) {
      const read = readTapeWord(token);
      if (read !== null && !read.cut) said.add(read.word);
    }
  }
  return account.spoken
    .filter(({ word, to, whole }) => whole && to <= position && !said.has(word))
    .map((spoken) => ({
      spoken,
      excuse: excuseOf(account, spoken, batches),
      inGap: gaps.some(({ from, to }) => from < spoken.to && to > spoken.from),
    }));
}

/** What is wrong with losing this word; `null` when nothing is. */
export function problemOf({ spoken: { word, from }, excuse, inGap }: Lost): string | null {
  if (excuse === null) return `w${word} at ${from} is missing without a reason`;
  if (excuse.silent || inGap) return null;
  return `w${word} at ${from} is missing (${excuse.why}) and there is no gap`;
}

/** Nobody gives up before that. */
const attemptsMin = 5;
/** Segments are in whole milliseconds. */
const slackSamples = 8;

/** Why this word may be missing; `null` when nothing excuses it. The excuse that asks for least. */
export function excuseOf(
  account: Account,
  { word, from, to }: Spoken,
  batches: readonly BatchAttempt[],
): Excuse | null {
  const excuses = account.excuses.filter((excuse) => excuse.from < to && excuse.to > from);
  const best = excuses.find(({ silent }) => silent) ?? excuses[0];
  if (best !== undefined) return best;
  const attempts = batches.filter(({ words }) => words.includes(word));
  const failed = attempts.filter(({ outcome }) => outcome === "failed");
  if (failed.length < attemptsMin || attempts.some(({ outcome }) => outcome === "answered")) return null;
  return { from, to, why: "every batch attempt failed", silent: false };
}
