import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowanceOf } from "../../../party/room/door/allowance.ts";
import { AudioMeter, AudioRate } from "../../../party/room/meter.ts";
import { type AudioFormat, msToSamples } from "../../../shared/audio.ts";
import { limits } from "../../../shared/limits.ts";
import { newBook } from "../../support/memory-sqlite.ts";
import { refusal } from "../../support/refused.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

const format: AudioFormat = { encoding: "linear16", sampleRate: 16_000, channels: 1 };

function newMeter(of: AudioFormat = format, begin = 0) {
  const time = new VirtualTime();
  return { time, meter: new AudioMeter("s", of, begin, new AudioRate(time.now)) };
}

describe("the meter", () => {
  it.each([
    { name: "linear16 of 16 kHz", of: format, frameMs: 20 },
    {
      name: "linear16 of 44.1 kHz in two channels",
      of: { ...format, sampleRate: 44_100, channels: 2 },
      frameMs: 20,
    },
    {
      name: "mulaw of 8 kHz",
      of: { ...format, encoding: "mulaw" as const, sampleRate: 8_000 },
      frameMs: 250,
    },
  ])("lets hours of speech through from a clock that is fast by 1 %: $name", ({ of, frameMs }) => {
    const { time, meter } = newMeter(of);
    const frame = msToSamples(frameMs, of);
    const endMs = 4 * 3_600_000;
    let at = 0;
    for (let ms = 0; ms < endMs; ms += frameMs) {
      meter.take(at, at + frame, null);
      at += frame;
      time.setBack(-frameMs / 1.01);
    }
    expect(at).toBe((endMs / frameMs) * frame);
  });

  it("lets nothing through for long that comes faster than it may", () => {
    const excess = fc.integer({ min: 120, max: 1_000 }).map((percent) => percent / 100);
    fc.assert(
      fc.property(excess, fc.integer({ min: 20, max: 250 }), (speed, frameMs) => {
        const { time, meter } = newMeter();
        const frame = msToSamples(frameMs, format);
        const begunAt = time.now();
        // So long it takes until the lead is used up.
        const longestMs = limits.audioAheadMaxMs / (speed - limits.audioRateMax);
        let at = 0;
        while (refusal(() => meter.take(at, at + frame, null)) === null) {
          at += frame;
          time.setBack(-frameMs / speed);
          expect(time.now() - begunAt).toBeLessThanOrEqual(longestMs + frameMs);
        }
        const wentByMs = time.now() - begunAt;
        expect(wentByMs).toBeGreaterThan(longestMs - (2 * frameMs) / (speed - limits.audioRateMax));
        expect((at * 1_000) / format.sampleRate).toBeLessThanOrEqual(
          limits.audioAheadMaxMs + wentByMs * limits.audioRateMax + 1,
        );
      }),
      { numRuns: 30 },
    );
  });

  it("counts each moment once, however often it is sent, and nothing before it began", () => {
    const tenSeconds = msToSamples(10_000, format);
    const { meter } = newMeter(format, tenSeconds);
    for (let turn = 0; turn < 100; turn += 1) meter.take(0, 2 * tenSeconds, null);
    // 120 of the 130 seconds are left.
    expect(refusal(() => meter.take(2 * tenSeconds, 14 * tenSeconds, null))).toBeNull();
    expect(refusal(() => meter.take(14 * tenSeconds, 14 * tenSeconds + 16, null))).toBe("rate_limited");
    expect(refusal(() => meter.take(5 * tenSeconds, 14 * tenSeconds, null))).toBeNull();
  });

  it("does not count what a publisher has left out", () => {
    const { meter } = newMeter();
    const hour = msToSamples(3_600_000, format);
    for (let turn = 0; turn < 10; turn += 1) meter.take(turn * hour, turn * hour + 16_000, null);
    expect(refusal(() => meter.take(10 * hour, 10 * hour + 120 * 16_000, null))).toBeNull();
    expect(refusal(() => meter.take(10 * hour + 120 * 16_000, 10 * hour + 121 * 16_000, null))).toBe(
      "rate_limited",
    );
  });

  it("takes nothing of what it refuses: neither time nor what the token allows", () => {
    const { book } = newBook();
    const { time, meter } = newMeter();
    const pass = { tokenId: "t", issuedAt: time.now(), expiresAt: time.now() + 60_000, maxSeconds: 200 };
    const allowance = allowanceOf(pass, book, time.now);
    const burst = msToSamples(limits.audioAheadMaxMs, format);
    meter.take(0, burst, allowance);
    const before = book.spending("t");
    for (let turn = 0; turn < 3; turn += 1) {
      expect(refusal(() => meter.take(burst, burst + 16_000, allowance))).toBe("rate_limited");
    }
    expect(book.spending("t")).toEqual(before);
    time.setBack(-1_000);
    expect(refusal(() => meter.take(burst, burst + 16_000, allowance))).toBeNull();

    const small = allowanceOf({ ...pass, tokenId: "u", maxSeconds: 1 }, book, time.now);
    time.setBack(-10_000);
    const next = burst + 16_000;
    for (let turn = 0; turn < 20; turn += 1) {
      expect(refusal(() => meter.take(next, next + 160_000, small))).toBe("cap_reached");
    }
    expect(refusal(() => meter.take(next, next + 160_000, null))).toBeNull();
  });

  it("never lets a token pay less than what came, whatever the sample rate and the frames", () => {
    const rate = fc.constantFrom(8_000, 11_025, 16_000, 22_050, 44_100, 48_000);
    const frames = fc.array(fc.integer({ min: 1, max: 5_000 }), {
      minLength: 1,
      maxLength: 200,
      size: "max",
    });
    fc.assert(
      fc.property(rate, frames, (sampleRate, samples) => {
        const { book } = newBook();
        const of = { ...format, sampleRate };
        const { time, meter } = newMeter(of);
        const pass = { tokenId: "t", issuedAt: time.now(), expiresAt: time.now() + 60_000, maxSeconds: 3 };
        const allowance = allowanceOf(pass, book, time.now);
        let at = 0;
        for (const count of samples) {
          const code = refusal(() => meter.take(at, at + count, allowance));
          if (code !== null) {
            expect(code).toBe("cap_reached");
            expect(at + count).toBeGreaterThan(3 * sampleRate);
            break;
          }
          at += count;
        }
        expect(at).toBeLessThanOrEqual(3 * sampleRate);
      }),
    );
  });

  it("does not let a single sample through beyond what the token allows", () => {
    const of = { ...format, sampleRate: 44_100 };
    const { time, meter } = newMeter(of);
    const pass = { tokenId: "t", issuedAt: time.now(), expiresAt: time.now() + 60_000, maxSeconds: 3 };
    const allowance = allowanceOf(pass, newBook().book, time.now);
    expect(refusal(() => meter.take(0, 3 * 44_100, allowance))).toBeNull();
    expect(refusal(() => meter.take(3 * 44_100, 3 * 44_100 + 1, allowance))).toBe("cap_reached");
  });
});
