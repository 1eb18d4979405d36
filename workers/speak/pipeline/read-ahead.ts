/** However few bytes they hold. */
const partsMax = 4_096;

/** What was read of a body and not taken yet. One side fills it, while there is room; one side reads. */
export class ReadAhead {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #end: { readonly error: unknown } | null = null;
  /** Of the side that waits; only one can. */
  #wake: (() => void) | null = null;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What was read can still be taken, but not all of it has come. */
  get isBroken(): boolean {
    return this.#end !== null && this.#end.error !== null;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
    this.#stir();
  }

  /** Nothing more comes. With an error, what was read before it can still be taken. */
  end(error: unknown = null): void {
    this.#end ??= { error };
    this.#stir();
  }

  /** Resolves when less than the most is held. */
  async room(): Promise<void> {
    while (this.#bytes >= this.#maxBytes || this.#parts.length >= partsMax) await this.#stirred();
  }

  /** The next bytes, as they came; `null` at the end. Rejects with the error of the end. */
  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const part = this.#parts.shift();
      if (part !== undefined) {
        this.#bytes -= part.length;
        this.#stir();
        return part;
      }
      if (this.#end !== null) {
        if (this.#end.error !== null) throw this.#end.error;
        return null;
      }
      await this.#stirred();
    }
  }

  #stir(): void {
    this.#wake?.();
    this.#wake = null;
  }

  /** The reader waits when nothing is held, the filler when too much is: never both. */
  #stirred(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
