import { describe, expect, it } from "vitest";
import { joined, live, publisher, ready, sound } from "./scripted-publisher.ts";

describe("a publisher and its link", () => {
  it("stretches its frames while the socket backs up, and loses and moves nothing by it", async () => {
    const { write, socket } = await publisher();
    await socket().open();
    await socket().say(ready(0));
    const whole = sound(16_000);
    let at = 0;
    /** 100 ms more, with so many milliseconds of audio still in the socket. */
    const speak = (waitingMs: number) => {
      socket().bufferedAmount = waitingMs * 32;
      write(whole.subarray(at, at + 3_200));
      at += 3_200;
    };
    for (const waitingMs of [0, 100, 250, 250, 450, 450, 450, 450, 0, 0]) speak(waitingMs);
    const lengthsMs = socket().audio.map(({ length }) => length / 32);
    expect(lengthsMs).toEqual([100, 100, 200, 250, 100, 100, 100]);
    expect(joined(socket().audio)).toEqual(whole.slice(0, 950 * 32));
  });

  it("sends what waited for a fuller frame once the socket is clear, though the sound pauses", async () => {
    const { write, socket, time } = await publisher();
    await socket().open();
    await socket().say(ready(0));
    socket().bufferedAmount = 500 * 32;
    write(sound(3_200));
    await time.advance(100);
    expect(socket().audio).toEqual([]);
    socket().bufferedAmount = 0;
    await time.advance(50);
    expect(joined(socket().audio)).toEqual(sound(3_200));
  });

  it("is heard at least every 10 s while it has nothing to send, whatever the room says", async () => {
    const { write, socket, time, handle } = await publisher();
    await socket().open();
    await socket().say(ready(0));
    write(sound(1_600));
    const before = socket().sent.length;
    for (let second = 0; second < 60; second += 1) {
      await time.advance(1_000);
      await socket().say({ type: "status", status: live });
    }
    expect(socket().sent.slice(before)).toEqual(Array.from({ length: 6 }, () => "ping"));
    expect(handle.state.state).toBe("connected");
  });

  it("takes over until it was accepted, and then only ever resumes", async () => {
    const { socket, reopen } = await publisher({ takeover: true });
    expect(socket().url.search).toBe("?role=publisher&takeover=1&probe=1");
    await socket().open();
    await socket().drop();
    const again = await reopen();
    expect(again.url.search).toBe("?role=publisher&takeover=1&probe=1");
    await again.say(ready(0));
    await again.drop();
    expect((await reopen()).url.search).toBe("?role=publisher&probe=1");
    expect(socket().messages).toEqual([expect.objectContaining({ session: "s1" })]);
  });
});
