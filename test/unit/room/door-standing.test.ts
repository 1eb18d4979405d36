import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isRevoked,
  mergeStandings,
  nothingRevoked,
  type Standing,
} from "../../../party/room/door/standing.ts";

const id = fc.constantFrom("a", "b", "c", "d");
const moment = fc.integer({ min: 1, max: 1_000 });
const standing: fc.Arbitrary<Standing> = fc.record({
  issuedBefore: moment,
  tokens: fc.uniqueArray(fc.record({ id, until: moment }), { selector: (token) => token.id }),
});
const bearer = fc.record({ issuedAt: moment, tokenId: fc.option(id) });

/** In one order, to be compared. */
function sorted({ issuedBefore, tokens }: Standing): Standing {
  return { issuedBefore, tokens: tokens.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
}

describe("what was revoked, put together", () => {
  it("is the same in whatever order it was told", () => {
    fc.assert(
      fc.property(standing, standing, moment, (one, other, now) => {
        expect(sorted(mergeStandings(one, other, now))).toEqual(sorted(mergeStandings(other, one, now)));
      }),
    );
  });

  it("is the same in whatever groups it was told", () => {
    fc.assert(
      fc.property(standing, standing, standing, moment, (one, two, three, now) => {
        const left = mergeStandings(mergeStandings(one, two, now), three, now);
        const right = mergeStandings(one, mergeStandings(two, three, now), now);
        expect(sorted(left)).toEqual(sorted(right));
      }),
    );
  });

  it("is not changed by being told again, nor by nothing", () => {
    fc.assert(
      fc.property(standing, standing, moment, (one, other, now) => {
        const merged = mergeStandings(one, other, now);
        for (const again of [merged, one, other, nothingRevoked]) {
          expect(sorted(mergeStandings(merged, again, now))).toEqual(sorted(merged));
        }
      }),
    );
  });

  it("refuses for good what one of them refuses, but for a token that would have ended anyway", () => {
    fc.assert(
      fc.property(fc.array(standing, { maxLength: 6 }), moment, bearer, (told, now, who) => {
        let merged = nothingRevoked;
        for (const one of told) merged = mergeStandings(merged, one, now);
        const lasting = told.map(({ issuedBefore, tokens }) => ({
          issuedBefore,
          tokens: tokens.filter(({ until }) => until > now),
        }));
        expect(isRevoked(merged, who)).toBe(lasting.some((one) => isRevoked(one, who)));
      }),
    );
  });

  it("holds no more tokens than were told and have not ended", () => {
    fc.assert(
      fc.property(standing, standing, moment, (one, other, now) => {
        const { tokens } = mergeStandings(one, other, now);
        expect(tokens.every(({ until }) => until > now)).toBe(true);
        expect(new Set(tokens.map((token) => token.id)).size).toBe(tokens.length);
      }),
    );
  });
});

describe("a bearer is refused", () => {
  it("when its token was issued at the moment of a revocation or before, not after", () => {
    const at = { issuedBefore: 100, tokens: [] };
    const issued = (issuedAt: number) => isRevoked(at, { issuedAt, tokenId: "a" });
    expect([99, 100, 101].map(issued)).toEqual([true, true, false]);
  });

  it("by its token's id; somebody without one is meant by none", () => {
    const named = { issuedBefore: 0, tokens: [{ id: "a", until: 1 }] };
    expect(isRevoked(named, { issuedAt: 1, tokenId: "a" })).toBe(true);
    expect(isRevoked(named, { issuedAt: 1, tokenId: "b" })).toBe(false);
    expect(isRevoked(named, { issuedAt: 1, tokenId: null })).toBe(false);
  });
});
