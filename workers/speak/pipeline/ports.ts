/** What the pipeline needs from outside: the provider, a clock and chance. */
export type SpeakPorts = {
  /** Asks the provider to speak one chunk. Rejects when there is no answer at all, also after `signal` was aborted. */
  ask(text: string, signal: AbortSignal): Promise<Response>;
  /** Milliseconds; only differences count. */
  now(): number;
  random(): number;
  /** Runs once after so long; answers how to call it off. */
  setTimer(run: () => void, delayMs: number): () => void;
};

/** How long the provider is waited for, milliseconds. */
export type Patience = {
  /** From asking for a chunk to its first audio. */
  readonly firstByteMs: number;
  /** Between two pieces of a chunk's audio. */
  readonly idleMs: number;
  /** In all, while the provider says that it is busy: for the first chunk, and for one behind others. */
  readonly busyFirstMs: number;
  readonly busyMs: number;
};
