import fc from "fast-check";
import type { Segment } from "../../../../shared/captions.ts";

const firstMs = Date.UTC(2026, 0, 1, 20);

/** An id as the room makes it, of a session that began so long after the first one. */
export function sessionAt(afterMs: number): string {
  return `${(firstMs + afterMs).toString(36).padStart(9, "0")}-k3v9`;
}

let count = 0;
/** A segment of the first session, unless `rest` says otherwise. */
export function said(start: number, end: number, text: string, rest: Partial<Segment> = {}): Segment {
  const id = `s${String(count++).padStart(6, "0")}`;
  return { id, session: sessionAt(0), start, end, text, at: firstMs, version: 1, kind: "speech", ...rest };
}

export function lost(start: number, end: number, rest: Partial<Segment> = {}): Segment {
  return said(start, end, "", { kind: "gap", ...rest });
}

/** Text as strangers write it: of any script, and hostile to every format. */
export const anyText = fc
  .array(
    fc.oneof(
      fc.lorem({ maxCount: 6 }),
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.string({ unit: "grapheme", maxLength: 60 }),
      fc.constantFrom(
        "-->",
        "--",
        ">",
        "<script>alert(1)</script>",
        "<v Speaker 9>",
        "</v>",
        "<00:00:01.000>",
        "{\\an8}",
        "\\N",
        "&lt;b&gt;",
        "\r\n\r\n7\n00:00:00,000 --> 00:00:01,000\nforged",
        "WEBVTT",
        "NOTE",
        "42",
        "\u2028\u2029\u0085\u0000\u001b\ufeff",
        "\ud800",
        "\udc00x",
        `e${"\u0301".repeat(50)}`,
        "👩‍👩‍👧‍👦🇩🇪👍🏽",
        "مرحبا بالعالم، كيف حالك؟",
        "\u202eשלום\u2066",
        "今日は天気がとても良いので、公園へ散歩に行きました。「はい。」と言った。",
        "สวัสดีครับวันนี้อากาศดีมากเราไปเดินเล่นกันเถอะ",
        "안녕하세요. 반갑습니다.",
        "Vraiment\u00a0? Oui\u202f!",
        `https://example.com/${"a-very-long-path/".repeat(6)}`,
      ),
    ),
    { maxLength: 8 },
  )
  .chain((parts) => fc.constantFrom(" ", "").map((between) => parts.join(between)));

const time = fc.integer({ min: 0, max: 60_000 });
const anyWords = fc.array(
  fc.record({ text: fc.oneof(anyText, fc.constantFrom("a", "b")), start: time, end: time }),
  { maxLength: 4 },
);
const session = fc.constantFrom(sessionAt(0), sessionAt(20_000), sessionAt(3_600_000), "imported", "zz");

/** Segments as the schema lets them through: overlapping, ending before they start, of sessions that tell no time. */
export const anySegments: fc.Arbitrary<Segment[]> = fc
  .array(
    fc.record(
      {
        session,
        start: time,
        end: time,
        text: anyText,
        speaker: fc.integer({ min: 0, max: 2 }),
        words: anyWords,
        kind: fc.constantFrom("speech" as const, "speech" as const, "speech" as const, "gap" as const),
      },
      { requiredKeys: ["session", "start", "end", "text", "kind"] },
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.map(({ start, end, text, ...rest }) => said(start, end, text, rest)));

/** One after the other, with the times of their words, as a provider tells them: no word shorter than 320 ms. */
export const spokenSegments: fc.Arbitrary<Segment[]> = fc
  .array(
    fc.record({
      pause: fc.integer({ min: 0, max: 2_500 }),
      speaker: fc.integer({ min: 0, max: 1 }),
      words: fc.array(
        fc.record({
          text: fc.oneof(
            fc.lorem({ maxCount: 1 }),
            fc.constantFrom("the", "of", "and,", "yes.", "Dr.", "no?", "a"),
          ),
          pause: fc.constantFrom(0, 0, 0, 100, 600, 2_000),
          length: fc.integer({ min: 320, max: 900 }),
        }),
        { minLength: 1, maxLength: 30 },
      ),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((turns) => {
    let at = 0;
    return turns.map(({ pause, speaker, words: spoken }) => {
      at += pause;
      const words = spoken.map(({ text, pause: before, length }) => {
        const start = at + before;
        at = start + length;
        return { text, start, end: at };
      });
      const text = words.map((word) => word.text).join(" ");
      return said(words[0]?.start ?? at, at, text, { speaker, words });
    });
  });
