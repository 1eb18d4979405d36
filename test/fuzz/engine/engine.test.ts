import { afterAll, beforeAll, expect, it } from "vitest";
import type { Child } from "../../../cli/stack/child.ts";
import { maxGrowthMb, selfTest, startFuzzEngine, tolerableWer } from "./engine.ts";
import { runFuzz } from "./run.ts";

let engine: Child;
let ended: { expected: boolean; message: string } | null = null;
beforeAll(async () => {
  engine = await startFuzzEngine();
  void engine.exited.then((how) => {
    ended = how;
  });
});
afterAll(() => engine.stop());

const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** `npm run fuzz` plays ten thousand. */
const cases = 400;

it(`answers ${cases} malformed cases as documented, and lives on (seed ${seed})`, async () => {
  const report = await runFuzz({ engineUrl: engine.url, enginePid: engine.pid, seed, cases });
  expect(ended).toBeNull();
  expect(report.failures).toEqual([]);
  expect(report.played).toBe(cases);
  if (report.memoryMb !== null) expect(report.memoryMb.end - report.memoryMb.warm).toBeLessThan(maxGrowthMb);
  expect(await selfTest(engine.url)).toBeLessThan(tolerableWer);
});
