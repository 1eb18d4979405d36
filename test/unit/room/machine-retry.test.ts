import { describe, expect, it } from "vitest";
import { nextTickAt } from "../../../party/room/upstream/state.ts";
import { timing } from "../../../shared/limits.ts";
import { kindsOf, MachineRun } from "../../support/machine-run.ts";

describe("after the loss of a socket", () => {
  it("a healthy one is followed at once, from the end of the last final", () => {
    const run = new MachineRun().healthy();
    run.audio(1_400);
    run.heard(1_200);
    expect(kindsOf(run.closed())).toEqual(["dial"]);
    expect(run.opened()).toEqual([
      { kind: "began", base: 1_200 },
      { kind: "send", from: 1_200, to: 1_400 },
    ]);
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
    const began = run.now;
    expect(run.tick()).toEqual([{ kind: "abandon" }]);
    expect(run.now - began).toBe(timing.dialTimeoutMs);
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
    expect(run.now - failedAt).toBeLessThanOrEqual(1_000);
  });

  it("a provider that calls itself idle while audio flows is not hammered", () => {
    const run = new MachineRun();
    run.start();
    for (let frame = 0; frame < 600; frame += 1) {
      run.speak(100);
      if (run.state.link.kind === "connecting") run.opened();
      if (run.state.link.kind === "live") run.closed("idle");
    }
    // A minute of audio.
    expect(run.dials()).toBeLessThan(60);
  });

  it("a provider that accepts, says something and closes is not hammered", () => {
    const run = new MachineRun();
    run.start();
    const began = run.now;
    for (let round = 0; round < 20; round += 1) {
      run.opened();
      run.heard(null);
      run.closed();
      run.tick();
    }
    expect(run.now - began).toBeGreaterThan(60_000);
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

  it("trips after a minute of failures, then probes about every half minute", () => {
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
    expect(run.now - at).toBe(30_000);
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
    const began = run.now;
    while (run.state.link.kind === "live" && run.now - began < 60_000) run.speak(100);
    expect(run.now - began).toBeGreaterThanOrEqual(9_900);
    expect(run.now - began).toBeLessThanOrEqual(10_100);
    expect(run.effects).toContainEqual({ kind: "abandon" });
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
    expect(kindsOf(run.audio(3_300))).not.toContain("abandon");
    expect(kindsOf(run.wait(1_000))).not.toContain("abandon");
  });
});
