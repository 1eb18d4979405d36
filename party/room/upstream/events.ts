/**
 * What a speech-to-text provider says, in the room's words. Adapters (`nova.ts`, later `flux.ts`) turn wire messages
 * into these; times are seconds on the clock of that one socket, which begins at zero.
 */
export type ProviderEvent =
  | {
      readonly kind: "interim";
      readonly startS: number;
      readonly endS: number;
      readonly text: string;
      readonly speaker?: number;
    }
  | {
      readonly kind: "final";
      readonly startS: number;
      readonly endS: number;
      /** Empty for a range without speech: it still moves the position. */
      readonly text: string;
      readonly words: readonly ProviderWord[];
      readonly speaker?: number;
    }
  /** Understood and of no consequence to the transcript. */
  | { readonly kind: "other" }
  | { readonly kind: "unreadable" };

export type ProviderWord = {
  readonly text: string;
  readonly startS: number;
  readonly endS: number;
  readonly confidence: number;
};

/** What the end of a socket means for the next one. */
export type CloseMeaning = "retry" | "idle" | "fatal";
