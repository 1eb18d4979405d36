import { describe, expect, it } from "vitest";
import { eventually } from "../../testing/wait.ts";
import { useSpeakBench } from "../support/speak-bench.ts";
import type { Asked, Script } from "../support/speak-provider.ts";

const bench = useSpeakBench({ SPEAK_FIRST_BYTE_MS: "1000", SPEAK_IDLE_MS: "1000" });

/** One byte is one sample: every byte that came can be handed on. */
const mulaw = "model=aura-2-thalia-en&encoding=mulaw&container=none";

type Break = { readonly name: string; readonly script: (asked: Asked) => void };

const breaks: readonly Break[] = [
  { name: "reset", script: (asked) => asked.reset() },
  { name: "closed", script: (asked) => asked.cut() },
];

const places: readonly { readonly name: string; readonly byteOf: (length: number) => number }[] = [
  { name: "behind its first byte", byteOf: () => 1 },
  { name: "in its middle", byteOf: (length) => Math.floor(length / 2) },
  { name: "before its last byte", byteOf: (length) => length - 1 },
  { name: "behind its last byte, but before the end of the answer", byteOf: (length) => length },
];

/** Sends so much of one chunk and, once the client has it, does what the test is about. */
function breakingAt(
  text: string | undefined,
  byte: number,
  heard: Promise<void>,
  then: (asked: Asked) => void,
) {
  const script: Script = async (asked) => {
    if (asked.text !== text) return asked.speak();
    await asked.send(byte);
    await heard;
    then(asked);
  };
  return script;
}

describe.each([
  { count: 1, at: 1 },
  { count: 3, at: 1 },
  { count: 3, at: 2 },
  { count: 3, at: 3 },
])("chunk $at of $count whose connection breaks", ({ count, at }) => {
  describe.each(breaks)("by being $name", ({ script }) => {
    it.each(places)("$name ends the body where the sound ends, with an error", async ({ byteOf }) => {
      const { provider, newText, ask, reportOf } = bench();
      const spoken = await newText(count);
      const before = spoken.chunks.slice(0, at - 1);
      const failing = spoken.chunks[at - 1] ?? "";
      const heard = Promise.withResolvers<void>();
      provider.begin();
      const byte = byteOf(provider.audioOf(failing).length);
      provider.script = breakingAt(failing, byte, heard.promise, script);
      const expected = Buffer.concat([
        provider.audioOf(...before),
        provider.audioOf(failing).subarray(0, byte),
      ]);

      const answer = await ask(spoken, { query: mulaw });
      await answer.reaches(expected.length);
      heard.resolve();
      expect(await answer.ended).toBe("broken");
      expect(answer.status).toBe(200);
      expect(answer.body().equals(expected)).toBe(true);

      // Half-heard audio is never asked for again, and nothing behind it.
      const report = await reportOf(spoken, answer);
      const asked = provider.texts;
      expect(asked.slice(0, at)).toEqual(spoken.chunks.slice(0, at));
      expect(asked).toEqual(spoken.chunks.slice(0, asked.length));
      expect(asked.length).toBeLessThanOrEqual(at + 1);
      expect(report).toMatchObject({
        state: "failed",
        characters: spoken.text.length,
        chunks: { delivered: at - 1 },
        charactersDelivered: before.join("").length,
        bytesDelivered: expected.length,
        error: { chunk: at },
      });
      // One that was asked for and given up in the same moment may not have reached the provider.
      expect(report?.tries).toBeGreaterThanOrEqual(asked.length);
      expect(report?.tries).toBeLessThanOrEqual(at + 1);
    });
  });
});

describe("a chunk that is read ahead and broken before its turn", () => {
  it("ends the body only behind what was read of it", async () => {
    const { provider, newText, ask, reportOf } = bench();
    const spoken = await newText(3);
    const [first = "", second = ""] = spoken.chunks;
    const isSecondBroken = Promise.withResolvers<void>();
    provider.begin(async (asked) => {
      if (asked.text === first) {
        await asked.send(1_000);
        await isSecondBroken.promise;
        return asked.speak();
      }
      await asked.send(2_000);
      // What was sent is read before the break is: only so it is certain how far the audio goes.
      await new Promise((resolve) => setTimeout(resolve, 300));
      asked.reset();
      isSecondBroken.resolve();
    });
    const answer = await ask(spoken);
    expect(await answer.ended).toBe("broken");
    expect(
      answer
        .body()
        .equals(Buffer.concat([provider.audioOf(first), provider.audioOf(second).subarray(0, 2_000)])),
    ).toBe(true);
    expect(provider.texts).toEqual([first, second]);
    expect(await reportOf(spoken, answer)).toMatchObject({ state: "failed", error: { chunk: 2 } });
  });
});

describe("a chunk that falls silent in its middle", () => {
  it.each([
    { count: 1, at: 1 },
    { count: 3, at: 1 },
    { count: 3, at: 2 },
    { count: 3, at: 3 },
  ])("chunk $at of $count ends the body with an error, and is hung up on", async ({ count, at }) => {
    const { provider, newText, hear, reportOf } = bench();
    const spoken = await newText(count);
    const failing = spoken.chunks[at - 1] ?? "";
    provider.begin((asked) => (asked.text === failing ? asked.send(1_000) : asked.speak()));
    const answer = await hear(spoken);
    expect(answer.ended).toBe("broken");
    expect(
      answer.audio.equals(
        Buffer.concat([
          provider.audioOf(...spoken.chunks.slice(0, at - 1)),
          provider.audioOf(failing).subarray(0, 1_000),
        ]),
      ),
    ).toBe(true);
    await eventually(
      "the provider is hung up on",
      () => provider.when("left", at),
      (place) => place >= 0,
    );
    expect(provider.texts.filter((text) => text === failing)).toHaveLength(1);
    expect(await reportOf(spoken, answer)).toMatchObject({ state: "failed", error: { chunk: at } });
  });

  it("is no fault as long as something comes now and then", async () => {
    const { provider, newText, hear } = bench();
    const spoken = await newText(2);
    provider.begin(async (asked) => {
      // Longer in all than any of the time-outs.
      for (let piece = 1; piece <= 8; piece++) {
        await asked.send(piece * 40);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      return asked.speak();
    });
    const answer = await hear(spoken);
    expect(answer).toMatchObject({ status: 200, ended: "whole" });
    expect(answer.audio.equals(provider.audioOf(...spoken.chunks))).toBe(true);
  });

  it("does not count the listener's own silence", async () => {
    const { provider, newText, ask } = bench();
    const spoken = await newText(1);
    provider.begin(undefined, { bytesPerCharacter: 2_000_000 });
    const answer = await ask(spoken);
    answer.pause();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    answer.resume();
    expect(await answer.ended).toBe("whole");
    expect(answer.body().equals(provider.audioOf(...spoken.chunks))).toBe(true);
  });
});

describe("a chunk that cannot begin behind one that was heard", () => {
  const scripts: readonly { readonly name: string; readonly script: Script; readonly tries: number }[] = [
    {
      name: "400",
      script: (asked) => asked.refuse(400, { err_code: "Bad Request", err_msg: "No." }),
      tries: 1,
    },
    {
      name: "401",
      script: (asked) => asked.refuse(401, { err_code: "INVALID_AUTH", err_msg: "No." }),
      tries: 1,
    },
    { name: "500 twice", script: (asked) => asked.refuse(500, "no"), tries: 2 },
    { name: "a reset twice", script: (asked) => asked.reset(), tries: 2 },
    { name: "no byte twice", script: (asked) => asked.end(), tries: 2 },
    { name: "a page instead of audio", script: (asked) => asked.refuse(200, "Welcome"), tries: 1 },
    { name: "silence twice", script: () => {}, tries: 2 },
  ];

  it.each([2, 3].flatMap((at) => scripts.map((script) => ({ at, ...script }))))(
    "chunk $at of 3: $name",
    async ({ at, script, tries }) => {
      const { provider, newText, hear, reportOf } = bench();
      const spoken = await newText(3);
      const failing = spoken.chunks[at - 1];
      provider.begin((asked) => (asked.text === failing ? script(asked) : asked.speak()));
      const answer = await hear(spoken);
      expect(answer).toMatchObject({ status: 200, ended: "broken" });
      const heard = spoken.chunks.slice(0, at - 1);
      expect(answer.audio.equals(provider.audioOf(...heard))).toBe(true);
      expect(provider.texts).toEqual([...heard, ...new Array(tries).fill(failing)]);
      expect(await reportOf(spoken, answer)).toMatchObject({
        state: "failed",
        chunks: { asked: at, spoken: at - 1, delivered: at - 1 },
        charactersDelivered: heard.join("").length,
        bytesDelivered: answer.audio.length,
        error: { chunk: at },
      });
    },
  );
});

describe("odd bytes of 16-bit samples", () => {
  it("shift no sample of the chunks behind", async () => {
    const { provider, newText, hear } = bench();
    const spoken = await newText(3);
    provider.begin(async (asked) => {
      await asked.send(asked.number * 1_000 + 1);
      asked.end();
    });
    const answer = await hear(spoken);
    expect(answer.ended).toBe("whole");
    const expected = spoken.chunks.map((chunk, index) =>
      provider.audioOf(chunk).subarray(0, Math.min(provider.audioOf(chunk).length, (index + 1) * 1_000)),
    );
    expect(answer.audio.equals(Buffer.concat(expected))).toBe(true);
  });

  it("one byte of audio alone is none to a listener, and is not asked for again behind others", async () => {
    const { provider, newText, hear } = bench();
    const spoken = await newText(3);
    provider.begin(async (asked) => {
      if (asked.text !== spoken.chunks[1]) return asked.speak();
      await asked.send(1);
      asked.end();
    });
    const answer = await hear(spoken);
    expect(answer.ended).toBe("broken");
    expect(answer.audio.equals(provider.audioOf(spoken.chunks[0] ?? ""))).toBe(true);
    expect(provider.texts.filter((text) => text === spoken.chunks[1])).toHaveLength(1);
  });
});
