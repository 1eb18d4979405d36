type Entry = {
  readonly at: number;
  readonly order: number;
  run: (() => void) | null;
};

/**
 * Virtual time: everything that happens is an entry in one queue, and promises settle between two of them.
 * It counts elapsed milliseconds; wall clocks, which may jump, are made from it by their owners.
 */
export class Clock {
  elapsedMs = 0;
  #heap: Entry[] = [];
  #order = 0;

  set(run: () => void, delayMs: number): () => void {
    const entry: Entry = {
      at: this.elapsedMs + Math.max(0, delayMs),
      order: ++this.#order,
      run,
    };
    this.#push(entry);
    return () => {
      entry.run = null;
    };
  }

  /** Runs what is due until `untilMs`, or until `isOver` says so; then stands there. */
  async run(untilMs: number, isOver: () => boolean = () => false): Promise<void> {
    await settle();
    while (!isOver()) {
      const next = this.#heap[0];
      if (next === undefined || next.at > untilMs) {
        this.elapsedMs = untilMs;
        return;
      }
      this.#pop();
      if (next.run === null) continue;
      this.elapsedMs = next.at;
      next.run();
      next.run = null;
      await settle();
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      const [left, right] = [heap[below], heap[below + 1]];
      if (left === undefined) break;
      let child = left;
      if (right !== undefined && isBefore(right, left)) {
        child = right;
        below += 1;
      }
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** The timers of one process: they end with it, and can be counted. */
export class Timers {
  readonly #clock: Clock;
  readonly #running = new Set<() => void>();
  #isDead = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get pending(): number {
    return this.#running.size;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  set = (run: () => void, delayMs: number): (() => void) => {
    if (this.#isDead) return () => {};
    const cancel = (): void => {
      stop();
      this.#running.delete(cancel);
    };
    const stop = this.#clock.set(() => {
      this.#running.delete(cancel);
      run();
    }, delayMs);
    this.#running.add(cancel);
    return cancel;
  };

  /** The process is gone: nothing of it ever runs again. */
  kill(): void {
    this.#isDead = true;
    for (const cancel of [...this.#running]) cancel();
  }
}

/** Lets every promise that is ready run on, however long their chain. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
