import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatApiKey, isApiKeyWhole, looksLikeApiKey } from "../../../shared/api-key.ts";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const runs = { numRuns: 1_000 };

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
const keys = bytes.map(formatApiKey);

function numberIn(base62: string): bigint {
  return [...base62].reduce((sum, digit) => sum * 62n + BigInt(alphabet.indexOf(digit)), 0n);
}

describe("an API key", () => {
  it("has one form, and its checksum is the CRC-32 of what stands before", () => {
    fc.assert(
      fc.property(keys, (key) => {
        expect(key).toMatch(/^cwk_[0-9A-Za-z]{49}$/);
        expect(numberIn(key.slice(-6))).toBe(BigInt(crc32(key.slice(0, -6))));
        expect(looksLikeApiKey(key)).toBe(true);
        expect(isApiKeyWhole(key)).toBe(true);
      }),
      runs,
    );
  });

  it("keeps all 256 bits it was made of", () => {
    fc.assert(
      fc.property(bytes, (made) => {
        expect(numberIn(formatApiKey(made).slice(4, 47))).toBe(
          BigInt(`0x${Buffer.from(made).toString("hex")}`),
        );
      }),
      runs,
    );
  });

  it.each([
    [0x00, `cwk_${"0".repeat(43)}`],
    [0xff, `cwk_${base62(2n ** 256n - 1n)}`],
  ])("of 32 bytes %i is as long as any other", (byte, unchecked) => {
    const key = formatApiKey(new Uint8Array(32).fill(byte));
    expect(key.slice(0, -6)).toBe(unchecked);
    expect(key).toHaveLength(53);
    expect(isApiKeyWhole(key)).toBe(true);
  });

  it.each([0, 31, 33])("is not made of %i bytes", (length) => {
    expect(() => formatApiKey(new Uint8Array(length))).toThrow(RangeError);
  });
});

describe("a damaged key is noticed", () => {
  it("with any one character changed", () => {
    const characters = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...alphabet) },
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    );
    fc.assert(
      fc.property(keys, fc.nat(52), characters, (key, at, character) => {
        fc.pre(key[at] !== character);
        expect(isApiKeyWhole(key.slice(0, at) + character + key.slice(at + 1))).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });

  it("with any two neighbours swapped", () => {
    fc.assert(
      fc.property(keys, (key) => {
        for (let at = 0; at + 1 < key.length; at += 1) {
          const [left = "", right = ""] = key.slice(at, at + 2);
          if (left === right) continue;
          expect(isApiKeyWhole(key.slice(0, at) + right + left + key.slice(at + 2))).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });

  // The swap across the border changes the text and its checksum at once, so the checksum's own promise is not enough.
  it("with a swap between text and checksum, which no remainder can make up for", () => {
    expect([isSumEverXor(1, 1), isSumEverXor(1, 3), isSumEverXor(1, 2)]).toEqual([true, true, false]);
    // The first digit of a checksum is at most 4, or the swap makes a checksum that no text has.
    for (const left of [0, 1, 2, 3, 4]) {
      for (const right of [0, 1, 2, 3, 4].filter((digit) => digit !== left)) {
        const xor = changeOfCrc(String(left), String(right));
        const difference = Number(BigInt.asUintN(32, BigInt(left - right) * 62n ** 5n));
        expect(isSumEverXor(difference, xor)).toBe(false);
      }
    }
  });

  it("cut short, made longer, or with something around it", () => {
    const key = formatApiKey(new Uint8Array(32).fill(7));
    for (const text of ["", "cwk_", key.slice(0, -1), `${key}0`, ` ${key}`, `${key}\n`, key.toUpperCase()]) {
      expect(isApiKeyWhole(text)).toBe(false);
    }
  });
});

describe("what is no key", () => {
  it.each(["", "cw_local_abcdefgh", "eyJhbGciOiJIUzI1NiJ9.e30.x", " cwk_", "CWK_"])(
    "does not look like one: %j",
    (text) => {
      expect(looksLikeApiKey(text)).toBe(false);
    },
  );
});

function base62(value: bigint): string {
  return value === 0n ? "" : base62(value / 62n) + alphabet.charAt(Number(value % 62n));
}

/** What the CRC-32 of a text is XORed with when its last character becomes another: the same whatever stands before. */
function changeOfCrc(before: string, after: string): number {
  return (crc32(before) ^ crc32(after)) >>> 0;
}

/** Whether some 32-bit x has x + difference = x ^ xor: bit by bit, the XOR tells the carries, and each must come about. */
function isSumEverXor(difference: number, xor: number): boolean {
  const carries = (difference ^ xor) >>> 0;
  const bit = (of: number, at: number): number => (of >>> at) & 1;
  if (bit(carries, 0) !== 0) return false;
  for (let at = 0; at < 31; at += 1) {
    // The next carry is this one where digit and carry agree, and depends on x where they do not.
    if (bit(difference, at) === bit(carries, at) && bit(carries, at + 1) !== bit(carries, at)) return false;
  }
  return true;
}
