import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { step } from "../../../party/room/upstream/machine.ts";
import {
  initialUpstream,
  nextTickAt,
  type UpstreamEffect,
  type UpstreamEvent,
  type UpstreamState,
} from "../../../party/room/upstream/state.ts";
import { timing } from "../../../shared/limits.ts";

const rate = 1_000; // one sample a millisecond
const sessionStart = 1_000_000;

class Run {
  state: UpstreamState = initialUpstream(rate, 0);
  now = sessionStart;
  effects: UpstreamEffect[] = [];

  take(event: UpstreamEvent): UpstreamEffect[] {
    const next = step(this.state, event, this.now, 0.5);
    this.state = next.state;
    this.effects.push(...next.effects);
    return [...next.effects];
  }

  audio(head: number, earliest = 0): UpstreamEffect[] {
    return this.take({ kind: "audio", earliest, head });
  }

  opened(): UpstreamEffect[] {
    return this.take({ kind: "opened", socket: this.state.socket });
  }

  closed(meaning: "retry" | "idle" | "fatal" = "retry", clean = false): UpstreamEffect[] {
    return this.take({ kind: "closed", socket: this.state.socket, meaning, clean });
  }

  /** A final from where the last one ended up to `to`; with `null` an interim. */
  heard(to: number | null, from = this.state.audio.covered): UpstreamEffect[] {
    return this.take({ kind: "heard", socket: this.state.socket, final: to === null ? null : { from, to } });
  }

  /** Lets time pass to the next deadline. */
  tick(): UpstreamEffect[] {
    this.now = nextTickAt(this.state) ?? this.now;
    return this.take({ kind: "tick" });
  }
}

const kinds = (effects: readonly UpstreamEffect[]) => effects.map(({ kind }) => kind);

describe("the upstream machine", () => {
  it("dials on start, sends what waited, and sends on as audio comes", () => {
    const run = new Run();
    expect(kinds(run.take({ kind: "start" }))).toEqual(["dial"]);
    expect(run.audio(300)).toEqual([]);
    expect(run.opened()).toEqual([{ kind: "send", from: 0, to: 300 }]);
    expect(run.audio(400)).toEqual([{ kind: "send", from: 300, to: 400 }]);
  });

  it("paces a backlog at no more than 1.25 times real time", () => {
    const run = new Run();
    run.take({ kind: "start" });
    run.audio(10_000);
    const began = run.now;
    run.opened();
    while (run.state.link.kind === "live" && run.state.link.sent < 10_000) run.tick();
    const sent = run.effects.filter((effect) => effect.kind === "send");
    expect(sent.map(({ from }) => from)).toEqual([0, ...sent.slice(0, -1).map(({ to }) => to)]);
    // The last second goes out at once; the nine before it take nine seconds at 1.25.
    expect(run.now - began).toBeGreaterThanOrEqual(9_000 / 1.25 - 200);
  });

  it("returns at once after a socket that had been healthy, from the end of the last final", () => {
    const run = new Run();
    run.audio(1_000);
    run.opened();
    run.heard(600);
    run.now += 5_000;
    expect(kinds(run.closed())).toEqual(["dial"]);
    run.audio(1_200);
    expect(run.opened()).toEqual([{ kind: "send", from: 600, to: 1_200 }]);
  });

  it("backs off with growing, capped delays while the provider stays away", () => {
    const run = new Run();
    run.take({ kind: "start" });
    const delays: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const failedAt = run.now;
      run.take({ kind: "refused", socket: run.state.socket, fatal: false });
      expect(kinds(run.tick())).toEqual(["dial"]);
      delays.push(run.now - failedAt);
    }
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it("never retries what cannot heal, and says what is lost", () => {
    const run = new Run();
    run.audio(700);
    run.opened();
    run.heard(200);
    expect(run.closed("fatal")).toEqual([
      { kind: "abandon" },
      { kind: "gap", from: 200, to: 700 },
      { kind: "failed", code: "provider_refused" },
    ]);
    expect(run.audio(800)).toEqual([]);
    expect(nextTickAt(run.state)).toBeNull();
  });

  it("does not reopen a socket that had nothing to listen to until there is audio", () => {
    const run = new Run();
    run.take({ kind: "start" });
    run.opened();
    expect(run.closed("idle")).toEqual([]);
    expect(nextTickAt(run.state)).toBeNull();
    expect(kinds(run.audio(100))).toEqual(["dial"]);
  });

  it("asks for held-back words when audio pauses, then keeps the socket alive", () => {
    const run = new Run();
    run.audio(100);
    run.opened();
    expect(run.tick()).toEqual([{ kind: "control", message: "finalize" }]);
    expect(run.tick()).toEqual([{ kind: "control", message: "keepAlive" }]);
    expect(run.tick()).toEqual([{ kind: "control", message: "keepAlive" }]);
    run.audio(200);
    expect(run.tick()).toEqual([{ kind: "control", message: "finalize" }]);
  });

  it("announces the end only after all audio, and ends on a clean close", () => {
    const run = new Run();
    run.audio(5_000);
    run.take({ kind: "finish" });
    run.opened();
    while (run.state.link.kind === "live") run.tick();
    const outgoing = run.effects.filter(({ kind }) => kind === "send" || kind === "control");
    expect(outgoing.at(-1)).toEqual({ kind: "control", message: "closeStream" });
    expect(outgoing.at(-2)).toMatchObject({ kind: "send", to: 5_000 });
    expect(run.closed("retry", true)).toEqual([{ kind: "ended" }]);
  });

  it("hears the last words on a new socket when the old one dies while finishing", () => {
    const run = new Run();
    run.audio(500);
    run.opened();
    run.take({ kind: "finish" });
    expect(run.closed("retry", false)).toEqual([]);
    expect(kinds(run.tick())).toEqual(["dial"]);
    expect(run.opened()).toEqual([
      { kind: "send", from: 0, to: 500 },
      { kind: "control", message: "closeStream" },
    ]);
  });

  it("takes any close for the end once everything has its final", () => {
    const run = new Run();
    run.audio(500);
    run.opened();
    run.take({ kind: "finish" });
    run.heard(500);
    expect(run.closed("retry", false)).toEqual([{ kind: "ended" }]);
  });

  it("gives up finishing at one deadline, with an honest gap, whatever the provider does", () => {
    for (const provider of ["silent", "unreachable", "refusing", "closing"] as const) {
      const run = new Run();
      run.audio(500);
      run.opened();
      run.heard(300);
      run.take({ kind: "finish" });
      for (let turn = 0; run.state.link.kind !== "ended" && turn < 100; turn += 1) {
        const { kind } = run.state.link;
        if (provider === "refusing" && kind === "connecting") {
          run.take({ kind: "refused", socket: run.state.socket, fatal: false });
        } else if (provider === "closing" && kind === "connecting") run.opened();
        else if (provider !== "silent" && kind === "closing") run.closed("retry", false);
        else run.tick();
      }
      expect(run.effects.slice(-2), provider).toEqual([
        { kind: "gap", from: 300, to: 500 },
        { kind: "ended" },
      ]);
      expect(run.now - sessionStart, provider).toBeLessThanOrEqual(timing.finishTimeoutMs + 500);
      expect(run.effects.filter(({ kind }) => kind === "dial").length, provider).toBeLessThan(20);
    }
  });

  it("does not hammer a provider that accepts, says something and closes", () => {
    const run = new Run();
    run.take({ kind: "start" });
    for (let round = 0; round < 10; round += 1) {
      run.opened();
      run.heard(null);
      run.closed("retry");
      if (run.state.link.kind === "waiting") run.tick();
    }
    expect(run.now - sessionStart).toBeGreaterThan(30_000);
  });

  it("tells a hole between two finals, and one in rounding only is none", () => {
    const run = new Run();
    run.audio(3_000);
    run.opened();
    expect(run.heard(1_000, 0)).not.toContainEqual(expect.objectContaining({ kind: "gap" }));
    expect(run.heard(2_000, 1_040)).not.toContainEqual(expect.objectContaining({ kind: "gap" }));
    expect(run.heard(3_000, 2_500)).toContainEqual({ kind: "gap", from: 2_000, to: 2_500 });
  });

  it("waits for the words before a jump, then goes on behind it", () => {
    const run = new Run();
    run.audio(1_000);
    run.opened();
    expect(run.take({ kind: "jump", to: 5_000 })).toEqual([{ kind: "control", message: "closeStream" }]);
    run.audio(5_500, 5_000);
    run.heard(1_000);
    expect(run.closed("retry", true)).toEqual([
      { kind: "gap", from: 1_000, to: 5_000 },
      { kind: "dial", socket: 2 },
    ]);
    expect(run.opened()).toEqual([{ kind: "send", from: 5_000, to: 5_500 }]);
  });

  it("finishes at once when nothing was ever sent", () => {
    const run = new Run();
    expect(run.take({ kind: "finish" })).toEqual([{ kind: "ended" }]);
  });

  it("passes over audio that fell out of the buffer as a gap", () => {
    const run = new Run();
    run.audio(1_000);
    run.take({ kind: "refused", socket: run.state.socket, fatal: false });
    run.audio(90_000, 30_000);
    expect(run.tick()).toEqual([
      { kind: "gap", from: 0, to: 30_000 },
      { kind: "dial", socket: 2 },
    ]);
    expect(run.opened()[0]).toMatchObject({ kind: "send", from: 30_000 });
  });

  it("ignores everything of a replaced socket", () => {
    const run = new Run();
    run.audio(100);
    run.opened();
    const old = run.state.socket;
    run.heard(50);
    run.closed();
    run.tick();
    const before = run.state;
    for (const event of [
      { kind: "heard", socket: old, final: { from: 0, to: 100 } },
      { kind: "closed", socket: old, meaning: "fatal", clean: false },
      { kind: "opened", socket: old },
    ] as const) {
      expect(run.take(event)).toEqual([]);
    }
    expect(run.state).toBe(before);
  });

  it("sends every sample exactly once a socket, or says it is lost, under any order of events", () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant("audio" as const), ms: fc.integer({ min: 1, max: 3_000 }) }),
      fc.record({ kind: fc.constant("open" as const) }),
      fc.record({ kind: fc.constant("refuse" as const) }),
      fc.record({
        kind: fc.constant("close" as const),
        meaning: fc.constantFrom("retry" as const, "idle" as const),
      }),
      fc.record({ kind: fc.constant("cover" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ kind: fc.constant("forget" as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
      fc.record({ kind: fc.constant("tick" as const) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const run = new Run();
        let head = 0;
        let earliest = 0;
        let sockets = 0; // open or opening
        let sentTo = 0;
        let fresh = true;
        const check = (effects: readonly UpstreamEffect[]) => {
          for (const effect of effects) {
            if (effect.kind === "abandon") sockets = 0;
            if (effect.kind === "dial") {
              sockets += 1;
              fresh = true;
            }
            if (effect.kind === "send") {
              if (!fresh) expect(effect.from).toBe(sentTo);
              fresh = false;
              expect(effect.from).toBeGreaterThanOrEqual(earliest);
              expect(effect.to).toBeLessThanOrEqual(head);
              sentTo = effect.to;
            }
            if (effect.kind === "gap") expect(effect.to).toBeGreaterThan(effect.from);
            expect(sockets).toBeLessThanOrEqual(1);
          }
        };
        for (const one of events) {
          const kind = run.state.link.kind;
          if (one.kind === "audio") {
            head += one.ms;
            run.now += one.ms;
            check(run.audio(head, earliest));
          } else if (one.kind === "forget") {
            earliest = Math.min(head, Math.max(earliest, head - one.ms));
            check(run.audio(head, earliest));
          } else if (one.kind === "open" && kind === "connecting") check(run.opened());
          else if (one.kind === "refuse" && kind === "connecting") {
            sockets = 0;
            check(run.take({ kind: "refused", socket: run.state.socket, fatal: false }));
          } else if (one.kind === "close" && kind === "live") {
            sockets = 0;
            check(run.closed(one.meaning));
          } else if (one.kind === "cover" && run.state.link.kind === "live") {
            const { base, sent } = run.state.link;
            const from = run.state.audio.covered;
            check(run.heard(Math.max(from, Math.round(base + (sent - base) * one.share)), from));
          } else if (one.kind === "tick") check(run.tick());
        }
        expect(run.state.audio.covered).toBeLessThanOrEqual(Math.max(head, earliest));
      }),
    );
  });
});
