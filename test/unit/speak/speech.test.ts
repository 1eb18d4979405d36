import { describe, expect, it } from "vitest";
import { limits } from "../../../shared/limits.ts";
import { ChunkFailure } from "../../../workers/speak/pipeline/failure.ts";
import { createStitcher } from "../../../workers/speak/stitch/index.ts";
import { settled, speechOf } from "./scripted-voice.ts";

const textOf = (bytes: unknown): string =>
  bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : "";

describe("a text of several chunks", () => {
  it("is one stream, the next chunk asked for once the first audio of this one was taken", async () => {
    const { asked, request, speech, tally } = speechOf(["One.", "Two.", "Three."]);
    await (await request(1).accept()).say("1a");
    const { audio, first } = await speech;
    expect(first.headers.get("dg-request-id")).toBe("id of One.");
    expect(asked).toHaveLength(1);
    expect(textOf((await audio.next()).value)).toBe("1a");
    await settled();
    expect(asked).toHaveLength(1); // given, but perhaps not taken
    const second = audio.next();
    await settled();
    expect(asked.map(({ text }) => text)).toEqual(["One.", "Two."]);
    await request(1).say("1b");
    expect(textOf((await second).value)).toBe("1b");
    // The second is here long before the first has ended; the third waits for its turn.
    await (await request(2).accept()).say("2a");
    await request(2).say("2b");
    await request(2).end();
    expect(asked).toHaveLength(2);
    await request(1).end();
    expect(textOf((await audio.next()).value)).toBe("2a");
    expect(asked).toHaveLength(2);
    expect(textOf((await audio.next()).value)).toBe("2b");
    expect(asked).toHaveLength(3);
    await (await request(3).accept()).say("3");
    await request(3).end();
    expect(textOf((await audio.next()).value)).toBe("3");
    expect((await audio.next()).done).toBe(true);
    expect(tally).toMatchObject({
      chunksAsked: 3,
      chunksSpoken: 3,
      chunksDelivered: 3,
      charactersAsked: 14,
      charactersSpoken: 14,
      charactersDelivered: 14,
      bytesDelivered: 9,
      tries: 3,
    });
  });

  it("asks for nothing while nobody takes anything, and reads no further ahead than it may", async () => {
    const { asked, request, speech } = speechOf(["One.", "Two."]);
    const piece = "x".repeat(limits.speakReadAheadBytes / 4);
    await request(1).accept();
    let written = 0;
    for (; written < 200; written += 1) await request(1).say(piece);
    const { audio } = await speech;
    await settled();
    expect(asked).toHaveLength(1);
    let read = 0;
    await request(1).end();
    for await (const bytes of audio) {
      read += bytes.length;
      if (read === 200 * piece.length) break;
    }
    expect(read).toBe(200 * piece.length);
  });

  it("keeps samples in step and puts one header in front", async () => {
    const format = { encoding: "linear16", container: "wav", sampleRate: 8_000 } as const;
    const { request, speech } = speechOf(["One.", "Two."], createStitcher(format));
    await (await request(1).accept()).say("ab");
    await request(1).say("cde");
    await request(1).end();
    const { audio } = await speech;
    const parts: string[] = [];
    for (let index = 0; ; index += 1) {
      const { done, value } = await audio.next();
      if (done === true) break;
      parts.push(textOf(value.length > 44 ? value.subarray(44) : value));
      if (index === 0) expect(textOf(value.subarray(0, 4))).toBe("RIFF");
      if (index === 1) {
        await (await request(2).accept()).say("fgh");
        await request(2).end();
      }
    }
    expect(parts.join("")).toBe("abcdfg");
  });
});

describe("a chunk that fails before its first byte", () => {
  it("is tried once more, and then given up with what the provider said", async () => {
    const { asked, request, wait, speech, tally } = speechOf(["One."]);
    await request(1).refuse(503, '{"err_code":"X","err_msg":"down"}');
    await wait(300);
    expect(asked).toHaveLength(2);
    await request(2).refuse(500, "plain words");
    await wait(60_000);
    expect(asked).toHaveLength(2);
    const error = await speech.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ChunkFailure);
    expect(error).toMatchObject({
      chunk: 1,
      failure: { kind: "refused", status: 500, body: { err_msg: "plain words", retryable: true } },
    });
    expect(tally).toMatchObject({ tries: 2, charactersAsked: 8, chunksAsked: 1 });
  });

  it("is tried again after silence, after an empty answer and after a lost connection", async () => {
    for (const fail of ["silence", "nothing", "loss"] as const) {
      const { asked, request, wait, speech } = speechOf(["One."]);
      if (fail === "silence") await wait(10_000);
      if (fail === "nothing") await (await request(1).accept()).end();
      if (fail === "loss") await request(1).vanish();
      await wait(300);
      expect(asked).toHaveLength(2);
      expect(request(1).signal.aborted).toBe(fail === "silence");
      await (await request(2).accept()).say("1");
      expect(textOf((await (await speech).audio.next()).value)).toBe("1");
    }
  });

  it("is not tried again when that cannot help", async () => {
    for (const status of [400, 401, 402, 403, 404, 413, 415, 422]) {
      const { asked, request, wait, speech } = speechOf(["One."]);
      await request(1).refuse(status);
      await wait(60_000);
      expect(asked).toHaveLength(1);
      await expect(speech).rejects.toMatchObject({ failure: { status } });
    }
  });

  it("waits for a busy provider: two seconds for the first chunk, half a minute for a later one", async () => {
    const first = speechOf(["One."]);
    for (let count = 1; count <= 3; count += 1) {
      await first.request(count).refuse(429);
      await first.wait(count === 1 ? 375 : 750);
    }
    await first.wait(60_000);
    expect(first.asked).toHaveLength(3);
    await expect(first.speech).rejects.toMatchObject({ failure: { status: 429 } });
    expect(first.tally).toMatchObject({ tries: 3, charactersAsked: 0 });

    const later = speechOf(["One.", "Two."]);
    await (await later.request(1).accept()).say("1");
    const { audio } = await later.speech;
    await audio.next();
    const rest = audio.next();
    await later.request(1).end();
    await later.request(2).refuse(429, "{}", { "retry-after": "20" });
    await later.wait(19_999);
    expect(later.asked).toHaveLength(2);
    await later.wait(1);
    await (await later.request(3).accept()).say("2");
    expect(textOf((await rest).value)).toBe("2");
  });

  it("ends the stream with an error when others were heard before it", async () => {
    const { request, wait, speech, tally } = speechOf(["One.", "Two."]);
    await (await request(1).accept()).say("1");
    const { audio } = await speech;
    await audio.next();
    const rest = audio.next();
    rest.catch(() => {});
    await request(1).end();
    await request(2).refuse(422);
    await wait(1_000);
    await expect(rest).rejects.toMatchObject({ chunk: 2, failure: { kind: "refused", status: 422 } });
    expect(tally).toMatchObject({ chunksDelivered: 1, chunksAsked: 2, charactersDelivered: 4 });
  });
});

describe("a chunk that fails in the middle", () => {
  it("is never asked for again: what was read before is heard, then comes the error", async () => {
    for (const kind of ["torn", "stalled"] as const) {
      const { asked, request, wait, speech } = speechOf(["One.", "Two."]);
      await (await request(1).accept()).say("1a");
      const { audio } = await speech;
      await request(1).say("1b");
      if (kind === "torn") await request(1).tear();
      else await wait(15_000);
      const heard: string[] = [];
      const error = await (async () => {
        for await (const bytes of audio) heard.push(textOf(bytes));
      })().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ chunk: 1, failure: { kind } });
      // A connection that broke may have taken along what was not read yet.
      expect(heard[0]).toBe("1a");
      await wait(60_000);
      expect(asked.filter(({ text }) => text === "One.")).toHaveLength(1);
    }
  });
});

describe("a listener who leaves", () => {
  it("ends the chunk that is heard and the one ahead of it, and nothing more is asked", async () => {
    const { asked, request, wait, speech, stop, time } = speechOf(["One.", "Two.", "Three."]);
    await (await request(1).accept()).say("1");
    const { audio } = await speech;
    await audio.next();
    const rest = audio.next();
    rest.catch(() => {});
    await settled();
    expect(asked).toHaveLength(2);
    stop.abort();
    await settled();
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    await expect(rest).rejects.toThrow();
    await wait(120_000);
    expect(asked).toHaveLength(2);
    expect(time.pending).toBe(0);
  });

  it("is not waited for while a busy provider is", async () => {
    const { asked, request, wait, speech, stop, time } = speechOf(["One."]);
    await request(1).refuse(429);
    stop.abort();
    await expect(speech).rejects.toThrow();
    await wait(60_000);
    expect(asked).toHaveLength(1);
    expect(time.pending).toBe(0);
  });

  it("while the first byte is awaited ends the request", async () => {
    const { request, speech, stop, time } = speechOf(["One."]);
    stop.abort();
    await expect(speech).rejects.toThrow();
    expect(request(1).signal.aborted).toBe(true);
    expect(time.pending).toBe(0);
  });
});
