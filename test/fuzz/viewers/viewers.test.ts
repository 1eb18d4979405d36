import { expect, it } from "vitest";
import { playCrowd } from "./play.ts";

const first = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const schedules = 50;
/** More would say the same. */
const failuresShown = 3;

it(`brings every viewer of ${schedules} crowds to exactly the room's transcript (seed ${first})`, async () => {
  const failed: string[] = [];
  for (let seed = first; seed < first + schedules && failed.length < failuresShown; seed += 1) {
    const { failures, timeline } = await playCrowd(seed, { viewers: 150 });
    if (failures.length > 0) failed.push(`seed ${seed}\n${timeline.slice(-200).join("\n")}`);
  }
  expect(failed.join("\n\n")).toBe("");
});

it("lives through the same schedule whenever it is given the same seed", async () => {
  expect(await playCrowd(first)).toEqual(await playCrowd(first));
});
