export type Queue = {
  /** Dropped while nobody reads. */
  push(item: Uint8Array): void;
  /** No more will come. `error`: thrown after the last item. */
  end(error: Error | null): void;
  readonly items: AsyncIterable<Uint8Array>;
};

/** From the audio thread's events to a loop that waits for the next one. */
export function createQueue(): Queue {
  const waiting: Uint8Array[] = [];
  let isRead = false;
  let ending: { readonly error: Error | null } | null = null;
  let wake = (): void => {};

  async function* items(): AsyncGenerator<Uint8Array> {
    isRead = true;
    for (;;) {
      const item = waiting.shift();
      if (item !== undefined) {
        yield item;
      } else if (ending !== null) {
        if (ending.error !== null) throw ending.error;
        return;
      } else {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  }

  return {
    push(item) {
      if (!isRead) return;
      waiting.push(item);
      wake();
    },
    end(error) {
      ending ??= { error };
      wake();
    },
    items: items(),
  };
}
