/** A provider's side of one socket, as a dialect sees it. */
export type Line = {
  say(message: object): void;
  /** Closes the socket behind everything that was said. */
  end(code: number, reason: string): void;
  /** The room did what a real provider does not allow. */
  violation(what: string): void;
};

/** One live protocol, played on one socket. */
export type Dialect = {
  audio(bytes: Uint8Array): void;
  text(text: string): void;
  /** A message as it might come next, to be torn on the way. */
  draft(): object;
};
