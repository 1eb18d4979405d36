import { expect, it } from "vitest";
import { playRoom } from "./play.ts";

const first = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const schedules = 500;
const keptInKeyValues = 100;
/** More would say the same. */
const failuresShown = 3;

it(`loses, doubles and misplaces no word in ${schedules} schedules of faults (seed ${first})`, async () => {
  const failed: string[] = [];
  for (let seed = first; seed < first + schedules && failed.length < failuresShown; seed += 1) {
    const { failures, timeline } = await playRoom(seed);
    if (failures.length > 0) failed.push(`seed ${seed}\n${timeline.join("\n")}`);
  }
  expect(failed.join("\n\n")).toBe("");
});

it(`nor does it in ${keptInKeyValues} where it is kept in a key-value storage (seed ${first})`, async () => {
  const failed: string[] = [];
  for (let seed = first; seed < first + keptInKeyValues && failed.length < failuresShown; seed += 1) {
    const { failures, timeline } = await playRoom(seed, { medium: "key-values" });
    if (failures.length > 0) failed.push(`seed ${seed}\n${timeline.join("\n")}`);
  }
  expect(failed.join("\n\n")).toBe("");
});

it("lives through the same schedule whenever it is given the same seed", async () => {
  expect(await playRoom(first)).toEqual(await playRoom(first));
});
