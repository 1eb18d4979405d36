import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareSegments, type Segment } from "../../../shared/captions.ts";
import { partedAt, placeText, readPlace, stretchAround } from "../../../shared/place.ts";

const segment = (session: string, start: number, id = `${session}${start}`): Segment => ({
  id,
  session,
  kind: "speech",
  start,
  end: start + 10,
  text: id,
  at: 0,
  version: 1,
});

const spoken = [segment("a", 0), segment("a", 10), segment("a", 20), segment("b", 0), segment("b", 10)];

const transcripts = fc
  .uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat(50), fc.nat(5)), {
    selector: String,
    maxLength: 40,
  })
  .map((all) =>
    all
      .map(([session, start, id]) => segment(session, start, `${session}${start}${id}`))
      .sort(compareSegments),
  );

describe("a place in a transcript", () => {
  it("is a word in an address", () => {
    for (const one of spoken)
      expect(readPlace(placeText(one))).toEqual({ session: one.session, start: one.start, id: one.id });
    for (const none of [
      null,
      "",
      "a",
      "a.1",
      "a.1.",
      "a.x.i",
      ".1.i",
      "a b.1.i",
      "a.1.i i",
      `a.1.${"x".repeat(101)}`,
    ]) {
      expect(readPlace(none)).toBeNull();
    }
  });

  it("has its caption neither before it nor after it", () => {
    expect(partedAt(spoken, segment("a", 20))).toEqual({ before: 2, after: 3 });
  });

  it.each([
    ["was corrected away", segment("a", 20, "gone"), [segment("a", 0), segment("b", 0)], 1],
    [
      "was a gap that has been filled",
      segment("a", 20, "gap"),
      [segment("a", 0), segment("a", 21), segment("a", 25)],
      1,
    ],
    [
      "was a gap, and the first words begin with it",
      segment("a", 20, "gap"),
      [segment("a", 0), segment("a", 20)],
      1,
    ],
    ["was deleted with all before it", segment("a", 20), [segment("b", 0), segment("b", 10)], 0],
    ["was the last, and nothing came since", segment("b", 10), [segment("a", 0), segment("b", 0)], 2],
  ])("is still one where its caption %s", (_, place, left, at) => {
    expect(partedAt(left, place)).toEqual({ before: at, after: at });
  });

  it("loses nothing that was not read, whatever is removed", () => {
    fc.assert(
      fc.property(transcripts, fc.nat(), fc.array(fc.nat(40)), (all, which, removed) => {
        const read = all[which % Math.max(1, all.length)];
        if (read === undefined) return;
        const left = all.filter((_, index) => !removed.includes(index));
        const unread = left.filter((one) => compareSegments(one, read) > 0);
        const { after } = partedAt(left, read);
        const shown = left.slice(after);
        expect(shown).toEqual(expect.arrayContaining(unread));
        // And shows nothing again but what began at the same moment.
        expect(shown.filter((one) => !unread.includes(one) && one.start !== read.start)).toEqual([]);
      }),
    );
  });

  it("is shown with what stands around it", () => {
    const ids = (count: number, place: Segment) => {
      const { segments, hasEarlier } = stretchAround(spoken, place, count);
      return [segments.map(({ id }) => id).join(" "), hasEarlier];
    };
    expect(ids(1, segment("a", 20))).toEqual(["a10 a20 b0", true]);
    expect(ids(1, segment("a", 0))).toEqual(["a0 a10", false]);
    expect(ids(1, segment("a", 15))).toEqual(["a10 a20", true]);
    expect(ids(9, segment("c", 0))).toEqual(["a0 a10 a20 b0 b10", false]);
  });
});
