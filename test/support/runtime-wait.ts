/** Waits for what arrives: `wake` is called whenever something has. */
export class Waiting {
  #wake: () => void = () => {};
  readonly #soFar: () => string;

  /** @param soFar what came instead, for the error when it was in vain */
  constructor(soFar: () => string) {
    this.#soFar = soFar;
  }

  wake(): void {
    this.#wake();
  }

  /** The first thing that `find` finds, sooner or later. */
  async for<T>(what: string, find: () => T | undefined): Promise<T> {
    const deadline = AbortSignal.timeout(10_000);
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        deadline.addEventListener("abort", () =>
          reject(new Error(`waited in vain for ${what}; came: ${this.#soFar()}`)),
        );
      });
    }
  }
}
