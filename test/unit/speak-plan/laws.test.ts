import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Chunk,
  firstReach,
  inCodePoints,
  inUtf16Units,
  type PlanLimits,
  plan,
  sentences,
} from "../../../workers/speak/plan/index.ts";

const runs = 2_000;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** What tends to break splitters, besides any unit at all. */
const pieces = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      "a",
      "Word ",
      "Dr. ",
      "e.g. ",
      "The ",
      "z. B. ",
      "U.S. ",
      "5:30 p.m. ",
      "1,000.50",
      "3. Mai ",
    ),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ". ",
      "! ",
      "? ",
      "…",
      ", ",
      "; ",
      ": ",
      "—",
      "\n",
      "\n\n",
      "\r\n",
      "\u2029",
      " ",
      "\u00a0",
      "\t",
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "“",
      "”",
      "„",
      '"',
      "'",
      "(",
      ")",
      "«",
      " »",
      "「",
      "。」",
      "と",
      "¿",
      "[",
      "]",
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "。",
      "漢字",
      "ひらがな",
      "สวัสดีครับ",
      "한글",
      "क्षि",
      "है। ",
      "؟ ",
      "مرحبا ",
      "α; ",
      "Б. ",
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "👨‍👩‍👧‍👦",
      "🇩🇪",
      "🇩",
      "👍🏽",
      "e\u0301\u0302",
      "\u0301",
      "\u200d",
      "\ufe0f",
      "각",
      "\u1100",
      "1️⃣",
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '\\{"word":"x","pronounce":"ɛks. a"\\}',
      "\\{",
      "\\}",
      "{",
      "<b>",
      "https://a.b/c.d?e=f. ",
      "x.y@z.org ",
    ),
  },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
);
const texts = fc.array(pieces, { maxLength: 120 }).map((parts) => parts.join(""));
const limitsOf = (sizes: fc.Arbitrary<number>): fc.Arbitrary<PlanLimits> =>
  fc.record({
    firstMin: fc.nat(60),
    firstMax: fc.nat(120),
    sentenceMax: fc.nat(200),
    max: sizes,
    sizeOf: fc.constantFrom(inCodePoints, inUtf16Units),
  });
const anyLimits = limitsOf(fc.oneof(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 2, max: 300 })));
const languages = fc.constantFrom(
  "",
  "en",
  "de",
  "fr",
  "es",
  "ja",
  "zh",
  "th",
  "ar",
  "hi",
  "xx",
  "de-AT",
  "__proto__",
);

describe("plan, whatever the text, the limits and the language", () => {
  it("gives chunks that joined are the text, none empty, none too large, and counts them as stated", () => {
    fc.assert(
      fc.property(texts, anyLimits, languages, (text, limits, language) => {
        const chunks = [...plan(text, limits, language)];
        expect(chunks.map((chunk) => chunk.text).join("")).toBe(text);
        for (const chunk of chunks) {
          expect(chunk.size).toBe(sizeOf(chunk.text, limits));
          expect(chunk.size).toBeGreaterThan(0);
          expect(chunk.size).toBeLessThanOrEqual(limits.max);
        }
      }),
      { numRuns: runs },
    );
  });

  it("cuts no surrogate pair, and no grapheme cluster that fits into a chunk", () => {
    fc.assert(
      fc.property(texts, anyLimits, languages, (text, limits, language) => {
        const clusters = graphemes.segment(text);
        for (const cut of cutsOf([...plan(text, limits, language)])) {
          const code = text.codePointAt(cut - 1) ?? 0;
          expect(code).toBeLessThanOrEqual(0xffff);
          const cluster = clusters.containing(cut);
          if (cluster === undefined || cluster.index === cut) continue;
          expect(sizeOf(cluster.segment, limits)).toBeGreaterThan(limits.max);
        }
      }),
      { numRuns: runs },
    );
  });

  it("cuts no pronunciation object that fits into a chunk", () => {
    const object = fc
      .tuple(fc.string({ unit: "grapheme", maxLength: 10 }), fc.string({ unit: "grapheme", maxLength: 30 }))
      .map(([word, sound]) => `\\{"word":"${plain(word)}","pronounce":"${plain(sound)}"\\}`);
    const limits = limitsOf(fc.integer({ min: 20, max: 200 }));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(object, fc.constantFrom("Dr. ", "a ", "。", "word", ". The ")), { maxLength: 60 }),
        limits,
        languages,
        (parts, limit, language) => {
          const cuts = new Set(cutsOf([...plan(parts.join(""), limit, language)]));
          let at = 0;
          for (const part of parts) {
            const inner = Array.from({ length: part.length - 1 }, (_, index) => at + index + 1);
            if (part.startsWith("\\") && sizeOf(part, limit) <= limit.max) {
              expect(inner.filter((place) => cuts.has(place))).toEqual([]);
            }
            at += part.length;
          }
        },
      ),
      { numRuns: runs },
    );
  });

  it("gives no blank chunk as long as no white space is near as long as a chunk", () => {
    const short = fc.array(
      fc.oneof(
        fc.constantFrom("a", "Bc. ", "漢。", "👍", "x ", "!\n\n", "word, "),
        fc.constantFrom(" ", "  ", "\n", "\n \n"),
      ),
      { maxLength: 80 },
    );
    const limits = limitsOf(fc.integer({ min: 24, max: 60 }));
    fc.assert(
      fc.property(short, limits, languages, (parts, limit, language) => {
        const text = parts.join("").replace(/\s{12,}/g, " ");
        fc.pre(text.trim() !== "");
        expect([...plan(text, limit, language)].filter((chunk) => chunk.text.trim() === "")).toEqual([]);
      }),
      { numRuns: runs },
    );
  });

  it("decides the first chunk from a bounded beginning", () => {
    const limits = limitsOf(fc.integer({ min: 2, max: 30 }));
    const long = fc.array(pieces, { minLength: 150, maxLength: 400 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(long, texts, limits, languages, (text, other, limit, language) => {
        const reach = firstReach(limit);
        fc.pre(text.length >= reach);
        expect(first(`${text.slice(0, reach)}${other}`, limit, language)).toEqual(
          first(text, limit, language),
        );
      }),
      { numRuns: runs / 4 },
    );
  });

  it("says the same twice", () => {
    fc.assert(
      fc.property(texts, anyLimits, languages, (text, limits, language) => {
        expect([...plan(text, limits, language)]).toEqual([...plan(text, limits, language)]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("sentences, whatever the text", () => {
  it("are the text when joined, and none is blank unless the text is", () => {
    fc.assert(
      fc.property(texts, languages, (text, language) => {
        const found = [...sentences(text, language)];
        expect(found.join("")).toBe(text);
        if (text.trim() !== "") expect(found.filter((sentence) => sentence.trim() === "")).toEqual([]);
      }),
      { numRuns: runs },
    );
  });
});

function sizeOf(text: string, limits: PlanLimits): number {
  return [...text].reduce((size, char) => size + limits.sizeOf(char.codePointAt(0) ?? 0), 0);
}

function cutsOf(chunks: readonly Chunk[]): readonly number[] {
  let at = 0;
  return chunks.slice(0, -1).map((chunk) => {
    at += chunk.text.length;
    return at;
  });
}

function first(text: string, limits: PlanLimits, language: string): Chunk | undefined {
  for (const chunk of plan(text, limits, language)) return chunk;
  return undefined;
}

/** Without what an object cannot hold. */
function plain(text: string): string {
  return text.replace(/[{}\\]/g, "");
}
