/**
 * A socket's clock, which counts the audio it was fed from zero, and its place on the session's: it began at `base`,
 * and silence that was put in to keep it open moved it on while the session stood still.
 */
export class SocketClock {
  readonly #base: number;
  readonly #pads: { at: number; samples: number }[] = [];
  #fed = 0;

  /** @param base position (samples) of the first sample the socket is fed */
  constructor(base: number) {
    this.#base = base;
  }

  feed(samples: number): void {
    this.#fed += samples;
  }

  pad(samples: number): void {
    const last = this.#pads.at(-1);
    if (last !== undefined && last.at + last.samples === this.#fed) last.samples += samples;
    else this.#pads.push({ at: this.#fed, samples });
    this.#fed += samples;
  }

  /** Position of a moment on the socket's clock; a moment inside of put-in silence is the position where it was put in. */
  position(fed: number): number {
    let padded = 0;
    for (const { at, samples } of this.#pads) {
      if (at >= fed) break;
      padded += Math.min(samples, fed - at);
    }
    return this.#base + fed - padded;
  }
}
