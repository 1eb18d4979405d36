import * as v from "valibot";
import type { TapeEntry } from "./tape.ts";

const WordSchema = v.object({ end: v.optional(v.number()) });

const ResultsSchema = v.object({
  type: v.literal("Results"),
  start: v.number(),
  duration: v.number(),
  is_final: v.optional(v.boolean(), false),
  speech_final: v.optional(v.boolean(), false),
  channel: v.object({
    alternatives: v.array(v.object({ transcript: v.string(), words: v.optional(v.array(WordSchema), []) })),
  }),
});
const UtteranceEndSchema = v.object({ type: v.literal("UtteranceEnd"), last_word_end: v.number() });
const TurnInfoSchema = v.object({
  type: v.literal("TurnInfo"),
  event: v.string(),
  turn_index: v.number(),
  audio_window_start: v.number(),
  audio_window_end: v.number(),
  transcript: v.string(),
  words: v.optional(v.array(WordSchema), []),
});
const HeardSchema = v.variant("type", [ResultsSchema, UtteranceEndSchema, TurnInfoSchema]);

export const closings = ["speech_final", "is_final", "UtteranceEnd", "EndOfTurn", "EagerEndOfTurn"] as const;
/** What says that something said is over. */
export type Closing = (typeof closings)[number];

/** What a message means for whoever measures. Seconds are positions in the audio. */
export type Heard = {
  /** Counted as a first message, also when it is empty. */
  readonly isTranscript: boolean;
  /** May still change; its message latency counts. */
  readonly isInterim: boolean;
  readonly text: string;
  /** How far it reaches. */
  readonly endS: number;
  /** The end of the last word in it, where that is known. */
  readonly lastWordS: number | null;
  readonly closes: readonly Closing[];
  /** Its text stays as it is. */
  readonly isFinal: boolean;
};

/** Reads a message of `/v1/listen` or `/v2/listen`; null for one that says nothing of speech. */
export function hear({ message }: TapeEntry): Heard | null {
  const parsed = v.safeParse(HeardSchema, message);
  if (!parsed.success) return null;
  const heard = parsed.output;
  switch (heard.type) {
    case "Results": {
      const { transcript = "", words = [] } = heard.channel.alternatives[0] ?? {};
      return {
        isTranscript: true,
        isInterim: !heard.is_final,
        text: transcript,
        endS: heard.start + heard.duration,
        lastWordS: words.at(-1)?.end ?? null,
        closes: [
          ...(heard.speech_final ? (["speech_final"] as const) : []),
          ...(heard.is_final && transcript !== "" ? (["is_final"] as const) : []),
        ],
        isFinal: heard.is_final,
      };
    }
    case "UtteranceEnd":
      return {
        isTranscript: false,
        isInterim: false,
        text: "",
        endS: heard.last_word_end,
        lastWordS: heard.last_word_end,
        closes: ["UtteranceEnd"],
        isFinal: false,
      };
    case "TurnInfo": {
      const { event } = heard;
      const isOver = event === "EndOfTurn";
      return {
        isTranscript: true,
        // The others are said when they are due, not when more was heard.
        isInterim: event === "Update" || event === "TurnResumed",
        text: heard.transcript,
        endS: heard.audio_window_end,
        lastWordS: heard.words.at(-1)?.end ?? null,
        closes: isOver || event === "EagerEndOfTurn" ? [event] : [],
        isFinal: isOver,
      };
    }
  }
}
