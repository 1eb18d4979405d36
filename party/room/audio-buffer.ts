import {
  type AudioFormat,
  bytesToSamples,
  frameBytes,
  msToSamples,
  samplesToBytes,
} from "../../shared/audio.ts";

type Chunk = { readonly from: number; readonly bytes: Uint8Array };

/**
 * The published audio whose captions are not durable yet, by position (samples per channel since the session began).
 *
 * Bounded in time and bytes. What falls out of the bound still counts as position, so times never shift:
 * `earliest` moves and the reader writes an honest gap.
 */
export class AudioBuffer {
  readonly #format: AudioFormat;
  readonly #maxSamples: number;
  readonly #maxBytes: number;
  #chunks: Chunk[] = [];
  #bytes = 0;
  #earliest: number;
  #end: number;
  /** Bytes of a sample that the publisher's frame border cut in two. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(
    format: AudioFormat,
    from: number,
    bounds: { readonly maxMs: number; readonly maxBytes: number },
  ) {
    this.#format = format;
    this.#maxSamples = msToSamples(bounds.maxMs, format);
    this.#maxBytes = bounds.maxBytes;
    this.#earliest = from;
    this.#end = from;
  }

  /** First position still held. */
  get earliest(): number {
    return this.#earliest;
  }

  /** First position not received yet. */
  get end(): number {
    return this.#end;
  }

  append(frame: Uint8Array): void {
    const joined = this.#rest.length === 0 ? frame : concat([this.#rest, frame]);
    const whole = joined.length - (joined.length % frameBytes(this.#format));
    this.#rest = joined.slice(whole);
    if (whole === 0) return;
    const bytes = joined.slice(0, whole);
    this.#chunks.push({ from: this.#end, bytes });
    this.#bytes += whole;
    this.#end += bytesToSamples(whole, this.#format);
    this.#trim();
  }

  /** The audio of `[from, to)`; both must lie within `earliest…end`. */
  read(from: number, to: number): Uint8Array {
    const parts: Uint8Array[] = [];
    for (const chunk of this.#chunks) {
      const chunkEnd = chunk.from + bytesToSamples(chunk.bytes.length, this.#format);
      if (chunkEnd <= from || chunk.from >= to) continue;
      const begin = samplesToBytes(Math.max(0, from - chunk.from), this.#format);
      const end = samplesToBytes(Math.min(to, chunkEnd) - chunk.from, this.#format);
      parts.push(chunk.bytes.subarray(begin, end));
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : concat(parts);
  }

  /** Goes on at a later position: everything held is dropped, and what lies between was never received. */
  skipTo(position: number): void {
    this.#chunks = [];
    this.#bytes = 0;
    this.#rest = new Uint8Array(0);
    this.#earliest = position;
    this.#end = position;
  }

  /** Forgets audio whose captions are durable. Whole chunks only: a frame too much costs less than a copy. */
  forgetBefore(position: number): void {
    while (true) {
      const first = this.#chunks[0];
      if (first === undefined) break;
      const firstEnd = first.from + bytesToSamples(first.bytes.length, this.#format);
      if (firstEnd > position) break;
      this.#drop(first, firstEnd);
    }
  }

  #trim(): void {
    while (this.#end - this.#earliest > this.#maxSamples || this.#bytes > this.#maxBytes) {
      const first = this.#chunks[0];
      if (first === undefined) break;
      this.#drop(first, first.from + bytesToSamples(first.bytes.length, this.#format));
    }
  }

  #drop(first: Chunk, firstEnd: number): void {
    this.#chunks.shift();
    this.#bytes -= first.bytes.length;
    this.#earliest = firstEnd;
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
