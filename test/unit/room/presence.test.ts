import { expect, it } from "vitest";
import { Presence } from "../../../party/room/presence.ts";
import { timing } from "../../../shared/limits.ts";
import { ScriptedMember, ScriptedWorld } from "../../support/scripted-room.ts";

const lookMs = timing.publisherSilenceMs / 3;

function watch() {
  const world = new ScriptedWorld();
  const member = new ScriptedMember("p");
  let gone = 0;
  const presence = new Presence(world.ports, member, () => {
    gone += 1;
  });
  return { world, member, presence, gone: () => gone };
}

it("tells once that nothing was heard for as long as it may be, and then stops looking", async () => {
  const { world, gone } = watch();
  await world.time.advance(timing.publisherSilenceMs);
  expect(gone()).toBe(0);
  await world.time.advance(lookMs);
  expect(gone()).toBe(1);
  await world.time.advance(10 * timing.publisherSilenceMs);
  expect(gone()).toBe(1);
  expect(world.time.pending).toBe(0);
});

it("begins to count anew with every sign, heard or looked up", async () => {
  const { world, member, presence, gone } = watch();
  for (let round = 0; round < 10; round += 1) {
    await world.time.advance(2 * lookMs);
    if (round % 2 === 0) presence.heard();
    else member.pingedAt = (member.pingedAt ?? 0) + 1;
  }
  expect(gone()).toBe(0);
  await world.time.advance(timing.publisherSilenceMs + lookMs);
  expect(gone()).toBe(1);
});

it("does not take an old ping for a new one, nor a jump of the clock for silence", async () => {
  const { world, member, gone } = watch();
  member.pingedAt = world.time.now();
  await world.time.advance(lookMs);
  world.time.setBack(-3_600_000);
  await world.time.advance(lookMs);
  expect(gone()).toBe(0);
  await world.time.advance(2 * lookMs);
  expect(gone()).toBe(1);
});

it("looks no more once it is stopped", async () => {
  const { world, presence, gone } = watch();
  presence.stop();
  expect(world.time.pending).toBe(0);
  await world.time.advance(10 * timing.publisherSilenceMs);
  expect(gone()).toBe(0);
});
