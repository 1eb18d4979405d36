import { msOf, runSamples, samplesOfMs, tapeUnit, unitSamples } from "../../support/tape/tape.ts";
import type { Account } from "./account.ts";
import type { Cut } from "./link.ts";
import { Process } from "./process.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a speaker does next: a word of its own number, half a second of silence (0), or no audio at all for a while. */
export type Utterance =
  | { readonly kind: "unit"; readonly word: number }
  | { readonly kind: "mute"; readonly forMs: number };

/** The one who goes on until the schedule ends. */
export const mainSpeaker = "main";

/** Half a second that is being spoken. */
type Unit = { readonly audio: Uint8Array; sent: number };

/** Somebody who speaks in real time, whatever becomes of the processes that carry the words. */
export class Speaker {
  readonly name: string;
  readonly #world: Surroundings;
  readonly #script: readonly Utterance[];
  readonly #chunkSamples: number;
  readonly #model: string | undefined;
  #process: Process | null = null;
  #at = 0;
  #unit: Unit | null = null;
  #isRestarting = false;
  /** After a refusal one speaks only when one is heard. */
  #isWary = false;
  isDone = false;
  readonly processes: Process[] = [];

  constructor(
    world: Surroundings,
    name: string,
    script: readonly Utterance[],
    how: { readonly chunkMs: number; readonly model: string | undefined },
  ) {
    this.#world = world;
    this.name = name;
    this.#script = script;
    this.#chunkSamples = samplesOfMs(how.chunkMs);
    this.#model = how.model;
  }

  get process(): Process | null {
    return this.#process;
  }

  begin(takesOver = false): void {
    const id = `${this.name}${this.processes.length + 1}`;
    const account = this.#world.ledger.account(id, `key-of-publisher-${id}`);
    this.#process = new Process(this.#world, account, takesOver, this.#model);
    this.processes.push(this.#process);
    this.#unit = null;
    if (this.processes.length === 1) this.#later(0);
  }

  /** The process dies and another one, which knows nothing, takes its place. */
  restart(how: Cut): void {
    this.#process?.kill(how);
  }

  #later(ms: number): void {
    this.#world.clock.set(() => this.#step(), ms);
  }

  #step(): void {
    if (this.isDone) return;
    const process = this.#process;
    if (process === null || !process.isRunning) {
      this.#replace();
      this.#later(100);
      return;
    }
    if (this.#isWary && process.account.sessions.size === 0) {
      this.#later(100);
      return;
    }
    this.#unit ??= this.#nextUnit(process.account);
    if (this.#unit === null) return;
    const unit = this.#unit;
    const chunk = unit.audio.subarray(unit.sent * 2, (unit.sent + this.#chunkSamples) * 2);
    process.write(chunk);
    unit.sent += chunk.length / 2;
    if (unit.sent >= unitSamples) this.#unit = null;
    this.#later(msOf(chunk.length / 2));
  }

  #nextUnit(account: Account): Unit | null {
    const next = this.#script[this.#at++];
    if (next === undefined) {
      this.isDone = true;
      if (this.name !== mainSpeaker) this.#process?.finish();
      return null;
    }
    if (next.kind === "mute") {
      this.#later(next.forMs);
      return null;
    }
    if (next.word > 0) {
      const from = account.written;
      account.spoken.push({ word: next.word, from, to: from + runSamples, whole: true });
    }
    return { audio: tapeUnit(next.word), sent: 0 };
  }

  /** A publisher that was refused tries again a while later, as a person would. */
  #replace(): void {
    if (this.#isRestarting || this.#world.isFatal) {
      if (this.#world.isFatal) this.isDone = true;
      return;
    }
    if (this.name !== mainSpeaker) {
      this.isDone = true;
      return;
    }
    this.#isRestarting = true;
    this.#isWary = this.#process?.outcome === "failed";
    this.#world.clock.set(
      () => {
        this.#isRestarting = false;
        if (!this.isDone) this.begin();
      },
      this.#world.random.int(500, 6_000),
    );
  }
}
