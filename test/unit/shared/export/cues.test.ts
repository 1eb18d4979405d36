import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareSegments, type Segment } from "../../../../shared/captions.ts";
import { closeDirections } from "../../../../shared/direction.ts";
import { type Cue, lineText } from "../../../../shared/export/cue.ts";
import { type CueOptions, cuesOf } from "../../../../shared/export/cues.ts";
import { plain } from "../../../../shared/export/plain.ts";
import { anySegments, anyText, lost, said, sessionAt, spokenSegments } from "./transcripts.ts";

const shown = (segments: readonly Segment[], options?: CueOptions) =>
  cuesOf(segments, options).map(({ start, end, lines }) => [start, end, ...lines.map(lineText)]);
const texts = (segments: readonly Segment[], options?: CueOptions) =>
  cuesOf(segments, options).map(({ lines }) => lines.map(lineText));

describe("breaks", () => {
  it("ends cues with sentences and lines before phrases", () => {
    const text =
      "Good evening and welcome to the programme. Tonight we look at the state of the river, and at " +
      "what the people who live along its banks have to say about the plans for a new dam.";
    expect(texts([said(0, 10_000, text)])).toEqual([
      ["Good evening and welcome to the programme.", "Tonight we look at the state of the river,"],
      ["and at what the people who live"],
      ["along its banks have to say", "about the plans for a new dam."],
    ]);
  });

  it("takes the full stop of a short form for no end", () => {
    const lines = texts([said(0, 5_000, "Yesterday evening at eight we met Dr. Smith in the old harbour.")]);
    expect(lines).toEqual([["Yesterday evening at eight", "we met Dr. Smith in the old harbour."]]);
  });

  it("leaves no article or preposition at the end of a line where another break is possible", () => {
    const text = "people walk over a bridge with the children in the morning of a day of the summer";
    const ends = texts([said(0, 20_000, text)])
      .flat()
      .map((line) => line.split(" ").at(-1));
    expect(ends).not.toEqual([]);
    for (const word of ["a", "the", "of", "in", "with", "over"]) expect(ends).not.toContain(word);
  });

  it("breaks scripts without spaces between words, with no punctuation at the beginning of a line", () => {
    const text =
      "今日は天気がとても良いので、公園へ散歩に行きました。子供たちは「楽しい！」と言って、ずっと走り回っていました。";
    expect(texts([said(0, 10_000, text)])).toEqual([
      ["今日は天気がとても良いので、", "公園へ散歩に行きました。"],
      ["子供たちは「楽しい！」と言って、", "ずっと走り回っていました。"],
    ]);
  });

  it("leaves Japanese punctuation with the word it follows", () => {
    const word = fc.constantFrom("今日", "とても", "公園へ", "ラーメン", "行きました", "天気");
    const pair = fc.tuple(word, fc.constantFrom("", "、", "。", "！", "」", "々", "ー"));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 12, maxLength: 40 }), (pairs) => {
        const lines = texts([said(0, 30_000, pairs.flat().join(""))]).flat();
        expect(lines.length).toBeGreaterThan(1);
        for (const line of lines) expect(line).not.toMatch(/^[、。！」々ー]/);
      }),
    );
  });

  it("cuts only a word that fills more than a line, and no character", () => {
    const family = "👩‍👩‍👧‍👦";
    const lines = texts([said(0, 7_000, `${family.repeat(40)} end`)]).flat();
    expect(lines.join("").replace(" ", "")).toBe(`${family.repeat(40)}end`);
    for (const line of lines) expect(line.replaceAll(family, "").trim()).toMatch(/^(end)?$/);
  });

  it("does not part what a no-break space holds together, and shows none at the end of a line", () => {
    const text = "今日\u00a0は".repeat(20);
    const lines = texts([said(0, 20_000, text)]).flat();
    expect(lines.join("").replaceAll("\u00a0", "")).toBe("今日は".repeat(20));
    for (const line of lines) expect(line).toBe(line.trim());
    expect(texts([said(0, 4_000, "Vous avez parlé de quoi avec votre cousin\u00a0?")])).toEqual([
      ["Vous avez parlé de quoi", "avec votre cousin\u00a0?"],
    ]);
  });

  it("obeys narrower lines", () => {
    const lines = texts([said(0, 4_000, "What is said here has to fit on an old decoder.")], { columns: 32 });
    expect(lines).toEqual([["What is said here has", "to fit on an old decoder."]]);
  });
});

describe("times", () => {
  it("takes them from words", () => {
    const words = [
      { text: "one", start: 1_000, end: 1_400 },
      { text: "two", start: 4_000, end: 4_400 },
    ];
    expect(shown([said(1_000, 4_400, "One, two!", { words })])).toEqual([
      [1_000, 2_000, "One,"],
      [4_000, 5_000, "two!"],
    ]);
  });

  it("shares the segment's time out by length where words tell none, or tell other words", () => {
    const text = `${"aaaa ".repeat(16)}${"bbbb ".repeat(15)}bbbb`;
    const words = [{ text: "something else", start: 0, end: 100 }];
    for (const rest of [{}, { words, edited: true as const }]) {
      const cues = cuesOf([said(2_000, 12_000, text, rest)]);
      expect(cues.map(({ start }) => start)).toEqual([2_000, 7_000]);
      expect(cues.at(-1)?.end).toBe(12_000);
    }
  });

  it("waits with words that are spoken slowly until they are said", () => {
    const cues = cuesOf([said(0, 20_000, "So. Slowly. We. Go. On.")]);
    expect(cues.map(({ start }) => start)).toEqual([0, 3_333, 10_000, 13_333]);
  });

  it("shows a short cue for a second, and a long one for as long as it takes to read, where there is room", () => {
    expect(shown([said(0, 200, "Yes."), said(5_000, 5_500, "That is what I have always said.")])).toEqual([
      [0, 1_000, "Yes."],
      [5_000, 6_883, "That is what I have always said."],
    ]);
  });

  it("ends a cue two frames before the next", () => {
    expect(
      shown([said(0, 3_000, "First.", { speaker: 0 }), said(3_000, 6_000, "Next.", { speaker: 1 })]),
    ).toEqual([
      [0, 2_920, "First."],
      [3_000, 6_000, ">> Next."],
    ]);
  });
});

describe("segments", () => {
  it("share a cue when they follow closely", () => {
    expect(texts([said(0, 900, "Yes."), said(1_100, 2_000, "Of course.")])).toEqual([["Yes. Of course."]]);
    expect(texts([said(0, 900, "Yes."), said(1_200, 2_000, "Of course.")])).toEqual([
      ["Yes."],
      ["Of course."],
    ]);
    expect(texts([said(0, 900, "はい。"), said(1_000, 2_000, "そうです。")])).toEqual([["はい。そうです。"]]);
  });

  it("mark another speaker, and give a short exchange one cue with a line each", () => {
    const exchange = [
      said(0, 2_000, "Do you?", { speaker: 0 }),
      said(2_100, 2_400, "Yes.", { speaker: 1 }),
      said(2_450, 2_800, "Really?", { speaker: 0 }),
      said(9_000, 9_500, "Well.", { speaker: 0 }),
      said(0, 500, "Welcome back.", { speaker: 1, session: sessionAt(60_000) }),
    ];
    expect(texts(exchange)).toEqual([["Do you?"], [">> Yes.", ">> Really?"], ["Well."], ["Welcome back."]]);
    expect(texts(exchange, { speakers: false })[0]).toEqual(["Do you? Yes. Really?"]);
  });

  it("do not share a cue with an answer that takes too long", () => {
    const drawl = [said(0, 300, "Yes?", { speaker: 0 }), said(350, 7_200, "Weeell.", { speaker: 1 })];
    expect(texts(drawl)).toEqual([["Yes?"], [">> Weeell."]]);
  });

  it("that are lost say so, once for a stretch", () => {
    const segments = [
      said(0, 1_000, "Before."),
      lost(1_000, 3_000),
      lost(3_000, 5_000),
      said(5_000, 6_000, "After."),
    ];
    expect(shown(segments)).toEqual([
      [0, 920, "Before."],
      [1_000, 4_920, "[captions missing]"],
      [5_000, 6_000, "After."],
    ]);
    expect(shown([lost(0, 60_000)])).toEqual([[0, 7_000, "[captions missing]"]]);
  });

  it("without a visible word make no cue", () => {
    expect(cuesOf([])).toEqual([]);
    expect(cuesOf([said(0, 1_000, " \u0000\n\u2028 ")])).toEqual([]);
  });
});

describe("any transcript", () => {
  const bare = (text: string) => text.replace(/\s+/gu, "");
  const speech = (cues: readonly Cue[]) =>
    cues.flatMap(({ kind, lines }) => (kind === "speech" ? lines.map(({ text }) => text) : []));
  const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });
  const visible = (text: string) =>
    [...graphemes.segment(text)].filter(
      ({ segment }) => !/^\p{Default_Ignorable_Code_Point}+$/u.test(segment),
    );

  it("is shown whole, once, in order, within the limits of lines and times", () => {
    fc.assert(
      fc.property(anySegments, (segments) => {
        const cues = cuesOf(segments);
        const spoken = segments.toSorted(compareSegments).filter(({ kind }) => kind === "speech");
        const read = spoken.map(({ text }) => closeDirections(plain(text)));
        expect(bare(speech(cues).join(""))).toBe(bare(read.join(" ")));
        cues.forEach((cue, i) => {
          const next = cues[i + 1];
          expect([1, 2]).toContain(cue.lines.length);
          for (const line of cue.lines) {
            expect(line.text).toBe(plain(line.text));
            expect(line.text).not.toBe("");
            expect(visible(lineText(line)).length).toBeLessThanOrEqual(42);
            expect(
              (line.text.match(/\p{sc=Han}|\p{sc=Hira}|\p{sc=Hang}/gu) ?? []).length,
            ).toBeLessThanOrEqual(16);
          }
          expect(Number.isInteger(cue.start) && Number.isInteger(cue.end)).toBe(true);
          expect(cue.end).toBeGreaterThan(cue.start);
          expect(cue.end - cue.start).toBeLessThanOrEqual(7_000);
          if (next !== undefined) expect(next.start - cue.end).toBeGreaterThanOrEqual(80);
          if (cue.end - cue.start < 1_000) expect(next && next.start - cue.end).toBe(80);
        });
      }),
      { numRuns: 500 },
    );
  });

  it("keeps every word whole, and begins each cue with its first word", () => {
    fc.assert(
      fc.property(spokenSegments, (segments) => {
        const words = segments.flatMap((segment) => segment.words ?? []);
        const cues = cuesOf(segments);
        expect(speech(cues).flatMap((line) => line.split(" "))).toEqual(words.map(({ text }) => text));
        let index = 0;
        for (const { start, lines } of cues) {
          expect(start).toBe(words[index]?.start);
          index += lines.reduce((sum, { text }) => sum + text.split(" ").length, 0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is plain after it was made plain", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(plain(text)).not.toMatch(/\p{Cc}|\p{Cs}|[\u2028\u2029]|^\s|\s$| {2}/u);
        expect(plain(plain(text))).toBe(plain(text));
      }),
    );
  });
});
