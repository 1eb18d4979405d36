/** What alerts are made of, and what an operator reads in the log, as it happens. Nothing here may throw. */
export type Signals = {
  /** A session's figures begin, or go on: where an earlier object left them, or the session itself ended. */
  began(session: string, isNew: boolean): void;
  /** Everything that was measured is gone; what runs is measured anew. */
  purged(): void;
  /** How: `EndedBy`. */
  ended(by: string): void;
  /** Words came, of an interim or a final. */
  words(): void;
  /** So much more audio came in which somebody seems to speak. */
  speech(ms: number): void;
  /** A dial was answered after so long, one way or the other. */
  connection(isOpen: boolean, tookMs: number): void;
  /** An open socket was lost. */
  lost(): void;
  /** A socket recognised something, if only silence. */
  recognised(): void;
  /** The first of that so long after a loss. */
  recovered(tookMs: number): void;
  publisherLost(): void;
  /** Its first audio came so long after it was lost. */
  publisherReturned(tookMs: number): void;
};
