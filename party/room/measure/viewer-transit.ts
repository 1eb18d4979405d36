import type { Cancel, MemberSocket, Ports } from "../ports.ts";
import { transitTo } from "./clock.ts";
import { Prober } from "./prober.ts";

/** A few viewers speak for all: what this costs does not grow with the audience. */
const panelMax = 6;
const roundMs = 5_000;
/** So many rounds a viewer is asked before others are. */
const roundsMax = 8;

/**
 * Captions that are later than this are none. What a viewer says cannot be checked: one that holds its answers back is told
 * from a slow one by nothing, and takes the figure no further than this.
 */
const transitMaxMs = 10_000;

/** `measure`: the question left right behind a frame. `learn`: alone, so it is quick and tells the clock well. */
type Errand = "learn" | "measure";

/**
 * How long frames take from the room to its viewers, by the clocks of a few of them.
 *
 * In each round of a running session a panel of viewers is asked for the time twice: at once, and right behind the next
 * frame that goes to all. The second answer tells when the frame was there, by a clock that is known by then.
 */
export class ViewerTransit {
  readonly #ports: Pick<Ports, "now" | "random" | "setTimer">;
  readonly #measured: (ms: number) => void;
  /** All who can be asked. */
  readonly #candidates = new Map<string, MemberSocket>();
  #panel = new Map<string, Prober<Errand>>();
  #round = 0;
  /** The next frame to all is measured. */
  #isDue = false;
  #cancel: Cancel | null = null;

  constructor(ports: Pick<Ports, "now" | "random" | "setTimer">, measured: (ms: number) => void) {
    this.#ports = ports;
    this.#measured = measured;
  }

  join(socket: MemberSocket): void {
    this.#candidates.set(socket.id, socket);
  }

  leave(id: string): void {
    this.#candidates.delete(id);
    this.#panel.delete(id);
  }

  /** A session runs. */
  begin(): void {
    if (this.#cancel === null) this.#ask();
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#panel.clear();
    this.#round = 0;
    this.#isDue = false;
  }

  /** A frame has gone to everybody but `spared`; `at`: when the first of them was sent it. */
  sent(at: number, spared: ReadonlySet<string>): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    for (const [id, prober] of this.#panel) if (!spared.has(id)) prober.ask("measure", at);
  }

  probed(id: string, at: number, theirs: number): void {
    const answer = this.#panel.get(id)?.answered(at, theirs) ?? null;
    if (answer === null || answer.clock === null || answer.note !== "measure") return;
    const ms = transitTo(answer.clock, at, theirs);
    if (ms !== null) this.#measured(Math.min(ms, transitMaxMs));
  }

  #ask(): void {
    if (this.#round % roundsMax === 0) this.#panel.clear();
    this.#round += 1;
    for (const socket of this.#chosen(panelMax - this.#panel.size)) {
      this.#panel.set(socket.id, new Prober(this.#ports, socket));
    }
    for (const prober of this.#panel.values()) prober.ask("learn");
    this.#isDue = true;
    this.#cancel = this.#ports.setTimer(() => this.#ask(), roundMs);
  }

  /** So many of those that are not in the panel, each as likely as the others. */
  #chosen(count: number): MemberSocket[] {
    const chosen: MemberSocket[] = [];
    if (count === 0) return chosen;
    let seen = 0;
    for (const socket of this.#candidates.values()) {
      if (this.#panel.has(socket.id)) continue;
      seen += 1;
      const place = seen <= count ? seen - 1 : Math.floor(this.#ports.random() * seen);
      if (place < count) chosen[place] = socket;
    }
    return chosen;
  }
}
