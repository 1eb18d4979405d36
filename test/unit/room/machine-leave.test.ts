import { describe, expect, it } from "vitest";
import { limits } from "../../../shared/limits.ts";
import { began, kindsOf, MachineRun } from "../../support/machine-run.ts";

const leaveMs = 1_000;

/** What gives a live socket up for another one. */
const reasons = {
  "a backlog too long to catch up with": (run: MachineRun) => run.audio(1_000 + limits.replayMaxMs + 1),
  "a jump of the publisher": (run: MachineRun) => run.take({ kind: "jump", to: 2_000 }),
  "a stall": (run: MachineRun) => {
    run.audio(3_500);
    return run.wait(10_000).filter(({ kind }) => kind !== "send" && kind !== "control");
  },
};

function leaving(reason: keyof typeof reasons): MachineRun {
  const run = new MachineRun().healthy();
  expect(reasons[reason](run).at(-1)).toEqual({ kind: "leave" });
  expect(run.state.link.kind).toBe("leaving");
  return run;
}

describe.each(Object.keys(reasons) as (keyof typeof reasons)[])("a socket that is left for %s", (reason) => {
  it("is followed by the next one as soon as the provider has seen it close", () => {
    const run = leaving(reason);
    run.now += leaveMs - 1;
    // A timer may fire for a deadline that has moved meanwhile.
    expect(run.take({ kind: "tick", isQuiet: true })).toEqual([]);
    expect(run.dials()).toBe(1);
    expect(run.left()).toEqual([{ kind: "dial", socket: 2 }]);
  });

  it("is waited for no longer than a second, and its close comes too late then", () => {
    const run = leaving(reason);
    const leftAt = run.now;
    expect(run.wait(leaveMs - 1)).toEqual([]);
    const old = run.state.socket;
    expect(run.tick()).toEqual([{ kind: "abandon" }, { kind: "dial", socket: old + 1 }]);
    expect(run.now - leftAt).toBe(leaveMs);
    expect(run.take({ kind: "left", socket: old })).toEqual([]);
    expect(run.dials()).toBe(2);
  });

  it("says nothing any more", () => {
    const run = leaving(reason);
    const before = run.state;
    expect(run.left().length).toBe(1);
    const after = run.state;
    expect(
      run.take({ kind: "heard", socket: before.socket, final: { from: 0, to: 9_000 }, proves: true }),
    ).toEqual([]);
    expect(run.take({ kind: "closed", socket: before.socket, meaning: "fatal", clean: false })).toEqual([]);
    expect(run.state).toBe(after);
  });

  it("takes no audio, which waits for the next one and is all captioned or owed", () => {
    const run = leaving(reason);
    const { covered, head } = run.state.audio;
    expect(run.audio(head + 300)).toEqual([]);
    expect(run.audio(head + 700)).toEqual([]);
    run.left();
    const effects = run.opened(head + 200);
    const beginning = effects.find((effect) => effect.kind === "began");
    const owed = effects.filter((effect) => effect.kind === "owe");
    const captionsFrom = beginning?.captionsFrom ?? Number.NaN;
    expect(owed).toEqual(captionsFrom > covered ? [{ kind: "owe", from: covered, to: captionsFrom }] : []);
    const sent = [...effects, ...run.wait(3_000)].filter((effect) => effect.kind === "send");
    expect(sent[0]?.from).toBe(beginning?.base);
    expect(sent.at(-1)?.to).toBe(head + 700);
  });

  it("is not followed by another when the session's time is over first", () => {
    const run = leaving(reason);
    const { covered, head } = run.state.audio;
    const leftAt = run.now;
    expect(run.finish(leaveMs / 2)).toEqual([]);
    const rest = head > covered ? [{ kind: "owe", from: covered, to: head }] : [];
    expect(run.tick()).toEqual([]);
    expect(run.now - leftAt).toBe(leaveMs / 2);
    expect(run.left()).toEqual([...rest, { kind: "ended" }]);
    expect(run.dials()).toBe(1);
  });

  it("leaves the last words to the next one when the session ends meanwhile", () => {
    const run = leaving(reason);
    const { head } = run.state.audio;
    run.audio(head + 400);
    expect(run.finish()).toEqual([]);
    expect(kindsOf(run.left())).toEqual(["dial"]);
    run.opened(head + 100);
    run.wait(3_000);
    const outgoing = run.effects.filter(({ kind }) => kind === "send" || kind === "control");
    expect(outgoing.at(-2)).toMatchObject({ kind: "send", to: head + 400 });
    expect(outgoing.at(-1)).toEqual({ kind: "control", message: "closeStream" });
  });
});

it("a socket that nobody has left is not followed by another, whatever is seen to close", () => {
  const run = new MachineRun().healthy();
  const before = run.state;
  expect(run.left()).toEqual([]);
  expect(run.state).toBe(before);
});

it("a socket that was to say the last words is left for a jump too", () => {
  const run = new MachineRun();
  run.audio(500);
  run.opened();
  run.finish();
  expect(run.state.link.kind).toBe("finishing");
  expect(run.take({ kind: "jump", to: 2_000 }).at(-1)).toEqual({ kind: "leave" });
});

it("a stall counts as a failure of the provider, a backlog and a jump do not", () => {
  const failures = (reason: keyof typeof reasons) => leaving(reason).state.trouble?.failures ?? 0;
  expect(failures("a stall")).toBe(1);
  expect(failures("a jump of the publisher")).toBe(0);
  expect(failures("a backlog too long to catch up with")).toBe(0);
});

describe("while a socket is being left", () => {
  it("a jump moves the next beginning, and leaves nothing a second time", () => {
    const run = leaving("a jump of the publisher");
    run.audio(2_300, 2_000);
    expect(run.take({ kind: "jump", to: 4_000 })).toEqual([
      { kind: "owe", from: 2_000, to: 2_300 },
      { kind: "gap", from: 2_300, to: 4_000 },
    ]);
    run.left();
    expect(run.opened()).toEqual([began(4_000)]);
  });

  it("a provider that stalls again and again is met less often than every ten seconds", () => {
    const run = new MachineRun();
    run.start();
    run.opened();
    const beganAt = run.now;
    while (run.now - beganAt < 120_000) {
      run.speak(100);
      if (run.state.link.kind === "leaving") run.left();
      if (run.state.link.kind === "connecting") run.opened();
    }
    expect(run.dials()).toBeGreaterThan(5);
    expect(run.dials()).toBeLessThanOrEqual(1 + 120_000 / 10_000);
  });
});
