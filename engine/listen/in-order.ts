/** Works off what comes in one at a time, in the order it came, however long each takes. */
export type InOrder<Input> = {
  take(input: Input): void;
  /** Drops what waits and takes nothing more. */
  stop(): void;
};

/** A failure of `work` stops everything behind it and is told once. */
export function workInOrder<Input>(
  work: (input: Input) => Promise<void>,
  onFailure: (error: unknown) => void,
): InOrder<Input> {
  let waiting: Input[] = [];
  let working = false;
  let stopped = false;

  const run = async () => {
    working = true;
    for (;;) {
      const input = waiting.shift();
      if (input === undefined || stopped) break;
      await work(input);
    }
    working = false;
  };

  const stop = () => {
    stopped = true;
    waiting = [];
  };

  return {
    take(input) {
      if (stopped) return;
      waiting.push(input);
      if (!working) run().catch(onFailure);
    },
    stop,
  };
}
