import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SampleEncoding } from "../../../engine/audio/format.ts";
import { createOpener, undecodableReason } from "../../../engine/audio/opener.ts";
import { createPcmReader } from "../../../engine/audio/pcm.ts";
import { openWavHeader } from "../../../engine/audio/wav.ts";
import { createWavReader, type WavRead } from "../../../engine/audio/wav-reader.ts";

const AUDIO = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]);

function chunk(id: string, body: Uint8Array, length = body.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, "latin1");
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

function formatChunk({ tag = 1, channels = 1, rate = 16_000, bits = 16, more = Buffer.alloc(0) } = {}) {
  const body = Buffer.alloc(16);
  body.writeUInt16LE(tag, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(rate, 4);
  body.writeUInt32LE((rate * channels * bits) / 8, 8);
  body.writeUInt16LE((channels * bits) / 8, 12);
  body.writeUInt16LE(bits, 14);
  return chunk("fmt ", Buffer.concat([body, more]));
}

const riff = (...chunks: Uint8Array[]) =>
  Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVE", "latin1"), ...chunks]);

/** What a reader makes of bytes that come in pieces: the audio in all, and the last answer. */
function readAll(file: Uint8Array, pieces: readonly number[] = []) {
  const reader = createWavReader();
  const audio: Uint8Array[] = [];
  let last: WavRead = { kind: "waiting" };
  let at = 0;
  for (const size of [...pieces, file.length]) {
    last = reader.read(file.subarray(at, at + size));
    at += size;
    if (last.kind === "undecodable") break;
    if (last.kind === "audio") audio.push(last.bytes);
  }
  return { last, audio: Buffer.concat(audio) };
}

describe("WAV reader", () => {
  it("finds the audio behind other chunks, however the file is split, and stops at its end", () => {
    const file = riff(
      chunk("LIST", Buffer.from("odd")),
      formatChunk(),
      chunk("fact", Buffer.alloc(4)),
      chunk("data", AUDIO),
      chunk("LIST", Buffer.from("words about it")),
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 30 }), (pieces) => {
        const { last, audio } = readAll(file, pieces);
        expect(audio).toEqual(AUDIO);
        expect(last).toMatchObject({
          format: { encoding: "linear16", sampleRate: 16_000, channels: 1 },
        });
      }),
    );
  });

  it.each([0, 0xffff_ffff])("reads on when the length of the audio is open (%i)", (length) => {
    const file = riff(formatChunk(), chunk("data", AUDIO, length));
    expect(readAll(Buffer.concat([file, AUDIO]), [50]).audio).toEqual(Buffer.concat([AUDIO, AUDIO]));
  });

  it("reads the headers this engine writes", () => {
    for (const encoding of ["linear16", "mulaw", "alaw"] as const)
      expect(readAll(Buffer.concat([openWavHeader(8000, encoding), AUDIO]))).toMatchObject({
        last: { format: { encoding, sampleRate: 8000, channels: 1 } },
        audio: AUDIO,
      });
  });

  const subformat = Buffer.concat([
    Buffer.from([22, 0, 24, 0, 4, 0, 0, 0, 1, 0]),
    Buffer.from("000000001000800000aa00389b71", "hex"),
  ]);
  it.each<[SampleEncoding, Parameters<typeof formatChunk>[0]]>([
    ["unsigned8", { bits: 8 }],
    ["linear24", { bits: 24, channels: 2, rate: 96_000 }],
    ["linear24", { tag: 0xfffe, bits: 24, more: subformat }],
    ["linear32", { bits: 32 }],
    ["float32", { tag: 3, bits: 32 }],
    ["alaw", { tag: 6, bits: 8, rate: 8000 }],
    ["mulaw", { tag: 7, bits: 8, rate: 8000 }],
  ])("knows %s", (encoding, format) => {
    expect(readAll(riff(formatChunk(format), chunk("data", AUDIO))).last).toMatchObject({
      kind: "audio",
      format: { encoding },
    });
  });

  it.each<[string, Uint8Array]>([
    ["no container", Buffer.from('{"type":"KeepAlive"}')],
    ["Ogg", Buffer.from("OggS\0\x02")],
    ["WebM", Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 1])],
    ["MP3", Buffer.from([0xff, 0xf3, 0x64, 0xc4])],
    ["MP3", Buffer.from("ID3\x04")],
    ["FLAC", Buffer.from("fLaC\0")],
    ["MP4", Buffer.from("\0\0\0\x20ftypisom")],
    ["no WAV", Buffer.from("RIFF\0\0\0\0AVI LIST")],
    ["does not say what", riff(chunk("data", AUDIO))],
    ["of a kind", riff(formatChunk({ tag: 2, bits: 4 }), chunk("data", AUDIO))],
    ["of a kind", riff(formatChunk({ rate: 100 }))],
    ["of a kind", riff(formatChunk({ channels: 0 }))],
    ["damaged", riff(chunk("fmt ", Buffer.alloc(4)))],
    ["no audio behind", riff(formatChunk(), chunk("junk", Buffer.alloc(2 * 1024 * 1024)))],
  ])("says what it cannot read: %s", (words, file) => {
    const { last } = readAll(file, [100_000]);
    expect(last).toMatchObject({ kind: "undecodable", reason: expect.stringContaining(words) });
    if (last.kind !== "undecodable") return;
    const reason = undecodableReason(last.reason);
    expect(reason).toContain("DATA-0000");
    expect(reason).toContain("WAV");
    expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
  });

  it("never throws, whatever comes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, asRiff) => {
        readAll(asRiff ? riff(bytes) : bytes, [7, 1, 30]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("raw audio", () => {
  const format = { encoding: "linear16", sampleRate: 16_000, channels: 1 } as const;

  it("is taken as it is, unless it begins as a compressed container does", () => {
    const opener = createOpener(format);
    expect(opener.read(AUDIO)).toEqual({ kind: "audio", format, bytes: AUDIO });
    expect(opener.read(Buffer.from("OggS"))).toMatchObject({ kind: "audio" });
    expect(createOpener(format).read(Buffer.from("OggS"))).toMatchObject({ kind: "undecodable" });
  });

  it.each<[SampleEncoding, number[], number[]]>([
    ["linear16", [0, 0x40, 0, 0xc0], [0.5, -0.5]],
    ["unsigned8", [192, 64], [0.5, -0.5]],
    ["linear24", [0, 0, 0x40, 0, 0, 0xc0], [0.5, -0.5]],
    ["linear32", [0, 0, 0, 0x40, 0, 0, 0, 0xc0], [0.5, -0.5]],
    ["float32", [0, 0, 0, 0x3f, 0, 0, 0xc0, 0x7f], [0.5, 0]],
    ["mulaw", [0xff, 0x80], [0, 32_124 / 32_768]],
    ["alaw", [0xaa, 0x2a], [32_256 / 32_768, -32_256 / 32_768]],
  ])("is read as %s", (encoding, bytes, samples) => {
    const reader = createPcmReader(1, encoding);
    const heard = bytes.flatMap((byte) => [...reader.read(Uint8Array.of(byte))]);
    expect(heard).toEqual(samples);
  });
});
