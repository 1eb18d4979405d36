import { describe, expect, it } from "vitest";
import { nextTickAt } from "../../../party/room/upstream/state.ts";
import { timing } from "../../../shared/limits.ts";
import { began, kindsOf, MachineRun } from "../../support/machine-run.ts";

/** As in `backoff.ts`: the ceiling of a first wait, and the pause between probes. */
const shortestCeilingMs = 500;
const probeEveryMs = 10_000;
/** Within a minute: waits of half a second at most for ten seconds, then of a twentieth of what has been lost. */
const dialsBeforeTheBreaker = 120;

describe("after the loss of a socket", () => {
  it("a healthy one is followed at once, from the end of the last final", () => {
    const run = new MachineRun().healthy();
    run.audio(1_400);
    run.heard(1_200);
    expect(kindsOf(run.closed())).toEqual(["dial"]);
    expect(run.opened()).toEqual([began(1_200), { kind: "send", from: 1_200, to: 1_400 }]);
  });

  it("one that recognised nothing, or broke at once, is waited for", () => {
    const mute = new MachineRun();
    mute.audio(1_000);
    mute.opened();
    mute.now += 6_000;
    expect(mute.closed()).toEqual([]);
    const brief = new MachineRun();
    brief.audio(1_000);
    brief.opened();
    brief.heard(500);
    brief.now += 4_999;
    expect(brief.closed()).toEqual([]);
    expect(kindsOf(brief.tick())).toEqual(["dial"]);
  });

  it("a refusal is waited for, and one for good ends the session", () => {
    const run = new MachineRun();
    run.start();
    expect(run.refused(false)).toEqual([]);
    expect(kindsOf(run.tick())).toEqual(["dial"]);
    expect(run.refused(true)).toEqual([{ kind: "abandon" }, { kind: "failed", code: "provider_refused" }]);
  });

  it("an opening one is given up after dialTimeoutMs", () => {
    const run = new MachineRun();
    run.start();
    const dialledAt = run.now;
    expect(run.tick()).toEqual([{ kind: "abandon" }]);
    expect(run.now - dialledAt).toBe(timing.dialTimeoutMs);
    expect(run.state.link.kind).toBe("recovering");
  });

  it("none is opened for one that had nothing to listen to, until there is audio", () => {
    const run = new MachineRun();
    run.start();
    run.opened();
    expect(run.closed("idle")).toEqual([]);
    expect(nextTickAt(run.state)).toBeNull();
    expect(kindsOf(run.audio(100))).toEqual(["dial"]);
  });

  it("an idle close is no trouble: the next failure waits as briefly as a first one", () => {
    const run = new MachineRun();
    run.start();
    run.refused();
    run.tick();
    run.opened();
    run.now += 10_000;
    run.closed("idle");
    run.now += 20 * 60_000;
    run.audio(100);
    const failedAt = run.now;
    run.refused();
    run.tick();
    expect(run.now - failedAt).toBeLessThanOrEqual(shortestCeilingMs);
  });

  it("a provider that calls itself idle while audio flows is not hammered", () => {
    const run = new MachineRun();
    run.start();
    const dialsInAMinute = () => {
      const before = run.dials();
      for (let frame = 0; frame < 600; frame += 1) {
        run.speak(100);
        if (run.state.link.kind === "connecting") run.opened();
        if (run.state.link.kind === "live") run.closed("idle");
      }
      return run.dials() - before;
    };
    expect(dialsInAMinute()).toBeLessThan(dialsBeforeTheBreaker);
    expect(dialsInAMinute()).toBeLessThanOrEqual(60_000 / probeEveryMs + 1);
  });

  it("a provider that accepts, says something and closes is not hammered", () => {
    const run = new MachineRun();
    run.start();
    const round = () => {
      const dialledAt = run.now;
      run.opened();
      run.heard(null);
      run.closed();
      run.tick();
      return run.now - dialledAt;
    };
    const waits: number[] = [];
    const troubleMs = () => waits.reduce((sum, wait) => sum + wait, 0);
    while (troubleMs() < 60_000) waits.push(round());
    // With half of the jitter each waits half of the ceiling: 1, 2, 4 … 30 s.
    expect(waits.slice(0, 5)).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
    expect(waits.length).toBeLessThan(10);
    expect([round(), round(), round()]).toEqual([15_000, 15_000, 15_000]);
  });

  it("one that is asked for less is given more time each time, other troubles are not", () => {
    const waits = (busy: boolean) => {
      const run = new MachineRun();
      run.start();
      return Array.from({ length: 6 }, () => {
        const refusedAt = run.now;
        run.refused(false, busy);
        run.tick();
        return run.now - refusedAt;
      });
    };
    expect(waits(true)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000]);
    expect(waits(false)).toEqual([250, 250, 250, 250, 250, 250]);
  });
});

describe("the circuit breaker", () => {
  function failFor(run: MachineRun, ms: number): void {
    const until = run.now + ms;
    while (run.now < until) {
      if (run.state.link.kind === "connecting") run.refused();
      run.tick();
    }
  }

  it("trips after a minute of failures, then probes about every ten seconds", () => {
    const run = new MachineRun();
    run.start();
    failFor(run, 55_000);
    expect(run.state.link.kind).not.toBe("tripped");
    failFor(run, 60_000);
    while (run.state.link.kind !== "connecting") run.tick();
    const at = run.now;
    run.refused();
    expect(run.state.link.kind).toBe("tripped");
    expect(kindsOf(run.tick())).toEqual(["dial"]);
    expect(run.now - at).toBe(probeEveryMs);
  });

  it("stays tripped until a socket holds, and is forgotten then", () => {
    const run = new MachineRun();
    run.start();
    failFor(run, 150_000);
    while (run.state.link.kind !== "connecting") run.tick();
    run.opened();
    run.heard(null);
    run.closed();
    expect(run.state.link.kind).toBe("tripped");
    run.tick();
    run.opened();
    run.heard(null);
    run.now += 5_000;
    run.heard(null);
    expect(run.state.trouble).toBeNull();
    expect(kindsOf(run.closed())).toEqual(["dial"]);
  });
});

describe("a socket that takes audio and says nothing", () => {
  it("is given up ten seconds after the first audio it did not answer", () => {
    const run = new MachineRun();
    run.start();
    run.opened();
    run.audio(100);
    const firstAt = run.now;
    while (run.state.link.kind === "live" && run.now - firstAt < 60_000) run.speak(100);
    expect(run.now - firstAt).toBeGreaterThanOrEqual(9_900);
    expect(run.now - firstAt).toBeLessThanOrEqual(10_100);
    expect(run.effects.at(-1)).toEqual({ kind: "leave" });
    expect(run.left()).toEqual([{ kind: "dial", socket: 2 }]);
  });

  it("is not one that was sent hardly any, or silence alone", () => {
    const run = new MachineRun();
    run.audio(1_900);
    run.opened();
    run.wait(120_000);
    expect(run.state.link.kind).toBe("live");
  });

  it("is not one that answers anything at all", () => {
    const run = new MachineRun();
    run.start();
    run.opened();
    for (let second = 0; second < 60; second += 1) {
      run.speak(1_000);
      run.take({ kind: "heard", socket: 1, final: null, proves: false });
    }
    expect(run.dials()).toBe(1);
  });

  it("is not one that has had no time to answer, because the sound paused after a click", () => {
    const run = new MachineRun().healthy();
    run.audio(1_300);
    // Asked for what it holds back, a provider stays silent when that is too little.
    run.wait(30_000);
    expect(run.state.link.kind).toBe("live");
    expect(kindsOf(run.audio(3_300))).not.toContain("leave");
    expect(kindsOf(run.wait(1_000))).not.toContain("leave");
  });
});
