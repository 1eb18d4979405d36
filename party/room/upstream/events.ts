/**
 * What a speech-to-text provider says, in the room's words. Adapters (`nova.ts`, `flux.ts`) turn wire messages into
 * these; times are seconds on the clock of that one socket, which begins at zero.
 */
export type ProviderEvent =
  /** All that is being said behind the last final; replaces the interim before it. */
  | {
      readonly kind: "interim";
      readonly startS: number;
      readonly endS: number;
      readonly text: string;
      readonly words: readonly ProviderWord[];
    }
  /** Never changes again. Empty for a range without speech: it still moves the position. */
  | {
      readonly kind: "final";
      readonly startS: number;
      readonly endS: number;
      readonly text: string;
      readonly words: readonly ProviderWord[];
    }
  /** The speaker paused or finished: the next words begin a new utterance (Nova) or turn (Flux). */
  | { readonly kind: "utteranceEnd" }
  | { readonly kind: "speechStarted" }
  /** The provider gives this socket up and says why; its close follows. */
  | { readonly kind: "failed"; readonly code: string; readonly meaning: CloseMeaning }
  /** Understood and of no consequence to the transcript. */
  | { readonly kind: "other" }
  | { readonly kind: "unreadable" };

export type ProviderWord = {
  readonly text: string;
  readonly startS: number;
  readonly endS: number;
  readonly confidence: number;
  /** Counted from 0 anew on each socket. */
  readonly speaker?: number;
};

/**
 * What the end of a socket means for the next one. `idle`: the provider had nothing to listen to, so a new socket is
 * worth opening only when there is audio. `fatal`: the same would happen again.
 */
export type CloseMeaning = "retry" | "idle" | "fatal";
