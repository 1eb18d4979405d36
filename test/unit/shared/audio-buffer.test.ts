import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AudioBuffer } from "../../../shared/audio-buffer.ts";

const format = { encoding: "linear16", sampleRate: 8_000, channels: 2 } as const;
const bytes = (length: number, first = 0) => Uint8Array.from({ length }, (_, index) => (first + index) % 251);

describe("AudioBuffer", () => {
  it("counts whole sample frames and waits for the rest of a torn one", () => {
    const buffer = new AudioBuffer(format);
    buffer.append(bytes(7));
    expect(buffer.end).toBe(1);
    buffer.append(bytes(5, 7));
    expect(buffer.end).toBe(3);
    expect(buffer.read(0, 10)).toEqual(bytes(12));
  });

  it("does not share memory with what was written", () => {
    const buffer = new AudioBuffer(format);
    const written = bytes(8);
    buffer.append(written);
    written.fill(0);
    expect(buffer.read(0, 2)).toEqual(bytes(8));
  });

  it("keeps positions when it forgets", () => {
    const buffer = new AudioBuffer(format);
    buffer.append(bytes(40));
    buffer.forgetBefore(4);
    expect([buffer.start, buffer.end]).toEqual([4, 10]);
    expect(buffer.read(3, 4)).toHaveLength(0);
    expect(buffer.read(4, 5)).toEqual(bytes(4, 16));
    buffer.forgetBefore(2);
    expect(buffer.start).toBe(4);
    buffer.forgetBefore(99);
    expect([buffer.start, buffer.end]).toEqual([10, 10]);
  });

  it("goes on at a later position, a torn frame forgotten", () => {
    const buffer = new AudioBuffer(format, 100);
    buffer.append(bytes(41));
    buffer.skipTo(500);
    buffer.append(bytes(8));
    expect([buffer.start, buffer.end]).toEqual([500, 502]);
    expect(buffer.read(500, 502)).toEqual(bytes(8));
  });

  it("reads back what was written, however it was cut and whatever was forgotten", () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.array(fc.nat(9_000), { maxLength: 8 }),
        fc.nat(4_000),
        fc.nat(4_000),
        fc.nat(3_000),
        (origin, lengths, forget, position, samples) => {
          const whole = bytes(lengths.reduce((sum, length) => sum + length, 0));
          const buffer = new AudioBuffer(format, origin);
          let at = 0;
          for (const length of lengths) {
            buffer.append(whole.subarray(at, at + length));
            at += length;
          }
          buffer.forgetBefore(origin + forget);
          const end = Math.floor(whole.length / 4);
          const start = Math.min(forget, end);
          const isHeld = position >= start && position < end;
          const expected = isHeld
            ? whole.slice(position * 4, Math.min(position + samples, end) * 4)
            : bytes(0);
          expect(buffer.read(origin + position, origin + position + samples)).toEqual(expected);
          expect([buffer.start, buffer.end]).toEqual([origin + start, origin + end]);
        },
      ),
    );
  });
});
