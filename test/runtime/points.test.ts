import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { pointFigures } from "../../party/room/measure/points.ts";
import { isType, speaking } from "../support/runtime-room.ts";

afterEach(() => vi.restoreAllMocks());

it("a session's figures are written to Analytics Engine where it is bound, in the order that is written down", async () => {
  const dataset = env.STATS;
  if (dataset === undefined) throw new Error("no dataset is bound");
  const written = vi.spyOn(dataset, "writeDataPoint");
  const complaints = vi.spyOn(console, "error");
  const publisher = await speaking("points-1", 2);
  const { session } = await publisher.until("ready", isType("ready"));
  publisher.send({ type: "finish" });
  await publisher.until("finished", isType("finished"));
  await publisher.end();
  expect(complaints).not.toHaveBeenCalled();
  expect(written).toHaveBeenCalledTimes(2);
  const [minute, point] = written.mock.calls.map(([one]) => one);
  expect(minute).toMatchObject({ blobs: ["minute", "tests", "points-1", session, ""] });
  expect(point).toMatchObject({
    indexes: ["tests"],
    blobs: ["session", "tests", "points-1", session, "finish"],
  });
  const told = new Map(pointFigures.session.map((name, at) => [name, point?.doubles?.[at]]));
  // Two seconds, one word each.
  expect(told.get("audio")).toBe(2_000);
  expect(told.get("words")).toBe(2);
  expect(told.get("dials")).toBe(1);
  expect(told.get("upstreamRecoveryMax")).toBe(-1);
});
