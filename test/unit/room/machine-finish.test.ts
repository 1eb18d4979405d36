import { describe, expect, it } from "vitest";
import { limits, timing } from "../../../shared/limits.ts";
import { kindsOf, MachineRun } from "../../support/machine-run.ts";

/** What `finish` takes at most: what may still have to be replayed, and the wait for the last words. */
/** After its deadline the session waits, for a second at most, until the provider has seen its socket close. */
const finishMaxMs = limits.replayMaxMs / 1.25 + timing.finishTimeoutMs + 1_000;

function speaking(): MachineRun {
  const run = new MachineRun();
  run.audio(500);
  run.opened();
  return run;
}

describe("finish", () => {
  it("ends at once when nothing was ever sent", () => {
    expect(new MachineRun().finish()).toEqual([{ kind: "ended" }]);
  });

  it("announces the end only after all audio, and ends on a clean close", () => {
    const run = new MachineRun();
    run.audio(5_000);
    run.finish();
    run.opened();
    while (run.state.link.kind === "live") run.tick();
    const outgoing = run.effects.filter(({ kind }) => kind === "send" || kind === "control");
    expect(outgoing.at(-1)).toEqual({ kind: "control", message: "closeStream" });
    expect(outgoing.at(-2)).toMatchObject({ kind: "send", to: 5_000 });
    run.heard(4_900);
    // The last tenth of a second is shorter than a word.
    expect(run.closed("retry", true)).toEqual([{ kind: "ended" }]);
  });

  it("owes what a clean close left out", () => {
    const run = speaking();
    run.finish();
    run.heard(200);
    expect(run.closed("retry", true)).toEqual([{ kind: "owe", from: 200, to: 500 }, { kind: "ended" }]);
  });

  it("opens a socket for what waits without one", () => {
    const run = speaking();
    run.wait(10_000);
    run.closed("idle");
    expect(kindsOf(run.finish())).toEqual(["dial"]);
    expect(run.opened().at(-1)).toEqual({ kind: "control", message: "closeStream" });
  });

  it("hears the last words on a new socket when the old one dies while finishing", () => {
    const run = speaking();
    run.finish();
    expect(run.closed("retry", false)).toEqual([]);
    expect(kindsOf(run.tick())).toEqual(["dial"]);
    expect(kindsOf(run.opened())).toEqual(["began", "send", "control"]);
  });

  it("takes any close for the end once everything has its final", () => {
    const run = speaking();
    run.finish();
    run.heard(500);
    expect(run.closed("retry", false)).toEqual([{ kind: "ended" }]);
  });

  it("ends in a bounded time whatever the provider does, and owes what it did not caption", () => {
    for (const provider of ["silent", "unreachable", "refusing", "closing"] as const) {
      const run = speaking();
      run.heard(200);
      const began = run.now;
      run.finish();
      for (let turn = 0; run.state.link.kind !== "ended" && turn < 200; turn += 1) {
        const { kind } = run.state.link;
        if (provider === "refusing" && kind === "connecting") run.refused();
        else if (provider === "closing" && kind === "connecting") run.opened();
        else if (provider !== "silent" && kind === "finishing") run.closed();
        else run.tick();
      }
      expect(run.effects.slice(-2), provider).toEqual([
        { kind: "owe", from: 200, to: 500 },
        { kind: "ended" },
      ]);
      expect(run.now - began, provider).toBeLessThanOrEqual(finishMaxMs);
      // With half of the jitter an attempt waits a quarter of a second.
      expect(run.dials(), provider).toBeLessThan(finishMaxMs / 250);
    }
  });

  it("said twice means the earlier deadline", () => {
    const run = speaking();
    run.finish();
    const began = run.now;
    run.finish(timing.handoverMs);
    run.finish();
    expect(kindsOf(run.tick())).toEqual(["leave"]);
    expect(run.now - began).toBe(timing.handoverMs);
    // A successor's socket is not opened beside this one.
    expect(kindsOf(run.left())).toEqual(["owe", "ended"]);
  });

  it("waits while the provider is down, and owes everything in the end", () => {
    const run = new MachineRun();
    run.audio(700);
    run.refused();
    const began = run.now;
    run.finish(timing.handoverMs);
    while (run.state.link.kind !== "ended") {
      if (run.state.link.kind === "connecting") run.refused();
      run.tick();
    }
    expect(run.now - began).toBe(timing.handoverMs);
    expect(run.effects.slice(-2)).toEqual([{ kind: "owe", from: 0, to: 700 }, { kind: "ended" }]);
  });

  it("has nothing to wait for where the captions lie ahead of the audio that came again", () => {
    const run = new MachineRun({ earliest: 1_000, covered: 90_000 });
    run.audio(2_000, 1_000);
    expect(run.finish()).toEqual([{ kind: "ended" }]);
  });
});
