import { readFileSync } from "node:fs";
import * as v from "valibot";
import { type MarkKind, writeMark } from "../load/mark.ts";

const WordSchema = v.object({
  word: v.string(),
  start: v.number(),
  end: v.number(),
  confidence: v.number(),
  punctuated_word: v.string(),
});
type Word = v.InferOutput<typeof WordSchema>;

/** A final as the engine sent it; fields that are not named here are kept as they are. */
const FinalSchema = v.looseObject({
  start: v.number(),
  duration: v.number(),
  channel: v.looseObject({
    alternatives: v.tuple([v.looseObject({ transcript: v.string(), words: v.array(WordSchema) })]),
  }),
});
type Final = v.InferOutput<typeof FinalSchema>;

export type StreamOptions = {
  /** Interims a second while somebody speaks. */
  readonly rate: number;
  /** Where in the recording it begins: contestants that are compared hear the same sentences. */
  readonly fromSentence: number;
  /** Each message says its words this often: a provider with much to tell about each word. */
  readonly repeat: number;
};

/** A message, and when the provider sends it. The mark is put in at that moment. */
export type Cue = {
  readonly atMs: number;
  readonly kind: MarkKind;
  text(markedAt: number): string;
};

/** From one utterance's last word to the next one's first. */
const breathS = 0.2;

const finals = readFileSync(new URL("finals.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => v.parse(FinalSchema, JSON.parse(line)));

/**
 * The recorded sentences for ever, with short breaths between them: while one is spoken, interims whose text grows with
 * it, at an even pace, then its final, each in the engine's full JSON.
 */
export function* cues({ rate, fromSentence, repeat }: StreamOptions): Generator<Cue> {
  let clockS = 0;
  let nextInterimS = 1 / rate;
  for (let index = fromSentence; ; index++) {
    const final = finals[index % finals.length];
    if (final === undefined) throw new Error("The recording is empty.");
    const spoken = final.channel.alternatives[0].words;
    const shiftS = clockS + breathS - (spoken[0]?.start ?? 0);
    const words = spoken.map((word) => ({ ...word, start: word.start + shiftS, end: word.end + shiftS }));
    const endS = (words.at(-1)?.end ?? clockS) + breathS;
    let isFirst = true;
    for (; nextInterimS < endS; nextInterimS += 1 / rate) {
      const said = words.filter(({ start }) => start < nextInterimS);
      if (said.length === 0) continue;
      yield cue(final, { words: said, fromS: clockS, toS: nextInterimS, kind: isFirst ? "i" : "n", repeat });
      isFirst = false;
    }
    yield cue(final, { words, fromS: clockS, toS: endS, kind: "f", repeat });
    clockS = endS;
  }
}

type Said = {
  readonly words: readonly Word[];
  readonly fromS: number;
  readonly toS: number;
  readonly kind: MarkKind;
  readonly repeat: number;
};

function cue(recorded: Final, { words, fromS, toS, kind, repeat }: Said): Cue {
  const best = recorded.channel.alternatives[0];
  return {
    atMs: toS * 1_000,
    kind,
    text(markedAt) {
      const mark = writeMark(kind, markedAt);
      const [start, end] = [round(toS - 0.002), round(toS - 0.001)];
      const marked = [
        ...Array.from({ length: repeat }, () => words).flat(),
        { word: mark, start, end, confidence: 1, punctuated_word: mark },
      ].map((word) => ({
        ...word,
        start: round(word.start),
        end: round(Math.min(word.end, toS)),
      }));
      const transcript = marked.map(({ punctuated_word }) => punctuated_word).join(" ");
      return JSON.stringify({
        ...recorded,
        start: round(fromS),
        duration: round(toS - fromS),
        is_final: kind === "f",
        speech_final: kind === "f",
        channel: { alternatives: [{ ...best, transcript, words: marked }] },
      });
    },
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
