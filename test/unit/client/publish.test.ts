import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { errorFrame } from "../../../shared/errors.ts";
import { limits } from "../../../shared/limits.ts";
import { StartSchema } from "../../../shared/protocol.ts";
import { joined, publisher, ready, sound } from "./scripted-publisher.ts";
import type { ScriptedSocket } from "./scripted-socket.ts";

/** How long the publisher keeps audio that was not acknowledged. */
const keptSeconds = limits.audioBufferMaxMs / 1000;

const marks = (socket: ScriptedSocket) =>
  socket.messages.filter((message) => JSON.stringify(message).includes('"mark"'));

describe("publish", () => {
  it("starts with its format, and sends nothing before it is told from where", async () => {
    const { write, socket } = await publisher({
      recognition: { language: "de", keyterms: ["Öffentlichkeit"] },
    });
    write(sound(4_000));
    await socket().open();
    expect(socket().url.search).toBe("?role=publisher&probe=1");
    expect(socket().audio).toEqual([]);
    expect(socket().messages).toEqual([
      {
        type: "start",
        encoding: "linear16",
        sampleRate: 16_000,
        channels: 1,
        key: "key-of-the-test-publisher",
        language: "de",
        keyterms: ["Öffentlichkeit"],
      },
    ]);
    expect(v.safeParse(StartSchema, socket().messages[0]).success).toBe(true);
    await socket().say(ready(0));
    expect(socket().audio).toEqual([sound(1_600), sound(1_600, 1_600)]);
  });

  it("sends frames of 100 ms of whole samples, whatever was written", async () => {
    const { write, socket } = await publisher();
    await socket().open();
    await socket().say(ready(0));
    const whole = sound(5_000);
    for (let at = 0; at < whole.length; at += 333) write(whole.subarray(at, at + 333));
    expect(socket().audio.map(({ length }) => length)).toEqual([3_200, 3_200, 3_200]);
    expect(joined(socket().audio)).toEqual(whole.slice(0, 9_600));
  });

  it("goes on marking when its clock is set back", async () => {
    const { write, socket, time } = await publisher();
    await socket().open();
    await socket().say(ready(0));
    write(sound(1_600));
    await time.advance(100);
    time.setBack(3_600_000);
    for (let piece = 0; piece < 25; piece += 1) {
      write(sound(1_600));
      await time.advance(100);
    }
    expect(marks(socket()).length).toBeGreaterThanOrEqual(3);
  });

  it("marks its position about every second", async () => {
    const { write, socket, time } = await publisher();
    await socket().open();
    await socket().say(ready(0));
    const began = time.now();
    for (let piece = 0; piece < 25; piece += 1) {
      write(sound(1_600));
      await time.advance(100);
    }
    expect(marks(socket())).toEqual([
      { type: "mark", position: 1_600, sentAt: began },
      { type: "mark", position: 17_600, sentAt: began + 1_000 },
      { type: "mark", position: 33_600, sentAt: began + 2_000 },
    ]);
  });

  it("comes back with its session and sends from where the room asks", async () => {
    const { write, socket, reopen, acks, states } = await publisher();
    await socket().open();
    await socket().say(ready(0));
    write(sound(8_000));
    await socket().say({ type: "ack", position: 3_200 });
    await socket().drop();
    write(sound(1_600, 8_000));
    const again = await reopen();
    expect(again.messages).toEqual([
      expect.objectContaining({ type: "start", session: "s1", position: 3_200 }),
    ]);
    await again.say(ready(4_800));
    expect(joined(again.audio)).toEqual(sound(4_800, 4_800));
    expect(acks).toEqual([3_200]);
    expect(states.map(({ state }) => state)).toEqual([
      "connecting",
      "connected",
      "disconnected",
      "connecting",
      "connected",
    ]);
  });

  it("keeps the newest audio; what it had to drop still counts", async () => {
    const { write, socket, time } = await publisher();
    await socket().drop();
    // Nothing listens while the clock stands still, so the publisher stays away for all of this.
    for (let second = 0; second < keptSeconds + 15; second += 1) write(sound(16_000));
    await time.advance(10_000);
    await socket().open();
    expect(socket().messages).toEqual([expect.objectContaining({ type: "start", position: 15 * 16_000 })]);
    await socket().say(ready(15 * 16_000));
    expect(joined(socket().audio)).toHaveLength(keptSeconds * 32_000);
  });

  it("drops nothing that its start has just offered", async () => {
    const { write, socket, handle } = await publisher();
    for (let second = 0; second < keptSeconds; second += 1) write(sound(16_000));
    await socket().open();
    write(sound(16_000));
    await socket().say(ready(0));
    expect(handle.state.state).toBe("connected");
    expect(joined(socket().audio)).toHaveLength((keptSeconds + 1) * 32_000);
  });

  it("fails with words when the room asks for what is gone", async () => {
    const { write, socket, handle } = await publisher();
    await socket().open();
    await socket().say(ready(0));
    write(sound(16_000));
    await socket().say({ type: "ack", position: 16_000 });
    await socket().say(ready(0));
    expect(handle.state).toMatchObject({ state: "failed", code: "bad_message" });
  });

  it("holds back when the socket does not keep up, and goes on when it does", async () => {
    const { write, socket, time } = await publisher();
    await socket().open();
    await socket().say(ready(0));
    socket().bufferedAmount = 70_000;
    write(sound(3_200));
    expect(socket().audio).toEqual([]);
    socket().bufferedAmount = 0;
    await time.advance(50);
    expect(joined(socket().audio)).toEqual(sound(3_200));
  });

  it("gives up a link too slow for its audio, and says honestly what is missing", async () => {
    const { write, socket, handle, reopen } = await publisher();
    await socket().open();
    await socket().say(ready(0));
    socket().bufferedAmount = 70_000;
    for (let second = 0; second < keptSeconds + 1; second += 1) write(sound(16_000));
    expect(handle.state).toEqual({
      state: "disconnected",
      retryInMs: 250,
      reason: "The connection is too slow for this audio.",
    });
    const again = await reopen();
    expect(again.messages).toEqual([expect.objectContaining({ session: "s1", position: 16_000 })]);
  });

  it("finishes after all audio, with the last short frame, and settles on the room's word", async () => {
    const { write, finish, socket, handle, time } = await publisher();
    write(sound(2_000));
    const finished = finish();
    write(sound(1_600));
    await socket().open();
    await socket().say(ready(0));
    expect(joined(socket().audio)).toEqual(sound(2_000));
    expect(socket().messages.at(-1)).toEqual({ type: "finish" });
    await socket().say({ type: "finished", version: 9 });
    expect(await finished).toEqual({ version: 9 });
    expect(handle.state).toEqual({ state: "finished", version: 9 });
    expect(socket().closedWith).toBe(1000);
    expect(time.pending).toBe(0);
  });

  it("tells a failure where it is awaited", async () => {
    const { finish, socket, handle, time, sockets } = await publisher();
    await socket().open();
    const finished = finish();
    finished.catch(() => {});
    await socket().say(errorFrame("publisher_present"));
    await expect(finished).rejects.toMatchObject({ code: "publisher_present" });
    await expect(finish()).rejects.toMatchObject({ code: "publisher_present" });
    await time.advance(60_000);
    expect(sockets).toHaveLength(1);
    expect(handle.state).toMatchObject({ state: "failed", code: "publisher_present" });
  });

  it("rejects a finish that is given up", async () => {
    const { finish, close, socket, time } = await publisher();
    await socket().open();
    const finished = finish();
    close();
    await expect(finished).rejects.toMatchObject({ code: "session_ended" });
    expect(time.pending).toBe(0);
  });

  it("notices a dead link well before its buffer is full", async () => {
    const { socket, time, handle } = await publisher();
    await socket().open();
    await socket().say(ready(0));
    await time.advance(5_000);
    expect(socket().sent.at(-1)).toBe("ping");
    await time.advance(7_500);
    expect(handle.state.state).toBe("disconnected");
  });

  // Message 1 is the start, the last one the finish.
  const drops = Array.from({ length: 17 }, (_, index) => index + 1);
  it.each(drops)("delivers every sample once when the link breaks after message %i", async (dropAfter) => {
    const { write, finish, sockets, time, handle } = await publisher();
    const room = createRoom(dropAfter);
    const whole = sound(20_500);
    let finished: { version: number } | null = null;
    let connected = 0;
    for (let step = 0; step < 400 && finished === null; step += 1) {
      for (; connected < sockets.length; connected += 1) {
        const socket = sockets[connected];
        if (socket !== undefined) await room.accept(socket);
      }
      if (step < 13) write(whole.subarray(step * 3_200, (step + 1) * 3_200));
      if (step === 13) void finish().then((result) => (finished = result));
      await time.advance(100);
      await room.turn();
    }
    expect(finished).toEqual({ version: 7 });
    expect(handle.state.state).toBe("finished");
    expect(room.heard()).toEqual(whole);
    expect(sockets).toHaveLength(2);
  });
});

/** Plays the room's part by its rules: counts what it hears, acknowledges late, and breaks the first link once. */
function createRoom(dropAfter: number) {
  const pieces: Uint8Array[] = [];
  let samples = 0;
  let socket: ScriptedSocket | null = null;
  let hasBroken = false;
  let count = 0;
  let replies: object[] = [];
  let isFinished = false;

  function handle(from: ScriptedSocket, data: string | Uint8Array<ArrayBuffer>): void {
    if (from !== socket || data === "ping") return;
    count += 1;
    if (!hasBroken && count > dropAfter) return;
    if (typeof data !== "string") {
      pieces.push(data);
      samples += data.length / 2;
      if (samples > 4_800) replies.push({ type: "ack", position: samples - 4_800 });
      return;
    }
    const { type } = JSON.parse(data);
    if (type === "start") {
      replies.push(isFinished ? { type: "finished", version: 7 } : ready(samples));
    }
    if (type === "finish") {
      isFinished = true;
      replies.push({ type: "finished", version: 7 });
    }
  }

  return {
    heard: () => joined(pieces),
    async accept(next: ScriptedSocket) {
      socket = next;
      next.handleSent = (data) => handle(next, data);
      await next.open();
    },
    async turn() {
      if (!hasBroken && count >= dropAfter) {
        hasBroken = true;
        replies = [];
        const broken = socket;
        socket = null;
        await broken?.drop();
        return;
      }
      const now = replies;
      replies = [];
      for (const reply of now) await socket?.say(reply);
    },
  };
}
