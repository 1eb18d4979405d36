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
  | ({ readonly kind: "interim" } & Speech)
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
