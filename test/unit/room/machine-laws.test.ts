import fc from "fast-check";
import { expect, it } from "vitest";
import type { UpstreamEffect } from "../../../party/room/upstream/state.ts";
import { limits, timing } from "../../../shared/limits.ts";
import { MachineRun } from "../../support/machine-run.ts";

/** What happens to a machine; shares are of whatever there is at that moment. */
const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("speak"), ms: fc.integer({ min: 1, max: 3_000 }) }) },
  fc.record({ kind: fc.constant("burst"), ms: fc.integer({ min: 1, max: 9_000 }) }),
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("open"), share }) },
  fc.record({ kind: fc.constant("refuse"), busy: fc.boolean() }),
  fc.record({ kind: fc.constant("left") }),
  fc.record({ kind: fc.constant("close"), meaning: fc.constantFrom("retry" as const, "idle" as const) }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("final"), share, skip: share }) },
  fc.record({ kind: fc.constant("interim") }),
  fc.record({ kind: fc.constant("tear") }),
  fc.record({ kind: fc.constant("forget"), ms: fc.integer({ min: 1, max: 20_000 }) }),
  fc.record({ kind: fc.constant("jump"), ms: fc.integer({ min: 1, max: 5_000 }) }),
  fc.record({ kind: fc.constant("wait"), ms: fc.integer({ min: 1, max: 12_000 }) }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("tick") }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

const holeToleranceMs = 50;
const restToleranceMs = 250;
const contextMs = 1_000;
const leaveMs = 1_000;
const burstMs = 2_000;
/** After its deadline the session waits, for a second at most, until the provider has seen its socket close. */
const finishMaxMs = limits.replayMaxMs / 1.25 + timing.finishTimeoutMs + 1_000;

/** The provider's one socket for this room. One that is left is open until the provider has seen its close. */
type Socket =
  | { readonly kind: "none" }
  | { readonly kind: "dialled" }
  | { readonly kind: "open" }
  | { readonly kind: "left"; readonly at: number };

/** Plays a machine's world and watches its laws. */
class Watched {
  readonly run: MachineRun;
  /** Everything before has been captioned, owed or told as a gap, each sample once. */
  settled: number;
  #socket: Socket = { kind: "none" };
  #sent: number | null = null;
  /** What the last effect owed: only of that may a socket be sent anything that it is not to caption. */
  #owed: { readonly from: number; readonly to: number } | null = null;
  #lostUntil = 0;
  #seen = 0;
  #opened = { at: 0, fed: 0 };
  /** The audio held when the event came that is played now. */
  #heldFrom: number;

  constructor(earliest: number, covered: number) {
    this.run = new MachineRun({ earliest, covered });
    this.settled = covered;
    this.#heldFrom = earliest;
  }

  get #audio() {
    return this.run.state.audio;
  }

  play(one: Happening): void {
    const { run } = this;
    const { link } = run.state;
    switch (one.kind) {
      case "tear":
        run.isQuiet = !run.isQuiet;
        break;
      case "speak":
        run.speak(one.ms);
        break;
      case "burst":
        run.audio(this.#audio.head + one.ms);
        break;
      case "forget":
        run.audio(this.#audio.head, Math.max(this.#audio.earliest, this.#audio.head - one.ms));
        break;
      case "jump":
        this.#lostUntil = this.#audio.head + one.ms;
        run.take({ kind: "jump", to: this.#lostUntil });
        break;
      case "open":
        if (link.kind === "connecting") run.opened(Math.round(this.#audio.head * one.share));
        break;
      case "refuse":
        if (link.kind !== "connecting") break;
        this.#socket = { kind: "none" };
        run.refused(false, one.busy);
        break;
      case "close":
        if (link.kind !== "live" && link.kind !== "finishing") break;
        this.#socket = { kind: "none" };
        run.closed(one.meaning);
        break;
      case "left":
        if (link.kind !== "leaving") break;
        this.#socket = { kind: "none" };
        run.left();
        break;
      case "interim":
        if (link.kind === "live") run.heard(null);
        break;
      case "final":
        if (link.kind === "live") this.#final(one.share, one.skip);
        break;
      case "wait":
        run.wait(one.ms);
        break;
      case "tick":
        run.tick();
        break;
    }
    this.#watch();
  }

  /** One in three leaves something out, as a final that could not be read does. */
  #final(shareOfSent: number, skip: number): void {
    const { covered } = this.#audio;
    const open = Math.max(0, (this.#sent ?? covered) - covered);
    const to = covered + Math.round(open * shareOfSent);
    const from = skip > 2 / 3 ? covered + Math.round((to - covered) * skip * 0.9) : covered;
    const before = this.run.effects.length;
    this.run.heard(to, from);
    this.#watch(before);
    if (from - this.settled <= holeToleranceMs) this.settled = Math.max(this.settled, to);
    expect(this.settled).toBe(this.#audio.covered);
  }

  #watch(from = this.#seen): void {
    for (let at = Math.max(from, this.#seen); at < this.run.effects.length; at += 1) {
      const effect = this.run.effects[at];
      const now = this.run.times[at] ?? 0;
      if (effect === undefined) continue;
      if (effect.kind === "send") this.#feed(effect.to - effect.from, now);
      if (effect.kind === "silence") this.#feed(effect.samples, now);
      this.#see(effect, now);
      if (effect.kind === "began") this.#opened = { at: now, fed: 0 };
      this.#owed = effect.kind === "owe" ? effect : null;
    }
    this.#seen = this.run.effects.length;
    this.#heldFrom = this.#audio.earliest;
    expect(this.settled).toBeLessThanOrEqual(Math.max(this.#audio.covered, this.#audio.head));
  }

  /** No socket is fed faster than 1.25 times real time, but for two seconds at most. */
  #feed(samples: number, now: number): void {
    this.#opened.fed += samples;
    const allowed = burstMs + (now - this.#opened.at) * 1.25;
    // Each slice may be rounded up.
    expect(this.#opened.fed, "the provider's pace").toBeLessThanOrEqual(allowed + 50);
  }

  #see(effect: UpstreamEffect, now: number): void {
    const { head, earliest } = this.#audio;
    switch (effect.kind) {
      case "dial":
        expect(this.#socket.kind, "at most one socket at any instant").toBe("none");
        this.#socket = { kind: "dialled" };
        this.#sent = null;
        break;
      case "abandon":
        this.#abandoned(now);
        break;
      case "leave":
        expect(this.#socket.kind, "only an open socket is left").toBe("open");
        this.#socket = { kind: "left", at: now };
        break;
      case "began":
        this.#began(effect);
        break;
      case "send":
        expect(this.#socket.kind, "only to an open socket").toBe("open");
        expect(effect.from, "in order, nothing twice and nothing left out").toBe(this.#sent);
        expect(effect.to).toBeGreaterThan(effect.from);
        expect(effect.to).toBeLessThanOrEqual(head);
        this.#sent = effect.to;
        break;
      case "owe":
      case "gap":
        expect(effect.from, "owed or a gap exactly once").toBe(this.settled);
        expect(effect.to).toBeGreaterThan(effect.from);
        if (effect.kind === "gap") {
          expect(effect.to, "only what is gone").toBeLessThanOrEqual(Math.max(earliest, this.#lostUntil));
        } else {
          expect(effect.from, "only what is held").toBeGreaterThanOrEqual(this.#heldFrom);
          expect(effect.to).toBeLessThanOrEqual(Math.max(head, this.#lostUntil));
        }
        this.settled = effect.to;
        break;
      case "control":
      case "silence":
        expect(this.#socket.kind, "only to an open socket").toBe("open");
        break;
      case "ended":
        expect(this.#socket.kind, "no socket outlives the session").toBe("none");
        expect(head - this.settled, "never a hole in silence").toBeLessThanOrEqual(restToleranceMs);
        break;
      case "failed":
        expect.fail("nothing was fatal");
        break;
      default:
        effect satisfies never;
    }
  }

  /** Everything before the first sample it captions has been told of; of that it is sent a second at most. */
  #began({ base, captionsFrom }: { readonly base: number; readonly captionsFrom: number }): void {
    // One that is open begins anew as long as it was sent nothing to listen to.
    if (this.#socket.kind === "open") expect(this.#opened.fed).toBe(0);
    else expect(this.#socket.kind).toBe("dialled");
    expect(captionsFrom).toBe(this.settled);
    expect(captionsFrom - base).toBe(
      this.#owed === null ? 0 : Math.min(contextMs, captionsFrom - this.#owed.from),
    );
    this.#socket = { kind: "open" };
    this.#sent = base;
  }

  /** A socket that is left has a second to go, unless the session ends. */
  #abandoned(now: number): void {
    if (this.#socket.kind === "left" && now < (this.run.state.finishBy ?? Number.POSITIVE_INFINITY)) {
      expect(now - this.#socket.at, "not dialled again before").toBe(leaveMs);
    }
    this.#socket = { kind: "none" };
  }

  /** The end, with a provider that goes on as `happenings` say. */
  finish(happenings: readonly Happening[]): void {
    const { run } = this;
    run.finish();
    this.#watch();
    const began = run.now;
    const provider = happenings.filter(({ kind }) =>
      ["open", "refuse", "close", "left", "interim"].includes(kind),
    );
    for (let turn = 0; run.state.link.kind !== "ended"; turn += 1) {
      expect(turn).toBeLessThan(1_000);
      const one = provider[turn];
      this.play(one ?? { kind: "tick" });
    }
    expect(run.now - began).toBeLessThanOrEqual(finishMaxMs);
    expect(run.effects.filter(({ kind }) => kind === "ended")).toHaveLength(1);
  }
}

it("captions, owes or misses every sample exactly once, on at most one socket, and always ends", () => {
  fc.assert(
    fc.property(
      fc.array(happening, { maxLength: 60 }),
      fc.array(happening, { maxLength: 40 }),
      fc.constantFrom([0, 0], [1_000, 1_000], [1_000, 7_000] as const),
      (before, after, [earliest = 0, covered = 0]) => {
        const watched = new Watched(earliest, covered);
        for (const one of before) watched.play(one);
        watched.finish(after);
      },
    ),
    { numRuns: 300 },
  );
});
