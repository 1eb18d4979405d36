/** What the provider said, or what was kept of it. */
export type SpeakAnswer = {
  readonly response: Response;
  /** `hit`: the provider was not asked. `off`: nothing is kept. */
  readonly cache: "hit" | "miss" | "off";
};

/** What the pipeline needs from outside: the provider, a clock and chance. */
export type SpeakPorts = {
  /** Asks the provider to speak one chunk. Rejects when there is no answer at all, also after `signal` was aborted. */
  ask(text: string, signal: AbortSignal): Promise<SpeakAnswer>;
  /** Whether the listener is still to be spoken to. Never rejects. */
  mayGoOn(): Promise<boolean>;
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
