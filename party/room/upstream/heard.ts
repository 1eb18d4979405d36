import type { AudioFormat } from "../../../shared/audio.ts";
import type { SocketClock } from "./clock.ts";
import type { ProviderEvent, ProviderWord } from "./events.ts";

/** What the provider says, on the session's own clock: positions in samples. */
export type Speech = {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly words: readonly HeardWord[];
};
export type Heard =
  /** `opensTurn`: it says that somebody began to speak, whenever that is known; the provider's latency is not told by it. */
  | ({ readonly kind: "interim"; readonly opensTurn?: true } & Speech)
  | ({ readonly kind: "final" } & Speech)
  | { readonly kind: "utteranceEnd" };

export type HeardWord = {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly confidence: number;
  /** Counted anew on each socket and in each batch answer. */
  readonly speaker?: number;
};

export type Spoken = Extract<ProviderEvent, { kind: "interim" | "final" }>;

/** From seconds on the clock of one socket (or of one batch file) to positions of the session. */
export function onSession<E extends Spoken>(
  event: E,
  clock: Pick<SocketClock, "position">,
  { sampleRate }: AudioFormat,
): Speech & { readonly kind: E["kind"] } {
  const position = (seconds: number) => clock.position(Math.round(seconds * sampleRate));
  const words = event.words.map(
    ({ text, startS, endS, confidence, speaker }: ProviderWord): HeardWord => ({
      text,
      from: position(startS),
      to: position(endS),
      confidence,
      ...(speaker === undefined ? {} : { speaker }),
    }),
  );
  const { kind, startS, endS, text } = event;
  return { kind, from: position(startS), to: position(endS), text, words };
}

/** A recogniser needs so much audio around the words it is to be trusted with. */
export const contextMs = 1_000;

/**
 * Of what was heard, the words that belong to a range: those whose middle lies in it. Two recognisers that both hear a
 * little beyond their common border so caption each word once, and none torn.
 */
export function within<S extends Speech>(
  speech: S,
  range: { readonly from: number; readonly to: number },
): S {
  const isIn = ({ from, to }: { readonly from: number; readonly to: number }) => {
    const middle = (from + to) / 2;
    return middle >= range.from && middle < range.to;
  };
  const words = speech.words.filter(isIn);
  // With all its words it keeps its text, which may be spaced otherwise; without any, it is one side's as a whole.
  const isWhole = words.length === speech.words.length && (words.length > 0 || isIn(speech));
  const text = isWhole ? speech.text : words.map((word) => word.text).join(" ");
  const from = Math.max(speech.from, range.from);
  return { ...speech, from, to: Math.max(from, Math.min(speech.to, range.to)), words, text };
}
