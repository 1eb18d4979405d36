import { describe, expect, it } from "vitest";
import {
  afterPiece,
  decibels,
  type Hearing,
  judgeLevel,
  levelInWords,
  levelOf,
  nothingHeard,
} from "../../../web/studio/sound/level.ts";
import { linear16 } from "../../../web/studio/sound/linear16.ts";

const tone = (amplitude: number) =>
  new Uint8Array(
    Int16Array.from({ length: 1_600 }, (_, n) => linear16(amplitude * Math.sin((2 * Math.PI * n) / 16)))
      .buffer,
  );

/** After pieces of 100 ms with these peaks. */
const hears = (peaks: readonly number[], before: Hearing = nothingHeard): Hearing =>
  peaks.reduce(
    (hearing, peak) => afterPiece(hearing, { peak, rms: peak / 2, clipped: peak === 1 ? 0.1 : 0 }, 100),
    before,
  );
const times = (count: number, peak: number) => Array.from({ length: count }, () => peak);
const verdictAfter = (...args: Parameters<typeof hears>) => judgeLevel(hears(...args)).verdict;

describe("the level of a piece", () => {
  it("is its peak and its root mean square, as shares of full scale", () => {
    const { peak, rms } = levelOf(tone(0.5));
    expect(peak).toBeCloseTo(0.5, 3);
    expect(rms).toBeCloseTo(0.5 * Math.SQRT1_2, 3);
    expect(decibels(peak)).toBeCloseTo(-6, 1);
  });

  it("counts what is clipped, and one sample alone does not make it clipping", () => {
    const clippedOf = (audio: Uint8Array) =>
      judgeLevel(afterPiece(nothingHeard, levelOf(audio), 100)).verdict;
    expect(levelOf(tone(0.98)).clipped).toBe(0);
    expect(clippedOf(tone(0.98))).toBe("good");
    expect(levelOf(tone(2)).clipped).toBeGreaterThan(0.5);
    expect(clippedOf(tone(2))).toBe("clipping");
    const click = tone(0.5);
    new DataView(click.buffer).setInt16(100, 32_767, true);
    expect(clippedOf(click)).toBe("good");
  });

  it("never leaves the scale", () => {
    expect(levelOf(tone(3)).peak).toBe(1);
    expect(levelOf(new Uint8Array([0, 0x80])).peak).toBe(1);
    expect(levelOf(new Uint8Array())).toEqual({ peak: 0, rms: 0, clipped: 0 });
    expect(decibels(0)).toBe(-60);
  });

  it("is read where the piece lies in its buffer", () => {
    const whole = tone(0.5);
    const buffer = new Uint8Array(whole.length + 1);
    buffer.set(whole, 1);
    expect(levelOf(buffer.subarray(1))).toEqual(levelOf(whole));
  });
});

describe("what is said of the sound", () => {
  it("is good while there is speech, with its pauses", () => {
    expect(verdictAfter([])).toBe("good");
    expect(verdictAfter([0.4, ...times(29, 0), 0.3, ...times(80, 0.01), 0.3])).toBe("good");
  });

  it("counts the seconds of silence, and ends with the first sound", () => {
    expect(judgeLevel(hears(times(29, 0)))).toEqual({ verdict: "good" });
    expect(judgeLevel(hears(times(30, 0)))).toEqual({ verdict: "silent", seconds: 3 });
    expect(judgeLevel(hears(times(72, 0.0005)))).toEqual({ verdict: "silent", seconds: 7 });
    expect(verdictAfter([...times(72, 0), 0.2])).toBe("good");
  });

  it("is clipping for a while after each clipped piece", () => {
    expect(verdictAfter([1])).toBe("clipping");
    expect(verdictAfter([1, ...times(29, 0.5)])).toBe("clipping");
    expect(verdictAfter([1, ...times(30, 0.5)])).toBe("good");
  });

  it("is too quiet when nothing was loud enough for longer than a breath", () => {
    expect(verdictAfter(times(99, 0.02))).toBe("good");
    expect(verdictAfter(times(100, 0.02))).toBe("quiet");
    expect(verdictAfter([...times(100, 0.02), 0.1])).toBe("good");
  });

  it("is announced once a silence is no pause any more, without the seconds, which would be read out one by one", () => {
    const announced = (seconds: number) => levelInWords({ verdict: "silent", seconds }, "tab").announced;
    expect([announced(3), announced(9)]).toEqual([null, null]);
    expect(announced(10)).toMatch(/^No sound/);
    const words = [13, 14].map((seconds) => levelInWords({ verdict: "silent", seconds }, "microphone"));
    expect(words.map(({ seen }) => seen)).toEqual([
      "No sound for 13 s: is the microphone muted?",
      "No sound for 14 s: is the microphone muted?",
    ]);
    expect(new Set(words.map(({ announced }) => announced)).size).toBe(1);
  });
});
