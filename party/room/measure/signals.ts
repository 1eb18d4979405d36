/** What alerts are made of, as it happens. Every part that listens is told everything; nothing here may throw. */
export type Signals = {
  /** A session's figures begin, or go on where an earlier object left them. */
  began(session: string): void;
  ended(): void;
  /** An interim with text came: X − Y. */
  interim(lagMs: number): void;
  /** Words came, of an interim or a final. */
  words(): void;
  /** So much more audio came in which somebody seems to speak. */
  speech(ms: number): void;
  /** A dial was answered, one way or the other. */
  connection(isOpen: boolean): void;
  /** An open socket was lost. */
  lost(): void;
  /** A socket recognised something, if only silence. */
  recognised(): void;
};
