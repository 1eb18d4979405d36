import { describe, expect, it } from "vitest";
import { createPcmReader } from "../../../engine/audio/pcm.ts";
import { createSpeechEncoder } from "../../../engine/speak/encoders.ts";
import type { SpeakFormat } from "../../../engine/speak/formats.ts";

const tone = Float32Array.from(
  { length: 16_000 },
  (_, n) => 0.5 * Math.sin((2 * Math.PI * 440 * n) / 16_000),
);

async function encode(format: SpeakFormat, piece = 1000) {
  const encoder = await createSpeechEncoder(format);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < tone.length; at += piece) parts.push(encoder.encode(tone.subarray(at, at + piece)));
  parts.push(encoder.finish());
  return { header: encoder.header, bytes: Buffer.concat(parts) };
}

/** Rates of MPEG 2 Layer III, in kbit/s, and of its samples, by their numbers in a frame's header. */
const KILOBITS = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES = [22_050, 24_000, 16_000];
const FRAME_SAMPLES = 576;

/** Walks from frame to frame and fails where none begins. */
function readFrames(bytes: Buffer) {
  const frames: { bitRate: number; sampleRate: number }[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    expect(bytes.readUInt16BE(at) & 0xfffe).toBe(0xfff2);
    const code = bytes.readUInt8(at + 2);
    const bitRate = 1000 * (KILOBITS[code >> 4] ?? 0);
    const sampleRate = RATES[(code >> 2) & 3] ?? 0;
    frames.push({ bitRate, sampleRate });
    at += Math.floor((72 * bitRate) / sampleRate) + ((code >> 1) & 1);
  }
  return frames;
}

describe("speech encoder", () => {
  it.each([32_000, 48_000] as const)("makes mp3 of %i bits a second, frame by frame", async (bitRate) => {
    const { header, bytes } = await encode({ encoding: "mp3", bitRate });
    expect(header).toHaveLength(0);
    const frames = readFrames(bytes);
    for (const frame of frames) expect(frame).toEqual({ bitRate, sampleRate: 24_000 });
    const seconds = (frames.length * FRAME_SAMPLES) / 24_000;
    expect(seconds).toBeGreaterThan(1);
    expect(seconds).toBeLessThan(1.2);
  });

  it("gives mp3 out while it is fed", async () => {
    const encoder = await createSpeechEncoder({ encoding: "mp3", bitRate: 48_000 });
    const early = encoder.encode(tone.subarray(0, 8000));
    const copy = early.slice();
    encoder.encode(tone.subarray(8000));
    expect(early.length).toBeGreaterThan(1000);
    expect(early).toEqual(copy);
  });

  it.each([
    ["linear16", 24_000, 2],
    ["linear16", 8000, 2],
    ["mulaw", 8000, 1],
    ["mulaw", 16_000, 1],
    ["alaw", 8000, 1],
    ["alaw", 16_000, 1],
  ] as const)("makes %s at %i Hz, which reads back as the tone it was", async (encoding, rate, width) => {
    const plain = await encode({ encoding, container: "none", sampleRate: rate });
    expect(plain.header).toHaveLength(0);
    expect(plain.bytes).toHaveLength(rate * width);
    const heard = createPcmReader(1, encoding).read(plain.bytes);
    for (let n = 500; n < rate - 500; n++)
      expect(Math.abs((heard[n] ?? 0) - 0.5 * Math.sin((2 * Math.PI * 440 * n) / rate))).toBeLessThan(0.02);
    const { header, bytes } = await encode({ encoding, container: "wav", sampleRate: rate });
    expect(header).toHaveLength(44);
    expect(bytes).toEqual(plain.bytes);
  });
});
