import { describe, expect, it } from "vitest";
import { EventStream } from "../../../party/host/events.ts";
import { limits, timing } from "../../../shared/limits.ts";
import { ScriptedWorld } from "../../support/scripted-room.ts";
import { settle } from "../../support/virtual-time.ts";

function opened() {
  const world = new ScriptedWorld();
  let departures = 0;
  const stream = new EventStream(world.ports, Number.MAX_SAFE_INTEGER, () => {
    departures += 1;
  });
  const reader = stream.body.getReader();
  const decoder = new TextDecoder();
  /** One event; `null` at the end of the stream. */
  const read = async (): Promise<string | null> => {
    const { done, value } = await reader.read();
    return done ? null : decoder.decode(value);
  };
  return { world, stream, reader, read, departures: () => departures };
}

const frame = (bytes: number) => JSON.stringify({ text: "x".repeat(bytes - 11) });

describe("a stream of events", () => {
  it("begins with a time to come back after, inside of the window", async () => {
    const { read } = opened();
    expect(await read()).toBe(`retry: ${timing.retryWindowMs / 2}\n\n`);
  });

  it("names each frame by the position it leads to, and an error by none", async () => {
    const { stream, read, departures } = opened();
    await read();
    stream.send('{"type":"delta"}', { epoch: "abc", version: 7 });
    stream.send('{"type":"error"}');
    stream.close();
    expect(await read()).toBe('id: abc.7\ndata: {"type":"delta"}\n\n');
    expect(await read()).toBe('data: {"type":"error"}\n\n');
    expect(await read()).toBeNull();
    expect(departures()).toBe(1);
  });

  it("says something whenever nothing was said for a while", async () => {
    const { world, stream, read } = opened();
    await read();
    await world.time.advance(timing.heartbeatMs - 1);
    stream.send("{}");
    expect(await read()).toBe("data: {}\n\n");
    await world.time.advance(timing.heartbeatMs - 1);
    const next = read();
    stream.send('{"late":1}');
    expect(await next).toBe('data: {"late":1}\n\n');
    await world.time.advance(timing.heartbeatMs);
    expect(await read()).toMatch(/^: .*\n\n$/);
    await world.time.advance(timing.heartbeatMs);
    expect(await read()).toMatch(/^: .*\n\n$/);
  });

  it("ends with the next thing there would be to say once its token has ended", async () => {
    const world = new ScriptedWorld();
    let departures = 0;
    const endsAt = world.time.now() + 1_000;
    const stream = new EventStream(world.ports, endsAt, () => {
      departures += 1;
    });
    stream.send('{"good":1}');
    await world.time.advance(1_000 + limits.tokenSkewSeconds * 1_000);
    stream.send('{"secret":1}');
    const text = await new Response(stream.body).text();
    expect(text).toContain('{"good":1}');
    expect(text).toContain("token_expired");
    expect(text).not.toContain("secret");
    expect(departures).toBe(1);
  });

  it("are bounded together: whoever comes when too much waits for others is sent away, until they have read", async () => {
    const size = limits.unseenMaxBytes - 1_000;
    const many = Math.ceil(limits.unreadEventsMaxBytes / size) + 1;
    const readers = Array.from({ length: many }, () => opened());
    for (const { stream } of readers) stream.send(frame(size));
    const refused = readers.filter(({ departures }) => departures() === 1);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(4);
    for (const { stream } of readers) stream.gone();
    const late = opened();
    late.stream.send(frame(size));
    expect(late.departures()).toBe(0);
    late.stream.gone();
  });

  it("are not counted any more once they are over, with what was handed to them and never read", async () => {
    const size = limits.unseenMaxBytes - 1_000;
    const many = Math.ceil(limits.unreadEventsMaxBytes / size) + 1;
    for (const end of ["gone", "close"] as const) {
      for (let turn = 0; turn < many; turn += 1) {
        const { stream, read, departures } = opened();
        await read();
        stream.send(frame(size));
        expect(departures()).toBe(0);
        stream[end]();
      }
    }
  });

  it("ends a reader that falls too far behind, tells it so, and keeps nothing for it", async () => {
    const { world, stream, read, departures } = opened();
    const text = frame(64 * 1024);
    const fitting = Math.floor(limits.unseenMaxBytes / text.length) - 1;
    for (let sent = 0; sent < fitting; sent += 1) stream.send(text, { epoch: "e", version: sent });
    expect(departures()).toBe(0);
    for (let sent = 0; sent < 3; sent += 1) stream.send(text, { epoch: "e", version: fitting + sent });
    expect(departures()).toBe(1);
    expect(await read()).toMatch(/^retry/);
    expect(await read()).toMatch(/^data: {"type":"error","code":"too_slow"/);
    expect(await read()).toBeNull();
    expect(world.time.pending).toBe(0);
  });

  it("lets a frame be larger than that, if its reader is at hand", async () => {
    const { stream, read, departures } = opened();
    await read();
    const text = frame(2 * limits.unseenMaxBytes);
    stream.send(text);
    expect((await read())?.length).toBe(text.length + "data: \n\n".length);
    expect(departures()).toBe(0);
  });

  it("ends a reader that takes nothing for a long time, also where little is said", async () => {
    const { world, stream, reader, departures } = opened();
    stream.send("{}");
    await world.time.advance(timing.unseenMaxMs - 1);
    expect(departures()).toBe(0);
    await world.time.advance(1);
    expect(departures()).toBe(1);
    // Nor does the object wait for it to take the rest.
    await world.time.advance(timing.unseenMaxMs);
    await expect(reader.read()).rejects.toThrow("too slow");
    expect(world.time.pending).toBe(0);
  });

  it("keeps a reader that is slow and goes on taking", async () => {
    const { world, stream, read, departures } = opened();
    for (let sent = 0; sent < 10; sent += 1) stream.send(`{"n":${sent}}`);
    await read();
    for (let taken = 0; taken < 10; taken += 1) {
      await world.time.advance(timing.unseenMaxMs - 1);
      expect(await read()).toBe(`data: {"n":${taken}}\n\n`);
    }
    expect(departures()).toBe(0);
  });

  it("knows of a reader that goes away, by either way, once", async () => {
    for (const leave of ["cancel", "gone"] as const) {
      const { world, stream, reader, read, departures } = opened();
      await read();
      if (leave === "cancel") await reader.cancel();
      else stream.gone();
      stream.gone();
      stream.send("{}", { epoch: "e", version: 1 });
      await settle();
      expect(departures()).toBe(1);
      expect(world.time.pending).toBe(0);
      expect(await read()).toBeNull();
    }
  });
});
