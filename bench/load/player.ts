/** The first pieces of a stream are small; from then on its player should have something in hand. */
const settledMs = 250;

/** Plays at the speed of speech from the first byte on, and waits when it has none left. */
export class Player {
  readonly #bytesPerMs: number;
  #bytes = 0;
  #waitedMs = 0;
  /** How often it had to wait, and the least it had in hand when more came. */
  starvations = 0;
  leastAheadMs: number | null = null;

  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1_000;
  }

  /** Sound that it has and has not played, so long after the first byte. Negative: for so long it has had none. */
  aheadMs(atMs: number): number {
    return this.#bytes / this.#bytesPerMs - (atMs - this.#waitedMs);
  }

  arrived(bytes: number, atMs: number): void {
    const aheadMs = this.#bytes === 0 ? 0 : this.aheadMs(atMs);
    if (aheadMs < 0) {
      this.starvations += 1;
      this.#waitedMs -= aheadMs;
    }
    if (atMs >= settledMs) this.leastAheadMs = Math.min(this.leastAheadMs ?? aheadMs, aheadMs);
    this.#bytes += bytes;
  }
}
