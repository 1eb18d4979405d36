import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWavHeader } from "../../engine/audio/wav.ts";
import { speakToEnd, speakToken } from "../support/speak-client.ts";
import { chunksOf, prose } from "../support/speak-text.ts";
import { startStack, type TestStack } from "../support/stack.ts";
import { type Decoded, decodeMp3, decodeOpus, largestDifference } from "../unit/speak-stitch/decoders.ts";

/**
 * One format is held to a long text each time. The others are held to a text of three chunks or, where they differ from
 * one of those only in a number, of two; with SPEAK_LONG=1 all of them to the long one, which takes minutes.
 */
const isEveryFormatLong = process.env.SPEAK_LONG === "1";
const fullLength = 20_000;
const [threeChunks, twoChunks] = isEveryFormatLong ? [fullLength, fullLength] : [2_050, 300];
const timeout = 300_000;

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.close());

const model = "model=aura-2-thalia-en";

/** The text through the Worker. */
async function spoken(text: string, query: string): Promise<Buffer> {
  const token = await speakToken(stack);
  const answer = await speakToEnd({ url: stack.url, token, text, query: `${model}&${query}` });
  expect(answer).toMatchObject({ status: 200, ended: "whole" });
  expect(answer.headers["dg-char-count"]).toBe(String(text.length));
  return answer.audio;
}

/** Each chunk of the text by itself, from the engine. */
async function alone(text: string, query: string): Promise<Buffer[]> {
  const audio: Buffer[] = [];
  for (const chunk of chunksOf(text)) {
    const response = await fetch(`${stack.engineUrl}/v1/speak?${model}&${query}`, {
      method: "POST",
      headers: { authorization: "Token embedded-engine", "content-type": "application/json" },
      body: JSON.stringify({ text: chunk }),
    });
    expect(response.status).toBe(200);
    audio.push(Buffer.from(await response.arrayBuffer()));
  }
  return audio;
}

function textOf(characters: number): { readonly text: string; readonly chunks: number } {
  const text = prose(characters, 7);
  return { text, chunks: chunksOf(text).length };
}

it("a text of 20,000 characters is the speech of its chunks, sample for sample", { timeout }, async () => {
  const { text, chunks } = textOf(fullLength);
  expect(chunks).toBeGreaterThan(10);
  const query = "encoding=linear16&container=none&sample_rate=24000";
  const whole = await spoken(text, query);
  const apart = await alone(text, query);
  // Fewer than four minutes of sound would not be all of it.
  expect(whole.length).toBeGreaterThan(4 * 60 * 24_000 * 2);
  expect(whole.equals(Buffer.concat(apart))).toBe(true);
});

describe("a text of several chunks", () => {
  it.each([
    ["linear16", 48_000, "wav", twoChunks],
    ["linear16", 8_000, "none", twoChunks],
    ["mulaw", 8_000, "none", twoChunks],
    ["mulaw", 16_000, "wav", twoChunks],
    ["alaw", 8_000, "wav", threeChunks],
    ["alaw", 16_000, "none", twoChunks],
  ] as const)(
    "in %s of %i Hz, container %s, is the speech of its chunks",
    { timeout },
    async (encoding, rate, container, characters) => {
      const { text, chunks } = textOf(characters);
      const query = `encoding=${encoding}&sample_rate=${rate}`;
      const apart = await alone(text, `${query}&container=none`);
      expect(apart).toHaveLength(chunks);
      const header = container === "wav" ? [openWavHeader(rate, encoding)] : [];
      const whole = await spoken(text, `${query}&container=${container}`);
      expect(whole.equals(Buffer.concat([...header, ...apart]))).toBe(true);
    },
  );

  it.each([
    [48_000, threeChunks],
    [32_000, twoChunks],
  ])("in mp3 of %i bit/s sounds as its chunks do", { timeout }, async (bitRate, characters) => {
    const { text, chunks } = textOf(characters);
    const query = `encoding=mp3&bit_rate=${bitRate}`;
    const { samples } = await decodeMp3(await spoken(text, query));
    const apart = await decodedApart(text, query, decodeMp3);
    expect(apart).toHaveLength(chunks);
    let at = 0;
    for (const [index, chunk] of apart.entries()) {
      // What the decoder still has of the chunk before fades within two frames.
      const faded = index === 0 ? 0 : 2 * 576;
      expect(largestDifference(chunk.samples.subarray(0, faded), samples, at)).toBeLessThan(0.0001);
      expect(largestDifference(chunk.samples.subarray(faded), samples, at + faded)).toBeLessThan(0.000_001);
      at += chunk.samples.length;
    }
    expect(samples).toHaveLength(at);
  });

  it.each([
    [12_000, threeChunks],
    [64_000, twoChunks],
  ])("in opus of %i bit/s sounds as its chunks do", { timeout }, async (bitRate, characters) => {
    const { text, chunks } = textOf(characters);
    const query = `encoding=opus&bit_rate=${bitRate}`;
    const { samples } = await decodeOpus(await spoken(text, query));
    const apart = await decodedApart(text, query, decodeOpus);
    expect(apart).toHaveLength(chunks);
    let at = 0;
    for (const [index, chunk] of apart.entries()) {
      const difference = relativeDifference(chunk.samples, samples, at);
      // A decoder that comes from other sound than the encoder began with differs a little, at low rates to the end.
      if (index === 0) expect(difference).toBe(0);
      else expect(difference).toBeLessThan(0.01);
      // At a seam the last packet's padding and the next one's 312 samples of pre-skip are heard.
      const packets = Math.ceil((312 + chunk.samples.length) / 960);
      at += index === chunks - 1 ? chunk.samples.length : packets * 960;
    }
    expect(samples).toHaveLength(at);
  });
});

/** How loud the difference between `a` and what `b` has from `at` on is, where `a` itself is 1. */
function relativeDifference(a: Float32Array, b: Float32Array, at: number): number {
  let difference = 0;
  let energy = 0;
  for (const [index, sample] of a.entries()) {
    difference += (sample - (b[at + index] ?? 2)) ** 2;
    energy += sample ** 2;
  }
  return Math.sqrt(difference / energy);
}

async function decodedApart(
  text: string,
  query: string,
  decode: (bytes: Uint8Array) => Promise<Decoded>,
): Promise<Decoded[]> {
  const decoded: Decoded[] = [];
  for (const chunk of await alone(text, query)) decoded.push(await decode(chunk));
  return decoded;
}
