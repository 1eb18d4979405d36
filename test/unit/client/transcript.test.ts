import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  apply,
  type Captions,
  type EarlierPart,
  noCaptions,
  prepend,
  trim,
} from "../../../client/transcript.ts";
import {
  change,
  changed,
  type Draft,
  deltaSince,
  emptyTranscript,
  resume,
  type Transcript,
} from "../../../party/room/transcript.ts";
import { compareSegments, type Segment } from "../../../shared/captions.ts";
import type { DeltaFrame } from "../../../shared/protocol.ts";
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

  it("does not show what lies before its first segment, even when that one is gone", () => {
    const limited = applied(
      noCaptions,
      snapshot(3, [segment("b", 1000), segment("c", 2000)], { hasEarlier: true }),
    );
    const filled = applied(limited, delta(3, 4, [segment("early", 500), segment("late", 1500)]));
    expect(ids(filled)).toEqual(["b", "late", "c"]);
    const cut = applied(filled, delta(4, 5, [], { removed: ["b"] }), delta(5, 6, [segment("early", 600)]));
    expect(ids(cut)).toEqual(["late", "c"]);
    expect(ids(applied(cut, delta(6, 7, [segment("a", 1000)])))).toEqual(["late", "c"]);
    expect(ids(applied(cut, delta(6, 7, [segment("bb", 1000)])))).toEqual(["bb", "late", "c"]);
  });
});

describe("a viewer that holds the newest alone", () => {
  const spoken = (index: number) => segment(`s${index}`, index * 1_000);
  const keep = 100;

  it("holds no more of a day than of an hour, and knows that there is more", () => {
    let held = applied(noCaptions, snapshot(0, []));
    let most = 0;
    const day = 40_000;
    for (let version = 1; version <= day; version += 1) {
      held = trim(applied(held, delta(version - 1, version, [spoken(version)])), keep);
      most = Math.max(most, held.segments.length);
    }
    expect(most).toBeLessThanOrEqual(2 * keep);
    expect(held.segments.length).toBeGreaterThanOrEqual(keep);
    expect(held.segments.at(-1)?.id).toBe(`s${day}`);
    expect(held).toMatchObject({ hasEarlier: true, boundary: held.segments[0] });
    // What has been let go comes back by nothing but being asked for.
    const [first] = held.segments;
    const corrected = segment("s3", 3_000, { text: "other" });
    expect(applied(held, delta(day, day + 1, [corrected])).segments[0]).toBe(first);
  });

  it("touches nothing of what is little", () => {
    const held = applied(
      noCaptions,
      snapshot(
        1,
        Array.from({ length: 2 * keep }, (_, index) => spoken(index)),
      ),
    );
    expect(trim(held, keep)).toBe(held);
    expect(trim(held, Number.POSITIVE_INFINITY)).toBe(held);
  });
});

describe("a viewer's transcript and the room's", () => {
  it("are equal from the boundary on after every frame, whatever was missed and however little was given", () => {
    const op = fc.record({
      puts: fc.array(fc.record({ id: fc.nat(12), session: fc.nat(2), start: fc.nat(6) }), { maxLength: 3 }),
      removes: fc.array(fc.nat(12), { maxLength: 2 }),
      isHeard: fc.boolean(),
    });
    const history = fc.array(op, { maxLength: 30 });
    const segmentsMax = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(history, segmentsMax, fc.nat(4), fc.nat(10), (ops, limit, tombstonesMax, joinsAt) => {
        let room: Transcript = emptyTranscript("e1");
        let held = noCaptions;
        let boundary: Segment | null = null;
        for (const [at, { puts, removes, isHeard }] of ops.entries()) {
          room = edited(room, puts, removes, at, tombstonesMax);
          if (at < joinsAt || !isHeard) continue;
          const frame = resume(room, held.position, present, limit);
          if (frame.type === "snapshot") boundary = frame.hasEarlier ? (frame.segments[0] ?? null) : null;
          held = applied(held, frame);
          expect(held.segments).toEqual(from(boundary, room));
          expect(held.position?.version).toBe(room.version);
        }
      }),
    );
  });

  it("are equal from the first that was not let go on", () => {
    const op = fc.record({
      puts: fc.array(fc.nat(30), { maxLength: 4 }),
      removes: fc.array(fc.nat(30), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(op, { maxLength: 30 }), fc.integer({ min: 1, max: 4 }), (ops, keep) => {
        let room: Transcript = emptyTranscript("e1");
        let held = noCaptions;
        for (const [at, { puts, removes }] of ops.entries()) {
          room = edited(room, places(puts), removes, at);
          held = trim(applied(held, resume(room, held.position, present, 20)), keep);
          expect(held.segments.length).toBeLessThanOrEqual(2 * keep);
          expect(held.segments).toEqual(from(held.boundary, room));
          if (held.boundary === null) expect(held.segments).toEqual(from(null, room));
        }
      }),
    );
  });

  it("are equal from the new boundary on when an earlier part comes, however late", () => {
    const op = fc.record({
      puts: fc.array(fc.nat(20), { maxLength: 3 }),
      removes: fc.array(fc.nat(20), { maxLength: 2 }),
      does: fc.constantFrom("nothing", "hears", "hears", "asks", "answers", "fetches"),
    });
    const history = fc.array(op, { minLength: 10, maxLength: 60 });
    fc.assert(
      fc.property(
        history,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 6 }),
        (ops, limit, partMax) => {
          let room = edited(emptyTranscript("e1"), places([0, 4, 8, 12, 16, 20]), [], 0);
          const rooms = new Map([[room.version, room]]);
          let held = applied(noCaptions, resume(room, null, present, limit));
          let before: string | null = null;
          let part: AnsweredPart | null = null;
          let deltas: DeltaFrame[] = [];
          let newest = 0;
          for (const [at, { puts, removes, does }] of ops.entries()) {
            room = edited(room, places(puts), removes, at);
            rooms.set(room.version, room);
            const first = held.segments[0];
            if (does === "hears") {
              const frame = deltaSince(room, held.position?.version ?? 0, present);
              held = applied(held, frame);
              deltas.push(frame);
            } else if (does === "asks" && before === null && held.hasEarlier && first !== undefined) {
              before = first.id;
              deltas = [];
            } else if (does === "answers" && before !== null && part === null) {
              part = partBefore(room, before, partMax);
              if (part === null) before = null;
            } else if (does === "fetches" && part !== null) {
              newest = part.version;
              held = prepend(held, part, deltas);
              before = null;
              part = null;
            }
            const version = held.position?.version ?? 0;
            // What is newer than the last frame is made whole by the next one.
            if (version < newest) continue;
            expect(held.segments).toEqual(from(held.boundary, rooms.get(version) ?? room));
          }
        },
      ),
    );
  });
});

const present = { interim: null, status: { state: "live", since: 1 }, session: null } as const;

function from(boundary: Segment | null, { segments }: Transcript): readonly Segment[] {
  return segments.filter((segment) => boundary === null || compareSegments(segment, boundary) >= 0);
}

/** Segments that keep their place for life: a number in the transcript's order. */
function places(numbers: readonly number[]) {
  return numbers.map((id) => ({ id, session: 0, start: id }));
}

type AnsweredPart = EarlierPart & { readonly version: number };

/** What the room answers to `?before={id}&limit={max}`; `null` when it does not hold that segment any more. */
function partBefore({ segments, version }: Transcript, before: string, max: number): AnsweredPart | null {
  const end = segments.findIndex(({ id }) => id === before);
  if (end < 0) return null;
  return { segments: segments.slice(Math.max(0, end - max), end), hasEarlier: end > max, version };
}

/** A segment keeps its session for life: rooms never move words from one broadcast to another. */
function edited(
  room: Transcript,
  puts: readonly { id: number; session: number; start: number }[],
  removes: readonly number[],
  at: number,
  tombstonesMax = 1000,
): Transcript {
  const put = new Map<string, Draft>();
  for (const { id, session, start } of puts) {
    const name = `${session}-${id}`;
    const { at: _at, version: _version, ...draft } = segment(name, start * 1000, { session: `s${session}` });
    put.set(name, draft);
  }
  const held = room.segments.filter(({ id }) => removes.includes(Number(id.split("-")[1])) && !put.has(id));
  if (put.size === 0 && held.length === 0) return room;
  const edit = { put: [...put.values()], remove: held.map(({ id }) => id) };
  return changed(room, change(room, edit, at, tombstonesMax));
}
