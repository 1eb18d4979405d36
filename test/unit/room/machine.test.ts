import { describe, expect, it } from "vitest";
import { nextTickAt } from "../../../party/room/upstream/state.ts";
import { limits, timing } from "../../../shared/limits.ts";
import { began, kindsOf, MachineRun } from "../../support/machine-run.ts";

const finalize = { kind: "control", message: "finalize" };
const keepAlive = { kind: "control", message: "keepAlive" };

describe("a socket", () => {
  it("is opened on start, sent what waited, and sent on as audio comes", () => {
    const run = new MachineRun();
    expect(run.start()).toEqual([{ kind: "dial", socket: 1 }]);
    expect(run.start()).toEqual([]);
    expect(run.audio(300)).toEqual([]);
    expect(run.opened()).toEqual([began(0), { kind: "send", from: 0, to: 300 }]);
    expect(run.audio(400)).toEqual([{ kind: "send", from: 300, to: 400 }]);
  });

  it("begins where captions end, also when that lies ahead of the audio that comes again", () => {
    const run = new MachineRun({ earliest: 1_000, covered: 7_000 });
    run.start();
    expect(run.opened()).toEqual([began(7_000)]);
    expect(run.audio(6_900, 1_000)).toEqual([]);
    expect(run.audio(7_200, 1_000)).toEqual([{ kind: "send", from: 7_000, to: 7_200 }]);
  });

  it("is paced at 1.25 times real time while it replays, and catches up with live audio", () => {
    const run = new MachineRun().healthy();
    run.closed();
    run.audio(6_000);
    run.opened();
    const openedAt = run.now;
    const behind = () => run.state.audio.head - (run.state.link.kind === "live" ? run.state.link.sent : 0);
    while (behind() > 0 && run.now - openedAt < 60_000) {
      const before = run.effects.length;
      run.speak(100);
      run.heard(null);
      const sent = run.effects.slice(before).filter((effect) => effect.kind === "send");
      const samples = sent.reduce((sum, { from, to }) => sum + to - from, 0);
      if (behind() > 0) expect(samples).toBeLessThanOrEqual(125 * 2);
    }
    const sent = run.effects.filter((effect) => effect.kind === "send").slice(1);
    expect(sent.map(({ from }) => from)).toEqual([1_000, ...sent.slice(0, -1).map(({ to }) => to)]);
    // Of a backlog of 5 s two go at once; the rest shrinks by a quarter of a second each second.
    expect(run.now - openedAt).toBeGreaterThan(11_000);
    expect(run.now - openedAt).toBeLessThan(13_000);
  });

  it("is kept by what its protocol offers: a message once it has recognised something, else silent audio", () => {
    const message = new MachineRun();
    message.audio(100);
    message.opened();
    expect(message.tick()).toEqual([finalize]);
    expect(message.tick()).toEqual([{ kind: "silence", samples: 500 }]);
    message.heard(100);
    expect(message.tick()).toEqual([keepAlive]);
    expect(message.tick()).toEqual([keepAlive]);
    message.audio(200);
    expect(message.tick()).toEqual([finalize]);

    const audio = new MachineRun({ keptBy: "audio" });
    audio.audio(100);
    audio.opened();
    audio.heard(100);
    expect(audio.tick()).toEqual([]);
    expect(audio.tick()).toEqual([{ kind: "silence", samples: 500 }]);
  });

  it("is told something at least every keepAliveMs while no audio comes, and silence moves nothing", () => {
    const run = new MachineRun();
    run.audio(100);
    run.opened();
    const before = run.state.audio;
    const told = run.wait(60_000);
    expect(told.length).toBeGreaterThanOrEqual(60_000 / timing.keepAliveMs - 1);
    expect(run.state.audio).toEqual(before);
    expect(run.audio(200)).toEqual([{ kind: "send", from: 100, to: 200 }]);
  });

  it("is asked for nothing, and sent no silence, where the audio broke off inside of a word", () => {
    for (const keptBy of ["message", "audio"] as const) {
      const run = new MachineRun({ keptBy });
      run.isQuiet = false;
      run.audio(1_000);
      run.opened();
      run.heard(400);
      const told = run.wait(20_000);
      expect(told.filter((effect) => effect.kind !== "control")).toEqual([]);
      expect(told).not.toContainEqual(finalize);
      expect(told.length > 0).toBe(keptBy === "message");
    }
  });

  it("is asked for a final now and then when it settles nothing for twenty seconds", () => {
    const run = new MachineRun();
    run.start();
    run.opened();
    let asked = 0;
    for (let turn = 0; turn < 300; turn += 1) {
      asked += run.speak(100).filter((effect) => effect.kind === "control").length;
      run.heard(null);
      if (turn === 195) expect(asked).toBe(0);
    }
    expect(asked).toBeGreaterThanOrEqual(2);
    expect(asked).toBeLessThanOrEqual(3);
  });

  it("that is replaced is not listened to", () => {
    const run = new MachineRun().healthy();
    const old = run.state.socket;
    run.closed();
    const before = run.state;
    for (const event of [
      { kind: "heard", socket: old, final: { from: 0, to: 5_000 }, proves: true },
      { kind: "closed", socket: old, meaning: "fatal", clean: false },
      { kind: "refused", socket: old, fatal: true, busy: false },
      { kind: "opened", socket: old, cut: 0 },
      { kind: "left", socket: old },
    ] as const) {
      expect(run.take(event)).toEqual([]);
    }
    expect(run.state).toBe(before);
  });
});

describe("a long hole", () => {
  it("is owed, and the new socket captions from the cut on, with a second of context", () => {
    const run = new MachineRun().healthy();
    run.closed();
    run.audio(1_000 + limits.replayMaxMs + 1);
    expect(run.opened(5_500)).toEqual([
      { kind: "owe", from: 1_000, to: 5_500 },
      began(4_500, 5_500),
      { kind: "send", from: 4_500, to: 6_001 },
    ]);
    expect(run.heard(5_800)).toEqual([]);
    expect(run.state.audio.covered).toBe(5_800);
  });

  it("gives less context where the captions, or the audio that is held, end sooner", () => {
    const captioned = new MachineRun().healthy();
    captioned.closed();
    captioned.audio(8_000);
    expect(captioned.opened(1_400)).toContainEqual(began(1_000, 1_400));
    const forgotten = new MachineRun().healthy();
    forgotten.closed();
    forgotten.audio(9_000, 3_000);
    expect(forgotten.opened(3_400)).toContainEqual(began(3_000, 3_400));
  });

  it("is made no longer by the context, which no final closes", () => {
    const run = new MachineRun().healthy();
    run.closed();
    run.audio(8_000);
    run.opened(7_500);
    // Of the context only: it is owed already.
    expect(run.heard(7_100, 6_500)).toEqual([]);
    expect(run.state.audio.covered).toBe(7_500);
    expect(run.heard(7_900, 7_100)).toEqual([]);
    expect(run.state.audio.covered).toBe(7_900);
  });

  it("is none as long as it may be replayed", () => {
    const run = new MachineRun().healthy();
    run.closed();
    run.audio(1_000 + limits.replayMaxMs);
    expect(run.opened(5_500)[0]).toEqual(began(1_000));
  });

  it("is a gap as far as its audio is gone", () => {
    const run = new MachineRun().healthy();
    run.closed();
    run.audio(90_000, 30_000);
    expect(run.opened(89_000).slice(0, 3)).toEqual([
      { kind: "gap", from: 1_000, to: 30_000 },
      { kind: "owe", from: 30_000, to: 89_000 },
      began(88_000, 89_000),
    ]);
  });

  it("is never cut outside of what waits", () => {
    for (const [cut, captionsFrom] of [
      [0, 1_000],
      [99_999, 8_000],
    ] as const) {
      const run = new MachineRun().healthy();
      run.closed();
      run.audio(8_000);
      const base = Math.max(1_000, captionsFrom - 1_000);
      expect(run.opened(cut)).toContainEqual(began(base, captionsFrom));
    }
  });

  it("comes about on a live socket too, when it cannot keep up; not twice within ten seconds", () => {
    const run = new MachineRun();
    run.start();
    run.opened();
    expect(kindsOf(run.audio(6_000))).toEqual(["leave"]);
    expect(kindsOf(run.left())).toEqual(["dial"]);
    expect(run.opened(5_800)[0]).toEqual({ kind: "owe", from: 0, to: 5_800 });
    expect(kindsOf(run.audio(13_000))).toEqual(["send"]);
    run.now += 10_000;
    expect(kindsOf(run.audio(13_100))).toEqual(["leave"]);
  });

  it("between two finals is owed, and one in rounding only is none", () => {
    const run = new MachineRun();
    run.start();
    run.opened();
    run.speak(3_000);
    expect(run.heard(1_000, 0)).toEqual([]);
    expect(run.heard(2_000, 1_050)).toEqual([]);
    expect(run.heard(3_000, 2_500)).toEqual([{ kind: "owe", from: 2_000, to: 2_500 }]);
    expect(run.state.audio.covered).toBe(3_000);
  });

  it("never reaches beyond what has been sent, whatever a provider says it has heard", () => {
    const run = new MachineRun();
    run.audio(1_000);
    run.opened();
    for (const effect of run.heard(60_500, 60_000)) {
      if (effect.kind === "owe") expect(effect.to).toBeLessThanOrEqual(1_000);
    }
    expect(run.state.audio.covered).toBeLessThanOrEqual(1_000);
  });
});

describe("a jump of the publisher", () => {
  it("owes what is uncaptioned, tells what is lost, and begins anew", () => {
    const run = new MachineRun();
    run.audio(1_000);
    run.opened();
    run.heard(400);
    expect(run.take({ kind: "jump", to: 5_000 })).toEqual([
      { kind: "owe", from: 400, to: 1_000 },
      { kind: "gap", from: 1_000, to: 5_000 },
      { kind: "leave" },
    ]);
    run.audio(5_500, 5_000);
    expect(run.left()).toEqual([{ kind: "dial", socket: 2 }]);
    expect(run.opened()).toEqual([began(5_000), { kind: "send", from: 5_000, to: 5_500 }]);
  });

  it("to a place that is captioned already loses nothing", () => {
    for (const isOpen of [true, false]) {
      const run = new MachineRun({ earliest: 1_000, covered: 7_000 });
      run.start();
      if (isOpen) run.opened();
      const effects = run.take({ kind: "jump", to: 3_000 });
      // A socket that has been told nothing yet begins where it should anyway.
      expect(effects).toEqual(isOpen ? [began(7_000)] : []);
      expect(run.state.audio.covered).toBe(7_000);
      if (!isOpen) expect(run.opened()).toEqual([began(7_000)]);
      expect(run.audio(7_200, 3_000)).toEqual([{ kind: "send", from: 7_000, to: 7_200 }]);
    }
  });

  it("moves the beginning of a socket that has heard nothing yet, as often as it likes", () => {
    const run = new MachineRun();
    run.start();
    run.opened();
    for (let to = 1_000; to <= 40_000; to += 1_000) {
      expect(run.take({ kind: "jump", to })).toEqual([{ kind: "gap", from: to - 1_000, to }, began(to)]);
    }
    expect(run.dials()).toBe(1);
    expect(run.audio(40_300, 40_000)).toEqual([{ kind: "send", from: 40_000, to: 40_300 }]);
    run.heard(40_200);
    expect(run.state.audio.covered).toBe(40_200);
  });

  it("leaves a socket whose clock has begun by silence", () => {
    const run = new MachineRun();
    run.start();
    run.opened();
    expect(kindsOf(run.wait(10_000))).toContain("silence");
    expect(kindsOf(run.take({ kind: "jump", to: 1_000 }))).toEqual(["gap", "leave"]);
  });
});

describe("a machine that is over", () => {
  it("has no deadline and takes nothing", () => {
    const run = new MachineRun();
    run.audio(700);
    run.opened();
    run.heard(200);
    expect(run.closed("fatal")).toEqual([
      { kind: "abandon" },
      { kind: "gap", from: 200, to: 700 },
      { kind: "failed", code: "provider_refused" },
    ]);
    expect(run.audio(800)).toEqual([]);
    expect(run.finish()).toEqual([]);
    expect(nextTickAt(run.state)).toBeNull();
  });
});
