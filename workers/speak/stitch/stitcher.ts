/**
 * Makes one gapless stream of several audio bodies of the same format. Pure: the same bytes give the same stream, however
 * they were cut on their way. A chunk begins with the first `push` and ends with `endChunk`.
 *
 * Every call may throw a `StitchError`; what was answered before stays a valid beginning of a stream, and the stitcher
 * is not to be used again.
 */
export type Stitcher = {
  /** Takes bytes of the current chunk, cut anywhere; answers what may be sent on now (perhaps nothing). */
  push(bytes: Uint8Array): Uint8Array;
  /**
   * The current chunk is complete; what is pushed next is the next chunk. Answers what had to wait for this. What depends
   * on whether another chunk comes (the last page of an Ogg stream) waits for the next `push` or for `finish`.
   */
  endChunk(): Uint8Array;
  /** Nothing more comes; a chunk that is not ended ends here. Answers the end of the stream. */
  finish(): Uint8Array;
};

export type StitchFault =
  /** The chunk holds no audio at all. */
  | "empty"
  /** The chunk ends inside something too large to lose. */
  | "torn"
  /** The chunk is not what its format says. */
  | "broken"
  /** The chunk is sound, but cannot follow the chunks before it. */
  | "format_changed";

/** A chunk that cannot become part of the stream. */
export class StitchError extends Error {
  override readonly name = "StitchError";
  readonly fault: StitchFault;

  constructor(fault: StitchFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

export const nothing = new Uint8Array(0);

/** For a stream of one chunk: it is passed on as it is. */
export const asItIs: Stitcher = { push: (bytes) => bytes, endChunk: () => nothing, finish: () => nothing };
