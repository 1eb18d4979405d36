import fc from "fast-check";
import { parseText, tokenizeVTTCue, type VTTNode } from "media-captions";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { compareSegments, type Segment } from "../../../../shared/captions.ts";
import { lineText } from "../../../../shared/export/cue.ts";
import { cuesOf } from "../../../../shared/export/cues.ts";
import { TranscriptFileSchema, toJson } from "../../../../shared/export/json.ts";
import { toSrt } from "../../../../shared/export/srt.ts";
import { toText } from "../../../../shared/export/text.ts";
import { toVtt } from "../../../../shared/export/vtt.ts";
import { anySegments, lost, said, sessionAt } from "./transcripts.ts";

const hostile = "a & b <b>--> {\\an8}c:\\New</b>";
const example = [
  said(0, 2_000, "Do you?", { speaker: 0 }),
  said(2_100, 2_400, "Yes.", { speaker: 1 }),
  said(2_450, 4_000, hostile, { speaker: 0 }),
  lost(5_000, 8_000),
  said(0, 1_000, "Later.", { session: sessionAt(123 * 3_600_000 + 4_005) }),
];

type Read = { readonly start: number; readonly end: number; readonly text: string };
const expected = (segments: readonly Segment[]): Read[] =>
  cuesOf(segments).map(({ start, end, lines }) => ({ start, end, text: lines.map(lineText).join("\n") }));

function textOf(nodes: readonly VTTNode[]): string {
  return nodes.map((node) => (node.type === "text" ? node.data : textOf(node.children))).join("");
}

describe("WebVTT", () => {
  it("names voices, escapes text and counts hours beyond 99", () => {
    expect(toVtt(example)).toBe(`WEBVTT

NOTE
Captions made by Captionwire.
Times count from the beginning of the first session.

00:00:00.000 --> 00:00:02.020
<v Speaker 1>Do you?</v>

00:00:02.100 --> 00:00:04.042
<v Speaker 2>&gt;&gt; Yes.</v>
<v Speaker 1>&gt;&gt; a &amp; b &lt;b&gt;--&gt; {\\an8}c:\\New&lt;/b&gt;</v>

00:00:05.000 --> 00:00:08.000
[captions missing]

123:00:04.005 --> 123:00:05.005
Later.
`);
  });

  it("is read back as what was said, by a parser that forgives nothing", async () => {
    await fc.assert(
      fc.asyncProperty(anySegments, async (segments) => {
        const { cues, errors } = await parseText(toVtt(segments), { type: "vtt", strict: true });
        expect(errors).toEqual([]);
        const read = cues.map((cue): Read => {
          const nodes = tokenizeVTTCue(cue);
          for (const { type } of nodes) expect(["v", "text"]).toContain(type);
          return {
            start: Math.round(cue.startTime * 1000),
            end: Math.round(cue.endTime * 1000),
            text: textOf(nodes),
          };
        });
        expect(read).toEqual(expected(segments));
      }),
      { numRuns: 300 },
    );
  });
});

describe("SubRip", () => {
  it("gives up the characters that players take for markup", () => {
    expect(toSrt(example)).toBe(`1
00:00:00,000 --> 00:00:02,020
Do you?

2
00:00:02,100 --> 00:00:04,042
>> Yes.
>> a & b ‹b>--› (∖an8)c:∖New‹/b>

3
00:00:05,000 --> 00:00:08,000
[captions missing]

4
123:00:04,005 --> 123:00:05,005
Later.
`);
  });

  it("is read back as what was said, but for those characters", async () => {
    const alike: Readonly<Record<string, string>> = { "<": "‹", "{": "(", "}": ")", "\\": "∖" };
    const harmless = (text: string) =>
      text.replace(/-->/g, "--›").replace(/[<{}\\]/g, (character) => alike[character] ?? "");
    await fc.assert(
      fc.asyncProperty(anySegments, async (segments) => {
        const { cues, errors } = await parseText(toSrt(segments), { type: "srt", strict: true });
        expect(errors).toEqual([]);
        const read = cues.map(
          ({ startTime, endTime, text }): Read => ({
            start: Math.round(startTime * 1000),
            end: Math.round(endTime * 1000),
            text,
          }),
        );
        expect(cues.map(({ id }) => id)).toEqual(cues.map((_, index) => String(index + 1)));
        expect(read).toEqual(expected(segments).map((cue) => ({ ...cue, text: harmless(cue.text) })));
      }),
      { numRuns: 300 },
    );
  });
});

describe("text", () => {
  it("is one paragraph for each turn", () => {
    expect(
      toText([...example, said(2_000, 3_000, "And on.", { session: example.at(-1)?.session ?? "" })]),
    ).toBe(
      `Speaker 1: Do you?\n\nSpeaker 2: Yes.\n\nSpeaker 1: ${hostile}\n\n[captions missing]\n\nLater. And on.\n`,
    );
    expect(toText(example, { speakers: false })).toBe(
      `Do you? Yes. ${hostile}\n\n[captions missing]\n\nLater.\n`,
    );
    expect(toText([])).toBe("");
  });

  it("begins a new one after a long pause", () => {
    expect(toText([said(0, 1_000, "One."), said(3_600, 4_000, "Two.")])).toBe("One.\n\nTwo.\n");
  });

  it("has as many lines as paragraphs, whatever was said", () => {
    fc.assert(
      fc.property(anySegments, (segments) => {
        const text = toText(segments);
        expect(text).not.toMatch(/\n{3}|^\n|[\r\u0085\u2028\u2029]/u);
        expect(text === "" || text.endsWith("\n")).toBe(true);
      }),
    );
  });
});

describe("JSON", () => {
  const position = { room: "news", epoch: "e1", position: 7 };

  it("holds the transcript as it is", () => {
    fc.assert(
      fc.property(anySegments, (segments) => {
        const file = v.parse(TranscriptFileSchema, JSON.parse(toJson(segments, position)));
        expect(file).toEqual({
          format: "captionwire-transcript",
          version: 1,
          ...position,
          segments: segments.toSorted(compareSegments),
        });
      }),
    );
  });

  it("is the same for the same transcript, however it came", () => {
    const mixed = example.toReversed().map(({ id, ...rest }) => ({ ...rest, key: "secret", id }));
    expect(toJson(mixed, position)).toBe(toJson(example, position));
    expect(JSON.parse(toJson([], { epoch: "e1", position: 0 }))).toEqual({
      format: "captionwire-transcript",
      version: 1,
      epoch: "e1",
      position: 0,
      segments: [],
    });
  });
});
