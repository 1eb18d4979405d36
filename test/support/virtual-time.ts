/** A clock that moves only when told: timers run in order of their due time, and promises settle between them. */
export class VirtualTime {
  #now: number;
  #timers: { readonly id: number; readonly at: number; readonly run: () => void }[] = [];
  #ids = 0;

  constructor(startMs = 1_700_000_000_000) {
    this.#now = startMs;
  }

  now = (): number => this.#now;

  setTimer = (run: () => void, delayMs: number): (() => void) => {
    const id = ++this.#ids;
    this.#timers.push({ id, at: this.#now + Math.max(0, delayMs), run });
    return () => {
      this.#timers = this.#timers.filter((timer) => timer.id !== id);
    };
  };

  /** The wall clock jumps; what was to run in ten seconds still does. */
  setBack(ms: number): void {
    this.#now -= ms;
    this.#timers = this.#timers.map((timer) => ({ ...timer, at: timer.at - ms }));
  }

  get pending(): number {
    return this.#timers.length;
  }

  /** Runs everything due within the next `ms`, then stands at that time. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > until) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.run();
      await settle();
    }
    this.#now = until;
  }
}

/** Lets every promise that is ready run on: nothing in the core waits for more than a chain of these. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 25; turn += 1) await Promise.resolve();
}
