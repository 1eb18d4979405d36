import { describe, expect, it } from "vitest";
import { createResampler } from "../../../web/studio/sound/resample.ts";

const toRate = 16_000;
const rates = [44_100, 48_000, 96_000, 16_000, 8_000];
/** What the audio thread hands over at a time. */
const quantum = 128;

function tone(rate: number, hz: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(rate * seconds) }, (_, n) =>
    Math.sin((2 * Math.PI * hz * n) / rate),
  );
}

function resampled(fromRate: number, samples: Float32Array, pieceSamples = quantum): number[] {
  const result: number[] = [];
  const take = (sample: number) => void result.push(sample);
  const resampler = createResampler(fromRate, toRate);
  for (let at = 0; at < samples.length; at += pieceSamples) {
    resampler.push(samples.subarray(at, at + pieceSamples), take);
  }
  resampler.finish(take);
  return result;
}

/** Away from both ends, where silence begins or ends. */
const middle = (samples: readonly number[]) => samples.slice(toRate / 10, -toRate / 10);
const rms = (samples: readonly number[]) =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
const decibels = (ratio: number) => 20 * Math.log10(ratio);
const sineRms = Math.SQRT1_2;

describe.each(rates)("sound of %d Hz", (rate) => {
  it("has the same length afterwards, to the sample", () => {
    for (const count of [0, 1, 127, 128, 129, 1_000, rate, rate + 1]) {
      const out = resampled(rate, new Float32Array(count));
      expect(out).toHaveLength(Math.ceil((count * toRate) / rate));
    }
  });

  it.each([100, 440, 1_000, 3_000])("keeps a tone of %d Hz at its place, frequency and level", (hz) => {
    const out = middle(resampled(rate, tone(rate, hz, 1)));
    const wanted = middle([...tone(toRate, hz, 1)]);
    const difference = out.map((sample, n) => sample - (wanted[n] ?? 0));
    // A shift of a hundredth of a sample at 3 kHz would already be −39 dB.
    expect(decibels(rms(difference) / sineRms)).toBeLessThan(-60);
  });

  it("passes a constant as it is", () => {
    const out = middle(resampled(rate, new Float32Array(rate).fill(0.5)));
    expect(Math.max(...out.map((sample) => Math.abs(sample - 0.5)))).toBeLessThan(1e-4);
  });

  it("comes out the same whatever the pieces, so nothing clicks where they meet", () => {
    const speech = Float32Array.from({ length: 5_000 }, (_, n) => Math.sin(n * n * 1e-4) * Math.cos(n / 7));
    const whole = resampled(rate, speech, speech.length);
    for (const pieceSamples of [1, 7, quantum, 1_024]) {
      expect(resampled(rate, speech, pieceSamples)).toEqual(whole);
    }
  });
});

describe("what the lower rate cannot hold", () => {
  it.each(
    [44_100, 48_000, 96_000].flatMap((rate) =>
      [8_050, 8_500, 10_000, 15_000, 20_000, 21_900].map((hz) => [hz, rate] as const),
    ),
  )("is gone: %d Hz in sound of %d Hz", (hz, rate) => {
    const out = middle(resampled(rate, tone(rate, hz, 0.5)));
    expect(decibels(rms(out) / sineRms)).toBeLessThan(-60);
  });

  it.each([500, 2_000, 6_500])("and what it can is not: %d Hz", (hz) => {
    const out = middle(resampled(48_000, tone(48_000, hz, 0.5)));
    expect(Math.abs(decibels(rms(out) / sineRms))).toBeLessThan(0.1);
  });
});
