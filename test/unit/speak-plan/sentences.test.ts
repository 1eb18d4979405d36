import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limitsFor, plan, sentences } from "../../../workers/speak/plan/index.ts";
import { borders, missed } from "./borders.ts";
import { itFinds, textOf } from "./marked.ts";

describe("sentences", () => {
  itFinds(borders, missed);
});

describe("a chunk that ends at a sentence", () => {
  it("ends at one of the whole text, which the planner never sees", () => {
    const aura = limitsFor("aura-2-thalia-en");
    const parts = fc.array(fc.constantFrom(...borders.map(([, marked]) => textOf(marked))), {
      minLength: 5,
      maxLength: 120,
    });
    fc.assert(
      fc.property(
        parts,
        fc.constantFrom(" ", "\n\n"),
        fc.integer({ min: 40, max: 1900 }),
        (texts, joint, max) => {
          const text = texts.join(joint);
          const ends = new Set<number>();
          let at = 0;
          for (const sentence of sentences(text, "")) {
            at += sentence.length;
            ends.add(at);
          }
          at = 0;
          for (const chunk of plan(text, { ...aura, max }, "")) {
            at += chunk.text.length;
            // White space that did not fit begins the next chunk.
            const next = at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
            if (chunk.ending === "sentence" || chunk.ending === "paragraph") expect(ends).toContain(next);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
