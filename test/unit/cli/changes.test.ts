import { describe, expect, it } from "vitest";
import { createChangeLog } from "../../../cli/watch/changes.ts";
import { lineOf } from "../../../cli/watch/lines.ts";
import type { Captions, CaptionsFrame, Segment } from "../../../client/index.ts";

const status = { state: "live", since: 0 } as const;
const now = 10_000_000;

function segment(id: string, start: number, more: Partial<Segment> = {}): Segment {
  return {
    id,
    session: "s1",
    start,
    end: start + 900,
    text: id,
    at: now,
    version: 1,
    kind: "speech",
    ...more,
  };
}

function captions(segments: readonly Segment[], epoch = "e1"): Captions {
  const position = { epoch, version: 1 };
  return { segments, interim: null, status, session: null, position, hasEarlier: false, boundary: null };
}

function delta(put: readonly Segment[], removed: readonly string[] = []): CaptionsFrame {
  return {
    type: "delta",
    epoch: "e1",
    from: 1,
    to: 2,
    put: [...put],
    removed: [...removed],
    interim: null,
    status,
    session: null,
  };
}

function snapshot(segments: readonly Segment[], epoch: string): CaptionsFrame {
  return {
    type: "snapshot",
    epoch,
    version: 1,
    segments: [...segments],
    hasEarlier: false,
    interim: null,
    status,
    session: null,
    reason: "epoch",
  };
}

function log() {
  const changes = createChangeLog(() => now);
  const held = captions([segment("one", 0), segment("two", 1_000)]);
  return { changes, held, begun: changes.begin(held).map(lineOf) };
}

describe("what a reader of lines is told", () => {
  it("is each final once", () => {
    const { changes, held, begun } = log();
    expect(begun).toEqual(["one", "two"]);
    const three = segment("three", 2_000);
    expect(changes.next(held, delta([segment("two", 1_000), three])).map(lineOf)).toEqual(["three"]);
    expect(changes.next(held, delta([three]))).toEqual([]);
  });

  it("is nothing of what was skipped, but what becomes of it", () => {
    const changes = createChangeLog(() => now);
    const held = captions([segment("one", 0)]);
    changes.skip(held);
    expect(changes.next(held, delta([segment("one", 0)]))).toEqual([]);
    expect(changes.next(held, delta([segment("one", 0, { text: "won" })])).map(lineOf)).toEqual([
      "[corrected] won",
    ]);
  });

  it("is a gap, and what fills it as something late", () => {
    const { changes, held } = log();
    const gap = segment("gap", 2_000, { kind: "gap", text: "" });
    const after = segment("after", 3_000);
    expect(changes.next(held, delta([gap, after])).map(lineOf)).toEqual(["[captions missing]", "after"]);
    expect(changes.next(held, delta([segment("filled", 2_100)], ["gap"])).map(lineOf)).toEqual([
      "[late] filled",
    ]);
  });

  it("is a removal, but not of what the room forgets for its age", () => {
    const { changes, held } = log();
    changes.next(held, delta([segment("old", 2_000, { at: now - 7 * 24 * 3_600_000 })]));
    expect(changes.next(held, delta([], ["two", "old", "unknown"])).map(lineOf)).toEqual(["[removed] two"]);
  });

  it("is what a snapshot brings, and that the transcript was deleted", () => {
    const { changes } = log();
    const more = [segment("one", 0), segment("two", 1_000), segment("three", 2_000)];
    expect(changes.next(captions(more), snapshot(more, "e1")).map(lineOf)).toEqual(["three"]);
    const other = [segment("new", 0, { session: "s2" })];
    expect(changes.next(captions(other, "e2"), snapshot(other, "e2")).map(lineOf)).toEqual([
      "[the room's transcript was deleted]",
      "new",
    ]);
  });

  it("steers no terminal", () => {
    const change = { kind: "said", segment: segment("x", 0, { text: "a\u001b[2J\nb", speaker: 0 }) } as const;
    expect(lineOf(change)).toBe("Speaker 1: a [2J b");
  });
});
