import { describe, expect, it } from "vitest";
import { readWav } from "../../../client/index.ts";

type Header = { tag?: number; channels?: number; rate?: number; bits: number; subFormat?: number };

function chunk(name: string, body: Uint8Array, size = body.length): Uint8Array {
  const head = Buffer.alloc(8);
  head.write(name, "latin1");
  head.writeUInt32LE(size, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

function format({ tag = 1, channels = 1, rate = 16_000, bits, subFormat }: Header): Uint8Array {
  const body = Buffer.alloc(subFormat === undefined ? 16 : 40);
  body.writeUInt16LE(tag, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(rate, 4);
  body.writeUInt32LE((rate * channels * bits) / 8, 8);
  body.writeUInt16LE((channels * bits) / 8, 12);
  body.writeUInt16LE(bits, 14);
  if (subFormat !== undefined) body.writeUInt16LE(subFormat, 24);
  return chunk("fmt ", body);
}

function wav(...chunks: Uint8Array[]): Uint8Array {
  const head = Buffer.from("RIFF\0\0\0\0WAVE", "latin1");
  head.writeUInt32LE(
    chunks.reduce((sum, { length }) => sum + length, 4),
    4,
  );
  return new Uint8Array(Buffer.concat([head, ...chunks]));
}

const int16 = (...samples: number[]) => new Uint8Array(Int16Array.from(samples).buffer);
const samplesOf = (data: Uint8Array) => [...new Int16Array(data.slice().buffer)];

describe("readWav", () => {
  it("takes 16-bit PCM as it is", () => {
    const { format: read, data } = readWav(
      wav(format({ bits: 16, channels: 2, rate: 44_100 }), chunk("data", int16(1, -2, 3, -4))),
    );
    expect(read).toEqual({ encoding: "linear16", sampleRate: 44_100, channels: 2 });
    expect(samplesOf(data)).toEqual([1, -2, 3, -4]);
  });

  it("finds the data behind other chunks, odd ones too, and stops at its end", () => {
    const odd = chunk("LIST", Buffer.from("data12345"));
    const after = chunk("id3 ", Buffer.from("no sound"));
    const { data } = readWav(wav(odd, format({ bits: 16 }), odd, chunk("data", int16(5, 6)), after));
    expect(samplesOf(data)).toEqual([5, 6]);
  });

  it.each([0, 0xffffffff, 0x7ffff000])(
    "reads an open length (%i) up to the end, whole samples only",
    (size) => {
      const open = chunk("data", new Uint8Array([...int16(7, 8), 9]), size).subarray(0, 13);
      expect(samplesOf(readWav(wav(format({ bits: 16 }), open)).data)).toEqual([7, 8]);
    },
  );

  it("reads a view into a larger buffer", () => {
    const file = wav(format({ bits: 16 }), chunk("data", int16(1, 2)));
    const larger = new Uint8Array(file.length + 20).fill(255);
    larger.set(file, 7);
    expect(samplesOf(readWav(larger.subarray(7, 7 + file.length)).data)).toEqual([1, 2]);
  });

  it.each([
    ["8-bit", { bits: 8 }, new Uint8Array([0, 128, 255])],
    ["24-bit", { bits: 24 }, new Uint8Array([0, 0, 0x80, 0, 0, 0, 0, 0, 0x7f])],
    ["32-bit", { bits: 32 }, new Uint8Array(Int32Array.from([-(2 ** 31), 0, 127 * 2 ** 24]).buffer)],
    ["float", { bits: 32, tag: 3 }, new Uint8Array(Float32Array.from([-1, 0, 0.9921875]).buffer)],
    ["double", { bits: 64, tag: 3 }, new Uint8Array(Float64Array.from([-1, 0, 0.9921875]).buffer)],
    [
      "extensible float",
      { bits: 32, tag: 0xfffe, subFormat: 3 },
      new Uint8Array(Float32Array.from([-1, 0, 0.9921875]).buffer),
    ],
  ])("turns %s into 16-bit", (_, header, body) => {
    const { format: read, data } = readWav(wav(format(header), chunk("data", body)));
    expect(read.encoding).toBe("linear16");
    expect(samplesOf(data)).toEqual([-32_768, 0, 32_512]);
  });

  it("clips floating point beyond full scale", () => {
    const { data } = readWav(
      wav(format({ bits: 32, tag: 3 }), chunk("data", new Uint8Array(Float32Array.from([2, -2]).buffer))),
    );
    expect(samplesOf(data)).toEqual([32_767, -32_768]);
  });

  it.each([
    [7, "mulaw"],
    [6, "alaw"],
  ])("passes companded audio (tag %i) through", (tag, encoding) => {
    const { format: read, data } = readWav(
      wav(format({ tag, bits: 8, rate: 8_000 }), chunk("data", new Uint8Array([1, 2, 3]))),
    );
    expect(read).toEqual({ encoding, sampleRate: 8_000, channels: 1 });
    expect([...data]).toEqual([1, 2, 3]);
  });

  it.each([
    ["not a WAV file", new Uint8Array(Buffer.from("ID3 and then an MP3 file of some length"))],
    ["not a WAV file", new Uint8Array(3)],
    ["holds no audio", wav(format({ bits: 16 }))],
    ["does not describe its format", wav(chunk("data", int16(1)))],
    ["6 channels", wav(format({ bits: 16, channels: 6 }), chunk("data", int16(1)))],
    ["96000 samples a second", wav(format({ bits: 16, rate: 96_000 }), chunk("data", int16(1)))],
    ["(85, 16 bit) is not supported", wav(format({ bits: 16, tag: 85 }), chunk("data", int16(1)))],
    ["cut short", wav(chunk("fmt ", new Uint8Array(4)))],
  ])("refuses in words: %s", (words, bytes) => {
    expect(() => readWav(bytes)).toThrow(
      expect.objectContaining({ code: "bad_request", message: expect.stringContaining(words) }),
    );
  });
});
