import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AudioBuffer } from "../../../party/room/audio-buffer.ts";
import type { AudioFormat } from "../../../shared/audio.ts";

const format: AudioFormat = { encoding: "linear16", sampleRate: 1000, channels: 1 };
const roomy = { maxMs: 60_000, maxBytes: 1_000_000 };

/** Each sample holds its own position, so any shift is seen. */
function ramp(samples: number): Uint8Array {
  const bytes = new Uint8Array(samples * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < samples; at += 1) view.setInt16(at * 2, at, true);
  return bytes;
}

describe("AudioBuffer", () => {
  it("keeps every sample at its position, wherever the frames were cut", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 30 }), fc.nat(200), fc.nat(200), (cuts, a, b) => {
        const audio = ramp(200);
        const buffer = new AudioBuffer(format, 0, roomy);
        let at = 0;
        for (const bytes of cuts) {
          buffer.append(audio.slice(at, at + bytes));
          at = Math.min(audio.length, at + bytes);
        }
        expect(buffer.end).toBe(Math.floor(at / 2));
        const from = Math.min(a, b, buffer.end);
        const to = Math.min(Math.max(a, b), buffer.end);
        expect(buffer.read(from, to)).toEqual(audio.slice(from * 2, to * 2));
      }),
    );
  });

  it("counts what falls out of its bounds as position", () => {
    const buffer = new AudioBuffer(format, 100, { maxMs: 50, maxBytes: 1_000_000 });
    for (let i = 0; i < 10; i += 1) buffer.append(ramp(10));
    expect(buffer.end).toBe(200);
    expect(buffer.earliest).toBe(150);
    expect(buffer.read(150, 160)).toEqual(ramp(10));
  });

  it("is bounded in bytes whatever the frames", () => {
    const buffer = new AudioBuffer(format, 0, { maxMs: 60_000, maxBytes: 100 });
    for (let i = 0; i < 10; i += 1) buffer.append(ramp(20));
    expect(buffer.end - buffer.earliest).toBeLessThanOrEqual(50);
    expect(buffer.end).toBe(200);
  });

  it("forgets whole frames that are acknowledged, and nothing after them", () => {
    const buffer = new AudioBuffer(format, 0, roomy);
    for (let i = 0; i < 4; i += 1) buffer.append(ramp(10));
    buffer.forgetBefore(25);
    expect(buffer.earliest).toBe(20);
    expect(buffer.read(20, 40).length).toBe(40);
  });
});
