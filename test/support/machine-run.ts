import { step } from "../../party/room/upstream/machine.ts";
import {
  initialUpstream,
  nextTickAt,
  type UpstreamEffect,
  type UpstreamEvent,
  type UpstreamState,
} from "../../party/room/upstream/state.ts";

/** One sample a millisecond, so that positions and times read alike. */
const rate = 1_000;

/** The upstream machine, driven by hand: every effect is kept, and time passes only when told. */
export class MachineRun {
  state: UpstreamState;
  now = 1_000_000;
  random = 0.5;
  /** Whether the audio pauses where the speaker did. */
  isQuiet = true;
  readonly effects: UpstreamEffect[] = [];
  /** When each effect came about. */
  readonly times: number[] = [];

  constructor(from: { earliest?: number; covered?: number; keptBy?: "message" | "audio" } = {}) {
    const { earliest = 0, keptBy = "message" } = from;
    const { covered = earliest } = from;
    this.state = initialUpstream(rate, { earliest, covered }, keptBy);
  }

  take(event: UpstreamEvent): UpstreamEffect[] {
    const next = step(this.state, event, this.now, this.random);
    this.state = next.state;
    this.effects.push(...next.effects);
    this.times.push(...next.effects.map(() => this.now));
    return [...next.effects];
  }

  start(): UpstreamEffect[] {
    return this.take({ kind: "start" });
  }

  audio(head: number, earliest = this.state.audio.earliest): UpstreamEffect[] {
    return this.take({ kind: "audio", earliest, head, isQuiet: this.isQuiet });
  }

  opened(cut = this.state.audio.head): UpstreamEffect[] {
    return this.take({ kind: "opened", socket: this.state.socket, cut });
  }

  refused(fatal = false, busy = false): UpstreamEffect[] {
    return this.take({ kind: "refused", socket: this.state.socket, fatal, busy });
  }

  /** The provider has seen the close of the socket that was left. */
  left(): UpstreamEffect[] {
    return this.take({ kind: "left", socket: this.state.socket });
  }

  closed(meaning: "retry" | "idle" | "fatal" = "retry", clean = false): UpstreamEffect[] {
    return this.take({ kind: "closed", socket: this.state.socket, meaning, clean });
  }

  /** A final up to `to`; with `null` an interim. */
  heard(to: number | null, from = this.state.audio.covered): UpstreamEffect[] {
    const final = to === null ? null : { from, to };
    return this.take({ kind: "heard", socket: this.state.socket, final, proves: true });
  }

  finish(withinMs: number | null = null): UpstreamEffect[] {
    return this.take({ kind: "finish", withinMs });
  }

  /** Lets time pass to the next deadline. */
  tick(): UpstreamEffect[] {
    this.now = Math.max(this.now, nextTickAt(this.state) ?? this.now);
    return this.take({ kind: "tick", isQuiet: this.isQuiet });
  }

  /** Audio as it is spoken, in frames of 100 ms, with every deadline in between. */
  speak(ms: number): UpstreamEffect[] {
    const effects: UpstreamEffect[] = [];
    for (let spoken = 0; spoken < ms; spoken += 100) {
      effects.push(...this.wait(100), ...this.audio(this.state.audio.head + 100));
    }
    return effects;
  }

  wait(ms: number): UpstreamEffect[] {
    const until = this.now + ms;
    const effects: UpstreamEffect[] = [];
    for (let at = nextTickAt(this.state); at !== null && at <= until; at = nextTickAt(this.state)) {
      effects.push(...this.tick());
    }
    this.now = until;
    return effects;
  }

  /** A socket that has captioned all that was said, five seconds old: its loss is met by a new one at once. */
  healthy(head = 1_000): this {
    this.audio(head);
    this.opened();
    this.heard(head);
    this.now += 5_000;
    this.heard(null);
    return this;
  }

  dials(): number {
    return this.effects.filter(({ kind }) => kind === "dial").length;
  }
}

/** A socket that is to caption all it hears from `base` on, or only what comes after some context. */
export const began = (base: number, captionsFrom = base) => ({ kind: "began", base, captionsFrom }) as const;

export const kindsOf = (effects: readonly UpstreamEffect[]) => effects.map(({ kind }) => kind);
