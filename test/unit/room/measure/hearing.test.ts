import { describe, expect, it } from "vitest";
import { measureErasure } from "../../../../cli/wer/erasure.ts";
import { Figures } from "../../../../party/room/measure/figures.ts";
import { Hearing } from "../../../../party/room/measure/hearing.ts";
import { erasedBy, wordsOf } from "../../../../party/room/measure/words.ts";
import type { Heard } from "../../../../party/room/upstream/heard.ts";
import { Random } from "../../../support/tape/random.ts";

const format = { encoding: "linear16", sampleRate: 1_000, channels: 1 } as const;
const about = { id: "s1", startedAt: 0, language: null, model: null, format, ended: null };

function hearing() {
  const figures = Figures.begin(about, 0);
  return { figures, hearing: new Hearing(figures) };
}

const speech = (text: string, from: number, to: number) => ({ from, to, text, words: [] });
const said = (text: string) => wordsOf({ text, words: [] });

describe("words as they are compared", () => {
  it("have neither capitals nor marks, and are parted by hyphens", () => {
    expect(said("“Well,” she said – it's a twenty-one, isn’t it?")).toEqual([
      "well",
      "she",
      "said",
      "it's",
      "a",
      "twenty",
      "one",
      "isn't",
      "it",
    ]);
    expect(said(" … ")).toEqual([]);
    expect(said("Ça va, naïve Ärzte? हिन्दी")).toEqual(["ça", "va", "naïve", "ärzte", "हिन्दी"]);
  });

  it("are the provider's where no spaces part them", () => {
    const words = ["今日", "は", "いい", "天気"].map((text) => ({ text }));
    expect(wordsOf({ text: "今日はいい天気", words })).toHaveLength(4);
  });

  it("are taken back from the first one on that differs", () => {
    expect(erasedBy(said("the weather is fine"), said("the whether is"))).toBe(2);
    expect(erasedBy(said("the weather is fine"), said("The weather."))).toBe(0);
    expect(erasedBy([], said("gone"))).toBe(1);
  });
});

describe("words that were shown and taken back", () => {
  it("are those that `npm run wer` finds in the same frames", () => {
    const random = new Random(12);
    const vocabulary = ["one", "Two", "three,", "four.", "Five", "six!", "it's", "well-known"] as const;
    const { figures, hearing: room } = hearing();
    const shown: { finals: { text: string }[]; interim: { text: string } | null }[] = [];
    let finals: { text: string }[] = [];
    let interim = "";
    for (let at = 1; at <= 500; at += 1) {
      const kept = interim.split(" ").slice(0, random.int(0, 6));
      const added = Array.from({ length: random.int(0, 4) }, () => random.pick(vocabulary));
      const words = [...kept, ...added].filter((word) => word !== "");
      const cut = random.chance(0.3) ? random.int(0, words.length) : 0;
      const events: Heard[] = [];
      if (cut > 0) {
        const text = words.slice(0, cut).join(" ");
        events.push({ kind: "final", ...speech(text, at - 1, at) });
        finals = [...finals, { text }];
      }
      interim = words.slice(cut).join(" ");
      if (cut === 0 || interim !== "") events.push({ kind: "interim", ...speech(interim, at - 1, at) });
      if (random.chance(0.2)) events.push({ kind: "utteranceEnd" });
      room.frame(events, 1, at, at);
      shown.push({ finals, interim: interim === "" ? null : { text: interim } });
    }
    expect(measureErasure(shown).afterFirstChange).toBeGreaterThan(100);
    expect(figures.counters.text.erasedWords).toBe(measureErasure(shown).afterFirstChange);
    expect(figures.counters.text.words).toBe(finals.flatMap(({ text }) => said(text)).length);
  });

  it("are all of an interim whose range became a gap", () => {
    const { figures, hearing: room } = hearing();
    room.frame([{ kind: "interim", ...speech("never heard again", 0, 100) }], 1, 100, 0);
    expect(room.hush(100)).toBe(3);
    expect(figures.counters.text.erasedWords).toBe(3);
  });
});

describe("latencies of what is heard", () => {
  it("count an interim once, and not what a final left of it", () => {
    const { figures, hearing: room } = hearing();
    room.frame([{ kind: "interim", ...speech("one two three", 0, 900) }], 1, 1_000, 10);
    const rest = { kind: "interim", ...speech("three", 600, 900) } as const;
    room.frame(
      [{ kind: "final", ...speech("one two", 0, 600) }, { kind: "utteranceEnd" }, rest],
      1,
      1_500,
      110,
    );
    expect(figures.latency.transcript).toMatchObject({ count: 1, min: 100 });
    expect(figures.latency.final).toMatchObject({ count: 1, min: 100 });
    expect(figures.latency.endOfTurn).toMatchObject({ count: 1, min: 100 });
    // What was left was last heard in that interim too.
    room.frame([{ kind: "final", ...speech("three", 600, 900) }], 1, 1_600, 310);
    room.frame([{ kind: "utteranceEnd" }], 1, 1_700, 410);
    expect(figures.latency.final).toMatchObject({ count: 2, max: 300 });
    expect(figures.latency.endOfTurn).toMatchObject({ count: 2, max: 400 });
  });

  it("do not reach from one socket to the next, nor from silence", () => {
    const { figures, hearing: room } = hearing();
    room.frame([{ kind: "interim", ...speech("one", 0, 900) }], 1, 1_000, 0);
    room.frame([{ kind: "final", ...speech("one", 0, 1_000) }, { kind: "utteranceEnd" }], 2, 9_000, 8_000);
    room.frame([{ kind: "interim", ...speech("", 1_000, 2_000) }], 2, 9_000, 8_100);
    room.frame([{ kind: "final", ...speech("", 1_000, 2_000) }], 2, 9_000, 8_200);
    expect(figures.latency).toMatchObject({ final: null, endOfTurn: null, transcript: { count: 1 } });
  });
});
