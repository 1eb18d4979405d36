import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from "../../../engine/audio/g711.ts";

const everyCode = Uint8Array.from({ length: 256 }, (_, code) => code);
const everySample = fc.integer({ min: -32_768, max: 32_767 });

describe("µ-law", () => {
  it.each([
    [0, 0xff],
    [-1, 0x7f],
    [4, 0xfe],
    [1000, 0xce],
    [-1000, 0x4e],
    [32_767, 0x80],
    [-32_768, 0x00],
  ])("writes %i as the table of G.711 has it", (sample, code) => {
    expect([...encodeMulaw(Int16Array.of(sample))]).toEqual([code]);
  });

  it("reads the ends and the middle of its range", () => {
    expect([...decodeMulaw(Uint8Array.of(0x00, 0x7f, 0x80, 0xff))]).toEqual([-32_124, 0, 32_124, 0]);
  });

  it("gives every code back but that of the negative zero", () => {
    const back = encodeMulaw(decodeMulaw(everyCode));
    for (const [code, again] of back.entries()) expect(again).toBe(code === 0x7f ? 0xff : code);
  });

  it("stays within half a step of its segment", () => {
    fc.assert(
      fc.property(everySample, (sample) => {
        const heard = decodeMulaw(encodeMulaw(Int16Array.of(sample)))[0] ?? 0;
        const loudest = Math.min(32_635, Math.abs(sample));
        const step = 2 ** (Math.floor(Math.log2(loudest + 132)) - 4);
        expect(Math.abs(Math.abs(heard) - loudest)).toBeLessThanOrEqual(step / 2);
        expect(Math.sign(heard) * Math.sign(sample)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("A-law", () => {
  it.each([
    [0, 0xd5],
    [-1, 0x55],
    [1000, 0xfa],
    [-1000, 0x7a],
    [32_767, 0xaa],
    [-32_768, 0x2a],
  ])("writes %i as the table of G.711 has it", (sample, code) => {
    expect([...encodeAlaw(Int16Array.of(sample))]).toEqual([code]);
  });

  it("reads the ends and the middle of its range", () => {
    expect([...decodeAlaw(Uint8Array.of(0x2a, 0x55, 0xd5, 0xaa))]).toEqual([-32_256, -8, 8, 32_256]);
  });

  it("gives every code back", () => {
    expect(encodeAlaw(decodeAlaw(everyCode))).toEqual(everyCode);
  });

  it("stays within half a step of its segment", () => {
    fc.assert(
      fc.property(everySample, (sample) => {
        const heard = decodeAlaw(encodeAlaw(Int16Array.of(sample)))[0] ?? 0;
        const step = Math.max(16, 2 ** (Math.floor(Math.log2(Math.max(1, Math.abs(sample)))) - 4));
        expect(Math.abs(heard - sample)).toBeLessThanOrEqual(step / 2);
      }),
    );
  });
});
