import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowanceOf, taken } from "../../../party/room/door/allowance.ts";
import type { DoorBook, Spending } from "../../../party/room/door/book.ts";
import type { Pass } from "../../../party/room/door/pass.ts";
import { joined, missingMs, type Stretches } from "../../../party/room/door/stretches.ts";
import { limits } from "../../../shared/limits.ts";
import { newBook } from "../../support/memory-sqlite.ts";

/** What is paid for in advance at a time, and may be lost with its session. */
const blockMs = 5_000;
const now = 1_700_000_000_000;

function passOf(maxSeconds: number, tokenId = "t"): Pass {
  return { tokenId, issuedAt: now, expiresAt: now + 60_000, maxSeconds };
}

const ms = (max: number) => fc.integer({ min: 1, max });
const send = fc.record({ kind: fc.constant("send" as const), ms: ms(400) });
const burst = fc.record({ kind: fc.constant("send" as const), ms: ms(9_000) });
/** The object died: the room goes on from where its storage ends, and what came after is sent again. */
const death = fc.record({ kind: fc.constant("death" as const), ms: ms(12_000) });
const reconnection = fc.record({ kind: fc.constant("reconnection" as const) });
const session = fc.record({ kind: fc.constant("session" as const) });
const jump = fc.record({ kind: fc.constant("jump" as const), ms: ms(20_000) });
type Step = typeof send | typeof death | typeof reconnection | typeof session | typeof jump;
type Happening = Step extends fc.Arbitrary<infer T> ? T : never;

const withoutJumps = fc.oneof({ weight: 8, arbitrary: send }, burst, death, reconnection, session);
const withJumps = fc.oneof({ weight: 8, arbitrary: send }, burst, death, reconnection, session, jump);

/** A publisher with one capped token, whatever befalls its room: `book` is all that outlives an object. */
class Publishing {
  readonly book: DoorBook = newBook().book;
  readonly #pass: Pass;
  readonly #maxMs: number;
  /** Distinct moments of each session that were let through, milliseconds. */
  readonly #accepted = new Map<string, Set<number>>();
  #allowance: ReturnType<typeof allowanceOf>;
  #session = 0;
  #position = 0;
  /** Blocks that may have been thrown away. */
  #cuts = 0;
  #hasJumped = false;

  constructor(maxSeconds: number) {
    this.#pass = passOf(maxSeconds);
    this.#maxMs = maxSeconds * 1_000;
    this.#allowance = this.#newAllowance();
  }

  get acceptedMs(): number {
    return [...this.#accepted.values()].reduce((sum, moments) => sum + moments.size, 0);
  }

  play(step: Happening): void {
    switch (step.kind) {
      case "send":
        this.#send(step.ms);
        break;
      case "death":
        this.#position = Math.max(0, this.#position - step.ms);
        this.#allowance = this.#newAllowance();
        // What comes again may begin where audio was left out.
        if (this.#hasJumped) this.#cuts += 1;
        break;
      case "reconnection":
        this.#allowance = this.#newAllowance();
        break;
      case "session":
        this.#session += 1;
        this.#position = 0;
        this.#hasJumped = false;
        this.#cuts += 1;
        break;
      case "jump":
        this.#position += step.ms;
        this.#hasJumped = true;
        this.#cuts += 1;
        break;
      default:
        step satisfies never;
    }
    expect(this.book.spending("t")?.usedMs ?? 0).toBeLessThanOrEqual(this.#maxMs);
  }

  #newAllowance() {
    return allowanceOf(this.#pass, this.book, () => now);
  }

  #send(length: number): void {
    const session = `s${this.#session}`;
    const [from, to] = [this.#position, this.#position + length];
    const moments = this.#accepted.get(session) ?? new Set();
    const isNew = (at: number): boolean => !moments.has(at);
    const piece = Array.from({ length }, (_, at) => from + at);
    const newMs = piece.filter(isNew).length;
    const before = this.book.spending("t");
    if (this.#allowance?.take(session, from, to) === true) {
      for (const at of piece) moments.add(at);
      this.#accepted.set(session, moments);
      this.#position = to;
      if (newMs === 0) expect(this.book.spending("t")).toEqual(before);
      return;
    }
    expect(newMs).toBeGreaterThan(0);
    expect(this.acceptedMs + newMs).toBeGreaterThan(this.#maxMs - this.#cuts * blockMs);
    expect(this.book.spending("t")).toEqual(before);
  }
}

describe("the seconds a token allows", () => {
  it("are never exceeded, nor refused while there are any, whenever the room dies", () => {
    fc.assert(
      fc.property(ms(40), fc.array(withoutJumps, { maxLength: 120, size: "max" }), (maxSeconds, steps) => {
        const publishing = new Publishing(maxSeconds);
        for (const step of steps) {
          publishing.play(step);
          expect(publishing.acceptedMs).toBeLessThanOrEqual(maxSeconds * 1_000);
        }
      }),
    );
  });

  it("are all there for one session, to the millisecond, in frames of any length", () => {
    fc.assert(
      fc.property(
        ms(30),
        fc.array(ms(250), { minLength: 1, maxLength: 20, size: "max" }),
        (maxSeconds, lengths) => {
          const { book } = newBook();
          const allowance = allowanceOf(passOf(maxSeconds), book, () => now);
          const maxMs = maxSeconds * 1_000;
          let at = 0;
          for (let turn = 0; at < maxMs; turn += 1) {
            const to = Math.min(maxMs, at + (lengths[turn % lengths.length] ?? 1));
            expect(allowance?.take("s", at, to)).toBe(true);
            at = to;
          }
          expect(allowance?.take("s", at, at + 1)).toBe(false);
          expect(allowance?.take("s", 0, at)).toBe(true);
        },
      ),
    );
  });

  it("are not spent on audio that a publisher no longer had, and never exceeded for its sake", () => {
    fc.assert(
      fc.property(ms(40), fc.array(withJumps, { maxLength: 80, size: "max" }), (maxSeconds, steps) => {
        const publishing = new Publishing(maxSeconds);
        for (const step of steps) {
          publishing.play(step);
          expect(publishing.acceptedMs).toBeLessThanOrEqual(maxSeconds * 1_000);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("are never exceeded, also when the room dies before it has written down what was left out", () => {
    const { book } = newBook();
    const before = allowanceOf(passOf(10), book, () => now);
    expect(before?.take("s", 0, 1_000)).toBe(true);
    expect(before?.take("s", 60_000, 61_000)).toBe(true);
    const after = allowanceOf(passOf(10), book, () => now);
    let at = 0;
    while (at < 62_000 && after?.take("s", at, at + 250) === true) at += 250;
    expect(at).toBeLessThanOrEqual(10_000 - 1_000);
  });

  it("are not paid again after a death, of a token that came in the middle either", () => {
    const { book } = newBook();
    const pass = passOf(20);
    const before = allowanceOf(pass, book, () => now);
    for (let at = 10_000; at < 18_000; at += 250) expect(before?.take("s", at, at + 250)).toBe(true);
    // What another token had sent before was not captioned yet: it comes again, and by this one.
    const after = allowanceOf(pass, book, () => now);
    const acceptedTo = () => {
      for (let at = 8_000; at < 60_000; at += 250) if (after?.take("s", at, at + 250) !== true) return at;
      return Number.POSITIVE_INFINITY;
    };
    const distinctMs = acceptedTo() - 8_000;
    expect(distinctMs).toBeLessThanOrEqual(20_000);
    expect(distinctMs).toBeGreaterThanOrEqual(20_000 - blockMs);
  });

  it("are one budget for all the connections that show the token", () => {
    const { book } = newBook();
    const one = allowanceOf(passOf(10), book, () => now);
    const two = allowanceOf(passOf(10), book, () => now);
    expect(one?.take("s", 0, 6_000)).toBe(true);
    expect(two?.take("s", 6_000, 10_000)).toBe(true);
    expect(one?.take("s", 10_000, 10_001)).toBe(false);
    expect(two?.take("s", 10_000, 10_001)).toBe(false);
    expect(one?.take("s", 0, 10_000)).toBe(true);
  });

  it("are each token's own", () => {
    const { book } = newBook();
    expect(allowanceOf(passOf(1, "a"), book, () => now)?.take("s", 0, 1_000)).toBe(true);
    expect(allowanceOf(passOf(1, "b"), book, () => now)?.take("s", 1_000, 2_000)).toBe(true);
    expect(allowanceOf(passOf(1, "a"), book, () => now)?.take("s", 2_000, 2_001)).toBe(false);
  });

  it("are not counted for a token without a cap, nor for nobody", () => {
    const { book } = newBook();
    const { maxSeconds: _, ...uncapped } = passOf(1);
    expect(allowanceOf(uncapped, book, () => now)).toBeNull();
    expect(allowanceOf({ ...passOf(1), tokenId: null }, book, () => now)).toBeNull();
  });

  it("stay spent for as long as the token could still be shown", () => {
    const { book } = newBook();
    let clock = now;
    const pass = passOf(5);
    allowanceOf(pass, book, () => clock)?.take("s", 0, 5_000);
    clock = pass.expiresAt + limits.tokenSkewSeconds * 1_000 - 1;
    allowanceOf(passOf(5, "other"), book, () => clock)?.take("s", 5_000, 6_000);
    expect(allowanceOf(pass, book, () => clock)?.take("s", 6_000, 6_001)).toBe(false);
  });

  it("stay spent while a publisher goes on that came before its token ended", () => {
    const { book } = newBook();
    let clock = now;
    const pass = passOf(12);
    const allowance = allowanceOf(pass, book, () => clock);
    let sentMs = 0;
    for (; sentMs < 60_000; sentMs += 250, clock += 1_000) {
      if (allowance?.take("s", sentMs, sentMs + 250) !== true) break;
    }
    expect(clock).toBeLessThan(pass.expiresAt);
    clock = pass.expiresAt + 3_600_000;
    expect(allowance?.take("s", sentMs, sentMs + 250)).toBe(false);
    expect(sentMs).toBe(12_000);
  });

  it("stay spent for a publisher that is still there when others have cleaned up after its token", () => {
    const { book } = newBook();
    let clock = now;
    const pass = passOf(12);
    const allowance = allowanceOf(pass, book, () => clock);
    expect(allowance?.take("s", 0, 11_000)).toBe(true);
    clock = pass.expiresAt + 3_600_000;
    const other = allowanceOf({ ...passOf(5, "other"), expiresAt: clock + 60_000 }, book, () => clock);
    expect(other?.take("s", 0, 1_000)).toBe(true);
    expect(book.spending("t")).toBeNull();
    expect(allowance?.take("s", 11_000, 12_000)).toBe(true);
    expect(allowance?.take("s", 12_000, 12_001)).toBe(false);
  });
});

describe("paying for a piece", () => {
  const piece = fc
    .record({ session: fc.constantFrom("a", "b"), fromMs: ms(30_000), length: ms(6_000) })
    .map(({ session: of, fromMs, length }) => ({ session: of, fromMs, toMs: fromMs + length }));
  const totalMs = (spending: Spending | null, of: string): number =>
    spending?.session === of ? spending.paid.reduce((sum, [from, to]) => sum + to - from, 0) : 0;

  it("costs what was not paid for and a block ahead at most, and then nothing more", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30, size: "max" }), ms(60_000), (pieces, maxMs) => {
        let before: Spending | null = null;
        for (const one of pieces) {
          const after: Spending | null = taken(before, one, maxMs);
          const usedMs: number = before?.usedMs ?? 0;
          if (after === null) {
            expect(usedMs + one.toMs - one.fromMs).toBeGreaterThan(maxMs);
            continue;
          }
          expect(after.usedMs).toBeLessThanOrEqual(maxMs);
          expect(taken(after, one, maxMs)).toBe(after);
          const cost: number = after.usedMs - usedMs;
          expect(cost).toBeLessThanOrEqual(Math.max(blockMs, one.toMs - one.fromMs));
          expect(cost).toBe(totalMs(after, one.session) - totalMs(before, one.session));
          before = after;
        }
      }),
    );
  });
});

describe("the stretches that are paid for", () => {
  const stretch = fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 30 }));

  it("are the moments that were put in, each once", () => {
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 30, size: "max" }), stretch, (put, [askFrom, askLength]) => {
        const moments = new Set<number>();
        let stretches: Stretches = [];
        for (const [from, length] of put) {
          stretches = joined(stretches, from, from + length);
          for (let at = from; at < from + length; at += 1) moments.add(at);
          for (const [at, [begin, end]] of stretches.entries()) {
            expect(end).toBeGreaterThanOrEqual(begin);
            expect(begin).toBeGreaterThan(stretches[at - 1]?.[1] ?? -1);
          }
        }
        const asked = Array.from({ length: askLength }, (_, at) => askFrom + at);
        const missing = asked.filter((at) => !moments.has(at)).length;
        expect(missingMs(stretches, askFrom, askFrom + askLength)).toBe(missing);
      }),
    );
  });

  it("are of a bounded number, and the one that was paid for last is among them wherever it is", () => {
    for (const fromMs of [0, 1_000_000]) {
      let stretches: Stretches = [];
      for (let at = 1; at <= 500; at += 1) stretches = joined(stretches, at * 1_000, at * 1_000 + 10);
      expect(stretches.length).toBeLessThan(200);
      stretches = joined(stretches, fromMs, fromMs + 10);
      expect(missingMs(stretches, fromMs, fromMs + 10)).toBe(0);
    }
  });
});
