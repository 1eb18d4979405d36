import { expect } from "vitest";
import { normalise } from "../../cli/wer/normalise.ts";
import { type Outcome, positionsOf } from "./interrupted.ts";
import type { Line } from "./recording.ts";

/** The promise of the room, whatever went wrong: every word once and in order, for everybody, and no step back. */
export function expectNothingLost({ words, held, read, frames }: Outcome, reference: Outcome): void {
  expect(words).toEqual(reference.words);
  expect(held).toEqual(read);
  expect(held.filter(({ kind }) => kind === "gap")).toEqual([]);

  const positions = positionsOf(frames);
  const versions = positions.map(({ version }) => version);
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  expect(new Set(positions.map(({ epoch }) => epoch)).size).toBe(1);
  // Whoever comes back with a position is given what it missed, and not everything again.
  expect(frames.filter(({ type }) => type === "snapshot")).toHaveLength(1);
}

/** Without this, a reference that is empty or short would prove nothing. */
export function expectSaid({ words }: Outcome, lines: readonly Line[]): void {
  expect(words).toEqual(lines.flatMap(({ text }) => normalise(text)));
}
