import type { ProbeFrame } from "../../../shared/protocol.ts";
import type { Clock } from "../../../shared/stats.ts";
import type { MemberSocket, Ports } from "../ports.ts";
import { type Clocking, clockAt, exchanged, unknownClock } from "./clock.ts";

/** So many questions may be on their way; what is older will not be answered any more. */
const openMax = 8;

export type Answer<Note> = {
  readonly askedAt: number;
  /** What was known of the clock before; `null`: nothing, or the answer says that it was another one. */
  readonly clock: Clock | null;
  /** It does not contradict what was known. */
  readonly agrees: boolean;
  readonly note: Note;
};

/** Asks one member for the time, and knows its clock. `Note`: what the asker wants to be reminded of by the answer. */
export class Prober<Note> {
  readonly #ports: Pick<Ports, "now">;
  readonly #socket: MemberSocket;
  #open: { readonly at: number; readonly note: Note }[] = [];
  #clocking: Clocking = unknownClock;

  constructor(ports: Pick<Ports, "now">, socket: MemberSocket) {
    this.#ports = ports;
    this.#socket = socket;
  }

  /** As well as it is known now. */
  get clock(): Clock | null {
    return clockAt(this.#clocking, this.#ports.now());
  }

  /** @param at when what is to be measured left; the answer takes so much longer, which is counted as not known */
  ask(note: Note, at = this.#ports.now()): void {
    const frame: ProbeFrame = { type: "probe", at };
    this.#open = [...this.#open, { at, note }].slice(-openMax);
    this.#socket.send(JSON.stringify(frame));
  }

  /** `null`: nobody has asked that, or it was answered before. What was asked before it is not waited for any more. */
  answered(at: number, theirs: number): Answer<Note> | null {
    const index = this.#open.findIndex((question) => question.at === at);
    const question = this.#open[index];
    if (question === undefined) return null;
    this.#open = this.#open.slice(index + 1);
    const before = this.clock;
    const { clocking, agrees } = exchanged(this.#clocking, {
      askedAt: at,
      heardAt: this.#ports.now(),
      theirs,
    });
    this.#clocking = clocking;
    return { askedAt: at, clock: agrees ? before : null, agrees, note: question.note };
  }

  /** The clock was set, as something else has shown. What is on its way may be of the time before. */
  forget(): void {
    this.#clocking = unknownClock;
    this.#open = [];
  }
}
