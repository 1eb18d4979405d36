import { describe, expect, it } from "vitest";
import { EventStream } from "../../../party/host/events.ts";
import { Observers } from "../../../party/host/observers.ts";
import { limits, timing } from "../../../shared/limits.ts";
import type { Alert } from "../../../shared/stats.ts";
import { roomStats } from "../../support/room-stats.ts";
import { ScriptedWorld } from "../../support/scripted-room.ts";

const alert: Alert = { kind: "no_words", since: 1, until: null, worst: 20_500, limit: 20_000 };

/** Observers of a room whose clock and alerts are driven by hand. */
function observed() {
  const world = new ScriptedWorld();
  const listeners = new Set<(alert: Alert) => void>();
  let asked = 0;
  const room = {
    stats: () => ({ ...roomStats, at: ++asked }),
    onAlert(listener: (alert: Alert) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const observers = new Observers(room, world.ports);
  const join = (expiresAt = Number.MAX_SAFE_INTEGER) => {
    const stream = new EventStream(world.ports, expiresAt, () => observers.leave(stream));
    observers.join(stream);
    const reader = stream.body.getReader();
    const decoder = new TextDecoder();
    const read = async () => {
      const { done, value } = await reader.read();
      return done ? null : decoder.decode(value);
    };
    return { stream, reader, read };
  };
  return {
    world,
    listeners,
    join,
    asked: () => asked,
    raise() {
      for (const tell of listeners) tell(alert);
    },
  };
}

/** `at` of the statistics in an event. */
function atOf(event: string | null): unknown {
  const [, data] = /^event: stats\ndata: (.*)\n\n$/.exec(event ?? "") ?? [];
  return JSON.parse(data ?? "null")?.at;
}

describe("observers of a room", () => {
  it("are told its statistics at once and then regularly, and its alerts as they come", async () => {
    const { world, join, raise } = observed();
    const { read } = join();
    expect(await read()).toMatch(/^retry: /);
    expect(atOf(await read())).toBe(1);
    await world.time.advance(timing.statsEveryMs);
    expect(atOf(await read())).toBe(2);
    raise();
    expect(await read()).toBe(`event: alert\ndata: ${JSON.stringify(alert)}\n\n`);
    await world.time.advance(timing.statsEveryMs);
    expect(atOf(await read())).toBe(3);
  });

  it("share what is measured", async () => {
    const { world, join, asked } = observed();
    const readers = [join(), join(), join()];
    for (const { read } of readers) for (const _event of ["retry", "stats"]) await read();
    const before = asked();
    await world.time.advance(timing.statsEveryMs);
    expect(asked()).toBe(before + 1);
    for (const { read } of readers) expect(atOf(await read())).toBe(before + 1);
  });

  it("cost nothing while there are none", async () => {
    const { world, listeners, join, asked } = observed();
    expect(world.time.pending).toBe(0);
    const [one, other] = [join(), join()];
    one.stream.gone();
    expect(listeners.size).toBe(1);
    await other.reader.cancel();
    expect(listeners.size).toBe(0);
    expect(world.time.pending).toBe(0);
    const before = asked();
    await world.time.advance(10 * timing.statsEveryMs);
    expect(asked()).toBe(before);
    join().stream.gone();
    expect(asked()).toBe(before + 1);
    expect(world.time.pending).toBe(0);
  });

  it("are spared what would be old when they read it, and no alert", async () => {
    const { world, join, raise, asked } = observed();
    const { read } = join();
    await world.time.advance(3 * timing.statsEveryMs);
    raise();
    const last = asked();
    expect(await read()).toMatch(/^retry: /);
    expect(atOf(await read())).toBe(1);
    expect(await read()).toMatch(/^event: alert/);
    await world.time.advance(timing.statsEveryMs);
    expect(atOf(await read())).toBe(last + 1);
  });

  it("leave when their token has ended", async () => {
    const { world, listeners, join } = observed();
    const { read } = join(world.time.now() + 1_000);
    for (const _event of ["retry", "stats"]) await read();
    const endsAt = world.time.now() + 1_000 + limits.tokenSkewSeconds * 1_000;
    while (world.time.now() + timing.statsEveryMs < endsAt) {
      await world.time.advance(timing.statsEveryMs);
      expect(atOf(await read())).toBeDefined();
    }
    await world.time.advance(timing.statsEveryMs);
    expect(await read()).toMatch(/^data: .*"token_expired"/);
    expect(await read()).toBeNull();
    expect(listeners.size).toBe(0);
    expect(world.time.pending).toBe(0);
  });
});
