import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  change,
  changed,
  type Draft,
  type Edit,
  emptyTranscript,
  type Present,
  resume,
  type Transcript,
} from "../../../party/room/transcript.ts";
import { compareSegments, type Segment } from "../../../shared/captions.ts";
import type { DeltaFrame, SnapshotFrame } from "../../../shared/protocol.ts";

const present: Present = { interim: null, status: { state: "live", since: 0 }, session: null };
const tombstonesMax = 3;
const segmentsMax = 1_000;

type Step = {
  readonly put: readonly { id: number; start: number; text: string }[];
  readonly remove: readonly number[];
};

const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  put: fc.uniqueArray(
    fc.record({ id: fc.nat(8), start: fc.nat(5).map((n) => n * 100), text: fc.string({ maxLength: 5 }) }),
    { maxLength: 3, selector: ({ id }) => id },
  ),
  remove: fc.array(fc.nat(8), { maxLength: 2 }),
});

function play(steps: readonly Step[]): Transcript[] {
  const history = [emptyTranscript("e")];
  for (const [at, { put, remove }] of steps.entries()) {
    const drafts = put.map(
      ({ id, start, text }): Draft => ({
        id: `s${id}`,
        session: `session${id % 2}`,
        kind: "speech",
        start,
        end: start + 100,
        text,
      }),
    );
    const gone = remove.map((id) => `s${id}`).filter((id) => !drafts.some((draft) => draft.id === id));
    const last = history.at(-1);
    if (last === undefined) continue;
    history.push(changed(last, change(last, { put: drafts, remove: gone }, at, tombstonesMax)));
  }
  return history;
}

/** A viewer, as simply as it can be written. */
function applyFrame(held: readonly Segment[], frame: DeltaFrame | SnapshotFrame): Segment[] {
  if (frame.type === "snapshot") return [...frame.segments];
  const gone = new Set([...frame.removed, ...frame.put.map(({ id }) => id)]);
  return [...held.filter(({ id }) => !gone.has(id)), ...frame.put];
}

describe("resume", () => {
  it("gives every viewer the room's transcript, whatever the history and whatever version it comes with", () => {
    fc.assert(
      fc.property(fc.array(stepArbitrary, { maxLength: 12 }), fc.nat(14), (steps, seen) => {
        const history = play(steps);
        const now = history.at(-1) ?? emptyTranscript("e");
        const then = history[seen];
        const frame = resume(now, { epoch: "e", version: seen }, present, segmentsMax);
        if (then === undefined) expect(frame).toMatchObject({ type: "snapshot", reason: "ahead" });
        const held = applyFrame(then?.segments ?? [], frame);
        expect(held.toSorted(compareSegments)).toEqual(now.segments);
      }),
    );
  });

  it("sends each changed segment once, and nothing that did not change", () => {
    fc.assert(
      fc.property(fc.array(stepArbitrary, { minLength: 1, maxLength: 12 }), (steps) => {
        const history = play(steps);
        const now = history.at(-1) ?? emptyTranscript("e");
        for (const then of history) {
          const frame = resume(now, { epoch: "e", version: then.version }, present, segmentsMax);
          if (frame.type !== "delta") continue;
          const ids = frame.put.map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
          expect(frame.put.every(({ version }) => version > then.version)).toBe(true);
        }
      }),
    );
  });

  it("never meets a foreign, future or forgotten position with silence", () => {
    const removing = { put: [], remove: [1] };
    const now = play([
      { put: [{ id: 1, start: 0, text: "a" }], remove: [] },
      ...Array.from({ length: 6 }, (_, id) => ({
        put: [{ id: id + 2, start: 0, text: "x" }],
        remove: [id + 1],
      })),
      removing,
    ]).at(-1);
    if (now === undefined) throw new Error("no history");
    expect(now.earliest).toBeGreaterThan(0);
    const reason = (epoch: string, version: number) => {
      const frame = resume(now, { epoch, version }, present, segmentsMax);
      return frame.type === "snapshot" ? frame.reason : frame.type;
    };
    expect(reason("other", now.version)).toBe("epoch");
    expect(reason("e", now.version + 1)).toBe("ahead");
    expect(reason("e", 0)).toBe("behind");
    expect(reason("e", now.version)).toBe("delta");
    expect(resume(now, null, present, segmentsMax)).toMatchObject({ reason: "new" });
  });

  it("keeps a snapshot within its limit and says that there is more", () => {
    const steps = Array.from({ length: 5 }, (_, id) => ({
      put: [{ id, start: id * 100, text: "x" }],
      remove: [],
    }));
    const now = play(steps).at(-1) ?? emptyTranscript("e");
    expect(resume(now, null, present, 2)).toMatchObject({ hasEarlier: true, segments: [{}, {}] });
  });
});

describe("a segment", () => {
  it("that is replaced keeps the time at which it was first written down, and one that comes back does not", () => {
    const draft: Draft = { id: "a", session: "s", kind: "speech", start: 0, end: 1, text: "a" };
    const steps: Edit[] = [
      { put: [draft], remove: [] },
      { put: [{ ...draft, text: "edited" }], remove: [] },
      { put: [{ ...draft, text: "edited again" }], remove: [] },
      { put: [], remove: ["a"] },
      { put: [draft], remove: [] },
    ];
    let transcript = emptyTranscript("e");
    const writtenAt = steps.map((edit, step) => {
      transcript = changed(transcript, change(transcript, edit, 1_000 + step, tombstonesMax));
      return transcript.segments[0]?.at;
    });
    expect(writtenAt).toEqual([1_000, 1_000, 1_000, undefined, 1_004]);
  });
});

describe("the order of segments", () => {
  it("is by session, then by time, however late a segment is put in and whatever was taken away before", () => {
    const draft = (id: string, session: string, start: number): Draft => ({
      id,
      session,
      kind: "speech",
      start,
      end: start + 1,
      text: id,
    });
    let transcript = emptyTranscript("e");
    const steps: Edit[] = [
      { put: [draft("a2", "a", 20)], remove: [] },
      { put: [draft("b1", "b", 5)], remove: [] },
      { put: [draft("a1", "a", 10)], remove: [] },
      { put: [], remove: ["a1", "a2"] },
      { put: [draft("a3", "a", 30)], remove: [] },
    ];
    for (const edit of steps) transcript = changed(transcript, change(transcript, edit, 0, tombstonesMax));
    expect(transcript.segments.map(({ id }) => id)).toEqual(["a3", "b1"]);
  });
});
