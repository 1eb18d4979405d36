import { expect, it } from "vitest";
import { Utterance } from "../../../party/room/utterance.ts";

it("words after nothing, after an end and after a long pause begin an utterance; others do not", () => {
  const utterance = new Utterance();
  expect(utterance.words(0)).toBe(true);
  expect(utterance.words(1_000)).toBe(false);
  // Each word puts the pause off.
  expect(utterance.words(4_000)).toBe(false);
  expect(utterance.words(7_001)).toBe(true);
  utterance.end();
  expect(utterance.words(7_002)).toBe(true);
  utterance.end();
  utterance.end();
  expect(utterance.words(7_003)).toBe(true);
});

it("does not wait for a clock that was set back to catch up", () => {
  const utterance = new Utterance();
  utterance.words(3_600_000);
  expect(utterance.words(0)).toBe(true);
  expect(utterance.words(100)).toBe(false);
});
