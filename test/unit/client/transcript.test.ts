import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apply, type Captions, noCaptions } from "../../../client/transcript.ts";
import {
  change,
  changed,
  type Draft,
  emptyTranscript,
  resume,
  type Transcript,
} from "../../../party/room/transcript.ts";
import { delta, segment, snapshot, status } from "./frames.ts";

function applied(captions: Captions, ...frames: Parameters<typeof apply>[1][]): Captions {
  return frames.reduce((held, frame) => {
    const next = apply(held, frame);
    if (next === "resync") throw new Error(`The ${frame.type} did not apply.`);
    return next;
  }, captions);
}

const ids = (captions: Captions): string[] => captions.segments.map(({ id }) => id);

describe("the viewer's transcript", () => {
  const held = applied(noCaptions, snapshot(3, [segment("a", 0), segment("b", 1000)]));

  it("begins with a snapshot", () => {
    expect(held.position).toEqual({ epoch: "e1", version: 3 });
    expect(ids(held)).toEqual(["a", "b"]);
  });

  it("refuses a delta before any snapshot", () => {
    expect(apply(noCaptions, delta(0, 1, [segment("a")]))).toBe("resync");
  });

  it("takes a delta that begins at or before its version and ends at or after it", () => {
    expect(ids(applied(held, delta(3, 4, [segment("c", 2000)])))).toEqual(["a", "b", "c"]);
    expect(ids(applied(held, delta(1, 5, [segment("b", 1000), segment("c", 2000)])))).toEqual([
      "a",
      "b",
      "c",
    ]);
  });

  it("refuses a delta after a hole, one from the past, and one of another epoch", () => {
    expect(apply(held, delta(4, 5, []))).toBe("resync");
    expect(apply(held, delta(1, 2, []))).toBe("resync");
    expect(apply(held, delta(3, 4, [], { epoch: "e2" }))).toBe("resync");
  });

  it("keeps the very segments when only the interim changes", () => {
    const interim = { start: 2000, end: 2500, text: "and then" };
    const next = applied(held, delta(3, 3, [], { interim }));
    expect(next.interim).toEqual(interim);
    expect(next.segments).toBe(held.segments);
  });

  it("refuses an interim that belongs to a head it has not reached", () => {
    expect(apply(held, delta(4, 4, [], { interim: { start: 0, end: 1, text: "x" } }))).toBe("resync");
  });

  it("replaces by id, removes, and puts late words where they belong in time", () => {
    const next = applied(
      held,
      delta(3, 6, [segment("b", 1000, { text: "better" }), segment("late", 500)], { removed: ["a"] }),
    );
    expect(ids(next)).toEqual(["late", "b"]);
    expect(next.segments[1]?.text).toBe("better");
  });

  it("orders sessions as they arrived, whatever their clocks say", () => {
    const next = applied(
      held,
      delta(3, 4, [segment("z", 0, { session: "s2" })]),
      delta(4, 5, [segment("late", 500)]),
    );
    expect(ids(next)).toEqual(["a", "late", "b", "z"]);
  });

  it("starts over with a snapshot", () => {
    const next = applied(held, snapshot(0, [], { epoch: "e2", reason: "epoch" }));
    expect(next.position).toEqual({ epoch: "e2", version: 0 });
    expect(next.segments).toEqual([]);
  });

  it("takes the state of the room from a status, and no position", () => {
    const next = applied(held, status(9, { status: { state: "ended", since: 2 } }));
    expect(next.status.state).toBe("ended");
    expect(next.position?.version).toBe(3);
  });

  it("equals the room's transcript after every frame, whichever frames were missed", () => {
    const op = fc.record({
      puts: fc.array(fc.record({ id: fc.nat(12), session: fc.nat(2), start: fc.nat(6) }), { maxLength: 3 }),
      removes: fc.array(fc.nat(12), { maxLength: 2 }),
      isHeard: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(op, { maxLength: 30 }), (ops) => {
        let room: Transcript = emptyTranscript("e1");
        const present = { interim: null, status: { state: "live", since: 1 }, session: null } as const;
        let viewer = applied(noCaptions, resume(room, null, present, 1000));
        for (const [at, { puts, removes, isHeard }] of ops.entries()) {
          room = edited(room, puts, removes, at);
          if (!isHeard) continue;
          viewer = applied(viewer, resume(room, viewer.position, present, 1000));
          expect(viewer.segments).toEqual(room.segments);
        }
      }),
    );
  });
});

/** A segment keeps its session for life: rooms never move words from one broadcast to another. */
function edited(
  room: Transcript,
  puts: readonly { id: number; session: number; start: number }[],
  removes: readonly number[],
  at: number,
): Transcript {
  const put = new Map<string, Draft>();
  for (const { id, session, start } of puts) {
    const name = `${session}-${id}`;
    const { at: _at, version: _version, ...draft } = segment(name, start * 1000, { session: `s${session}` });
    put.set(name, draft);
  }
  const held = room.segments.filter(({ id }) => removes.includes(Number(id.split("-")[1])) && !put.has(id));
  if (put.size === 0 && held.length === 0) return room;
  return changed(room, change(room, { put: [...put.values()], remove: held.map(({ id }) => id) }, at, 1000));
}
