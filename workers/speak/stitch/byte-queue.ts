const firstCapacity = 4_096;

/** Bytes that came in and were not used yet; holds no more than what is pushed and not taken. */
export class ByteQueue {
  #bytes = new Uint8Array(firstCapacity);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  append(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#bytes.length) this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** A look at the next bytes, as many as are there; valid until the next `append`. */
  peek(count: number): Uint8Array {
    return this.#bytes.subarray(this.#start, Math.min(this.#end, this.#start + count));
  }

  /** The next bytes as a copy, as many as are there. */
  take(count: number): Uint8Array {
    const bytes = this.peek(count).slice();
    this.#start += bytes.length;
    return bytes;
  }

  /** Forgets bytes, as many as are there; answers how many. */
  skip(count: number): number {
    const skipped = Math.min(count, this.length);
    this.#start += skipped;
    return skipped;
  }

  #makeRoom(count: number): void {
    const held = this.peek(this.length);
    const needed = held.length + count;
    const room = needed > this.#bytes.length ? new Uint8Array(2 * needed) : this.#bytes;
    room.set(held);
    this.#bytes = room;
    this.#start = 0;
    this.#end = held.length;
  }
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Whether `bytes` has the characters of `text` at `at`. */
export function hasAscii(bytes: Uint8Array, text: string, at = 0): boolean {
  for (let index = 0; index < text.length; index++) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}
