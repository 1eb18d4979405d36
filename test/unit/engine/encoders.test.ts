import { OggOpusDecoder } from "ogg-opus-decoder";
import { describe, expect, it } from "vitest";
import { createPcmReader } from "../../../engine/audio/pcm.ts";
import { createSpeechEncoder } from "../../../engine/speak/encoders.ts";
import type { SpeakFormat } from "../../../engine/speak/formats.ts";
import { readOgg } from "../speak-stitch/ogg-files.ts";

const tone = Float32Array.from(
  { length: 16_000 },
  (_, n) => 0.5 * Math.sin((2 * Math.PI * 440 * n) / 16_000),
);

async function encode(format: SpeakFormat, piece = 1000, sound = tone) {
  const encoder = await createSpeechEncoder(format);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < sound.length; at += piece) parts.push(encoder.encode(sound.subarray(at, at + piece)));
  parts.push(encoder.finish());
  encoder.free();
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

  const opus = (bitRate: number) => ({ encoding: "opus", bitRate }) as const;

  it.each([
    [12_000, 1000],
    [64_000, 1],
    [64_000, 16_000],
    [650_000, 16_000],
  ])(
    "makes opus of %i bits a second in pieces of %i samples, which reads back as the tone it was",
    async (bitRate, piece) => {
      const { header, bytes } = await encode(opus(bitRate), piece);
      const { samples, errors } = await decodeOpus(Buffer.concat([header, bytes]));
      expect(errors).toEqual([]);
      expect(samples).toHaveLength(3 * tone.length);
      let [signal, noise] = [0, 0];
      for (let n = 4800; n < samples.length - 4800; n++) {
        const expected = 0.5 * Math.sin((2 * Math.PI * 440 * n) / 48_000);
        signal += expected ** 2;
        noise += ((samples[n] ?? 0) - expected) ** 2;
      }
      expect(10 * Math.log10(signal / noise)).toBeGreaterThan(bitRate < 64_000 ? 10 : 20);
    },
  );

  it.each([0, 1, 215, 216, 217, 319, 320, 321, 535, 536, 537, 640])(
    "ends opus of %i samples where they end",
    async (length) => {
      const { header, bytes } = await encode(opus(12_000), 100, tone.subarray(0, length));
      const { pages, packets } = readOgg(Buffer.concat([header, bytes]));
      const last = pages.at(-1)?.granule ?? 0;
      expect(last).toBe(3 * length + 312);
      // Not a packet more than the samples need.
      expect(packets.length - 2).toBe(Math.ceil(last / 960));
    },
  );

  it("numbers the pages of opus, with one beginning and one end, and checks them", async () => {
    const { header, bytes } = await encode(opus(650_000), 16_000);
    const { pages, packets } = readOgg(Buffer.concat([header, bytes]));
    expect(pages.map(({ sequence }) => sequence)).toEqual([...pages.keys()]);
    expect(new Set(pages.map(({ serial }) => serial)).size).toBe(1);
    expect(pages.map(({ flags }) => flags)).toEqual([2, ...pages.slice(2).map(() => 0), 4]);
    expect(pages.at(-1)?.granule).toBe(3 * tone.length + 312);
    const positions = pages.map(({ granule }) => granule);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(packets.slice(0, 2).map((packet) => packet.toString("latin1", 0, 8))).toEqual([
      "OpusHead",
      "OpusTags",
    ]);
    expect(packets).toHaveLength(2 + 51);
  });

  it("gives opus out while it is fed", async () => {
    const encoder = await createSpeechEncoder(opus(12_000));
    const early = encoder.encode(tone.subarray(0, 4000));
    encoder.free();
    expect(readOgg(early).packets).toHaveLength(12);
  });

  it("keeps several voices in opus apart, and gives their memory back", async () => {
    const alone = await encode(opus(24_000));
    const other = await createSpeechEncoder(opus(6000));
    const again = await createSpeechEncoder(opus(24_000));
    const parts: Uint8Array[] = [];
    for (let at = 0; at < tone.length; at += 1000) {
      parts.push(again.encode(tone.subarray(at, at + 1000)));
      other.encode(tone.subarray(0, 700));
    }
    parts.push(again.finish());
    const packets = readOgg(Buffer.concat(parts)).packets;
    expect(packets).toEqual(readOgg(alone.bytes).packets);
    again.free();
    other.free();
    // Thousands would not fit if each kept its own.
    for (let count = 0; count < 3000; count++) (await createSpeechEncoder(opus(12_000))).free();
  });
});

async function decodeOpus(file: Uint8Array) {
  const decoder = new OggOpusDecoder();
  await decoder.ready;
  const { channelData, samplesDecoded, errors } = await decoder.decodeFile(file);
  decoder.free();
  return { samples: (channelData[0] ?? new Float32Array(0)).slice(0, samplesDecoded), errors };
}
