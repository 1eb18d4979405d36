/** Turns a voice's samples into what goes over the wire, piece by piece. */
export type SpeechEncoder = {
  /** What goes out before the first sample. */
  header: Uint8Array;
  encode(samples: Float32Array): Uint8Array;
  finish(): Uint8Array;
  /** Gives back its memory; also where nothing was finished. */
  free(): void;
};
