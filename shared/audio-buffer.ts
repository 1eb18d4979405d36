import { type AudioFormat, bytesToSamples, frameBytes, msToSamples, samplesToBytes } from "./audio.ts";

/** `bytes` is as long as a piece may get; the first `length` of them are filled. */
type Piece = { readonly from: number; readonly bytes: Uint8Array<ArrayBuffer>; length: number };

const pieceMs = 100;

/**
 * Audio by position (samples per channel since the session began): everything from `start` up to `end`.
 *
 * It knows whole sample frames and nothing of sockets. What was forgotten still counts: positions never move back and
 * never shift. The publisher keeps in it what the room has not acknowledged, the room what has no durable captions yet.
 */
export class AudioBuffer {
  readonly #format: AudioFormat;
  readonly #pieceBytes: number;
  #pieces: Piece[] = [];
  #start: number;
  #end: number;
  /** Bytes of a sample frame that was cut in two on the way. */
  #torn = new Uint8Array(0);

  constructor(format: AudioFormat, from = 0) {
    this.#format = format;
    this.#pieceBytes = samplesToBytes(msToSamples(pieceMs, format), format);
    this.#start = from;
    this.#end = from;
  }

  /** Earliest sample still held. */
  get start(): number {
    return this.#start;
  }

  /** One past the newest whole sample. */
  get end(): number {
    return this.#end;
  }

  /** Copies; the beginning of a torn sample frame waits for its rest. */
  append(audio: Uint8Array): void {
    const bytes = new Uint8Array(this.#torn.length + audio.length);
    bytes.set(this.#torn);
    bytes.set(audio, this.#torn.length);
    const whole = bytes.length - (bytes.length % frameBytes(this.#format));
    this.#torn = bytes.slice(whole);
    let at = 0;
    while (at < whole) {
      const piece = this.#openPiece();
      const part = bytes.subarray(at, Math.min(whole, at + piece.bytes.length - piece.length));
      piece.bytes.set(part, piece.length);
      piece.length += part.length;
      at += part.length;
      this.#end += bytesToSamples(part.length, this.#format);
    }
  }

  /**
   * The piece that is being filled. Pieces have one short length whatever the frames: so forgetting the oldest audio
   * frees it even when it was written in one go, and a million tiny frames do not make a million pieces.
   */
  #openPiece(): Piece {
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.length < last.bytes.length) return last;
    const piece = { from: this.#end, bytes: new Uint8Array(this.#pieceBytes), length: 0 };
    this.#pieces.push(piece);
    return piece;
  }

  /** What follows does not continue the last frame: the beginning of a torn sample frame is worthless. */
  dropTorn(): void {
    this.#torn = new Uint8Array(0);
  }

  /** The audio of `[from, to)`, as far as it goes; empty when `from` is not held. */
  read(from: number, to: number): Uint8Array<ArrayBuffer> {
    const until = Math.min(to, this.#end);
    if (from < this.#start || until <= from) return new Uint8Array(0);
    const result = new Uint8Array(samplesToBytes(until - from, this.#format));
    for (let index = this.#pieceAt(from); index < this.#pieces.length; index += 1) {
      const piece = this.#pieces[index];
      if (piece === undefined || piece.from >= until) break;
      const begin = samplesToBytes(Math.max(0, from - piece.from), this.#format);
      const end = samplesToBytes(until - piece.from, this.#format);
      const at = samplesToBytes(Math.max(0, piece.from - from), this.#format);
      result.set(piece.bytes.subarray(begin, Math.min(end, piece.length)), at);
    }
    return result;
  }

  forgetBefore(position: number): void {
    this.#start = Math.max(this.#start, Math.min(position, this.#end));
    const keepFrom = this.#start === this.#end ? this.#pieces.length : this.#pieceAt(this.#start);
    if (keepFrom > 0) this.#pieces = this.#pieces.slice(keepFrom);
  }

  /** Goes on at a later position: everything held is dropped, and what lies between was never here. */
  skipTo(position: number): void {
    this.#pieces = [];
    this.dropTorn();
    this.#start = position;
    this.#end = position;
  }

  /** Index of the last piece that begins at or before `position`. */
  #pieceAt(position: number): number {
    return Math.max(
      0,
      this.#pieces.findLastIndex(({ from }) => from <= position),
    );
  }
}
