import { describe, expect, it } from "vitest";
import { createLeveller, lift } from "../../../engine/audio/loudness.ts";
import { createPcmReader, toLinear16 } from "../../../engine/audio/pcm.ts";
import { createRecording } from "../../../engine/audio/recording.ts";
import { createResampler } from "../../../engine/audio/resample.ts";
import { openWavHeader } from "../../../engine/audio/wav.ts";

const join = (parts: Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));
const sine = (hertz: number, rate: number, seconds: number) =>
  Float32Array.from({ length: rate * seconds }, (_, n) => 0.5 * Math.sin((2 * Math.PI * hertz * n) / rate));
const rms = (samples: Float32Array) => Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);

function resample(input: Float32Array, from: number, to: number, piece: number): Float32Array {
  const resampler = createResampler(from, to);
  const parts: Float32Array[] = [];
  for (let at = 0; at < input.length; at += piece) parts.push(resampler.push(input.subarray(at, at + piece)));
  return join([...parts, resampler.finish()]);
}

describe("resampler", () => {
  it.each([8000, 11_025, 22_050, 24_000, 44_100, 48_000])(
    "keeps a tone from %i Hz in place and size",
    (rate) => {
      const output = resample(sine(440, rate, 1), rate, 16_000, 999_999);
      const expected = sine(440, 16_000, 1);
      expect(Math.abs(output.length - expected.length)).toBeLessThanOrEqual(1);
      // Its first and last milliseconds border on silence, where the tone itself rings.
      for (let n = 200; n < 15_800; n++)
        expect(Math.abs((output[n] ?? 0) - (expected[n] ?? 0))).toBeLessThan(0.01);
    },
  );

  it("gives the same samples in whatever pieces the stream comes", () => {
    const input = sine(1000, 44_100, 0.3);
    const whole = resample(input, 44_100, 16_000, 999_999);
    for (const piece of [1, 7, 441, 4410]) expect(resample(input, 44_100, 16_000, piece)).toEqual(whole);
  });

  it("takes away what the lower rate cannot hold", () => {
    const output = resample(sine(11_000, 48_000, 0.5), 48_000, 16_000, 4800);
    expect(rms(output.subarray(200, 7800))).toBeLessThan(0.005);
  });
});

describe("pcm reader", () => {
  it("reads samples however the bytes are split", () => {
    const bytes = toLinear16(Float32Array.from([0, 0.5, -0.5, 1, -1]));
    for (const at of [1, 2, 3, 5, 9]) {
      const reader = createPcmReader(1);
      const samples = join([reader.read(bytes.subarray(0, at)), reader.read(bytes.subarray(at))]);
      expect([...samples]).toEqual([0, 0.5, -0.5, 32_767 / 32_768, -1]);
    }
  });

  it("mixes channels into one", () => {
    const bytes = toLinear16(Float32Array.from([0.5, -0.25, 0.5, 0.5]));
    expect([...createPcmReader(2).read(bytes)]).toEqual([0.125, 0.5]);
  });
});

describe("recording", () => {
  it("keeps positions while it forgets", () => {
    const recording = createRecording();
    for (let second = 0; second < 5; second++) {
      recording.append(Float32Array.from({ length: 16_000 }, (_, n) => second + n / 16_000));
      recording.forgetBefore(second * 16_000);
    }
    expect(recording.end()).toBe(80_000);
    expect([...recording.copy(72_000, 72_002)]).toEqual([4.5, Math.fround(4.5 + 1 / 16_000)]);
    // What has been forgotten is left out, not made up.
    expect(recording.copy(0, 64_001)).toHaveLength(1);
  });
});

describe("loudness", () => {
  it("brings quiet speech up and leaves loud speech alone", () => {
    const quiet = sine(300, 16_000, 0.1).map((x) => x * 0.04);
    expect(Math.max(...lift(quiet))).toBeCloseTo(0.4, 1);
    const loud = sine(300, 16_000, 0.1);
    expect(lift(loud)).toBe(loud);
  });

  it("stops amplifying a stream once it has been loud", () => {
    const leveller = createLeveller();
    const quiet = sine(300, 16_000, 0.1).map((x) => x * 0.04);
    const before = Math.max(...leveller.level(quiet));
    leveller.level(sine(300, 16_000, 0.1));
    expect(Math.max(...leveller.level(quiet))).toBeLessThan(before / 5);
  });
});

describe("wav header", () => {
  it("describes mono 16-bit audio of open length", () => {
    const header = openWavHeader(24_000);
    const view = new DataView(header.buffer);
    const ascii = (from: number, to: number) => new TextDecoder().decode(header.subarray(from, to));
    expect(header).toHaveLength(44);
    expect([ascii(0, 4), ascii(8, 16), ascii(36, 40)]).toEqual(["RIFF", "WAVEfmt ", "data"]);
    expect(view.getUint16(22, true)).toBe(1);
    expect(view.getUint32(24, true)).toBe(24_000);
    expect(view.getUint32(28, true)).toBe(48_000);
    expect(view.getUint16(34, true)).toBe(16);
    expect(view.getUint32(40, true)).toBe(0xffff_ffff);
  });
});
