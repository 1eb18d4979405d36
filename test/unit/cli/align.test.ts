import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { align, countEdits } from "../../../cli/wer/align.ts";

const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");
const someWords = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 8 });

describe("align", () => {
  it("tells substitutions, deletions and insertions apart", () => {
    const pairs = align(words("the cat sat on the mat"), words("the cat sad on mat now"));
    expect(pairs.map(({ kind }) => kind)).toEqual([
      "same",
      "same",
      "substitution",
      "same",
      "deletion",
      "same",
      "insertion",
    ]);
    expect(countEdits(pairs)).toBe(3);
  });

  it("copes with nothing on either side", () => {
    expect(align([], [])).toEqual([]);
    expect(countEdits(align(words("a b"), []))).toBe(2);
    expect(countEdits(align([], words("a b")))).toBe(2);
  });

  it("leaves out what is not yet said", () => {
    const pairs = align(words("the cat and the dog"), words("the"), { openEnd: true });
    expect(pairs).toEqual([{ kind: "same", reference: "the", hypothesis: "the" }]);
  });

  it("gives back both texts in order, and costs as much in either direction", () => {
    fc.assert(
      fc.property(someWords, someWords, (left, right) => {
        const pairs = align(left, right);
        expect(pairs.flatMap(({ reference }) => reference ?? [])).toEqual(left);
        expect(pairs.flatMap(({ hypothesis }) => hypothesis ?? [])).toEqual(right);
        expect(countEdits(pairs)).toBe(countEdits(align(right, left)));
        expect(countEdits(pairs)).toBeLessThanOrEqual(Math.max(left.length, right.length));
        expect(countEdits(pairs) === 0).toBe(left.join() === right.join());
      }),
    );
  });
});
