import type { Interim } from "../../shared/captions.ts";
import { Backfill, type Excerpt, type Job } from "./backfill/backfill.ts";
import type { Journal } from "./journal.ts";
import { closedHole, owed, type Parts, settled } from "./ledger.ts";
import type { Ports } from "./ports.ts";
import { gapDraft, interimOf, isSameInterim, type Naming, speechDrafts } from "./segments.ts";
import { Speakers } from "./speakers.ts";
import type { Hole, StoredSession } from "./store.ts";
import type { Draft } from "./transcript.ts";
import type { Heard, Speech } from "./upstream/heard.ts";
import type { Range } from "./upstream/state.ts";
import { Utterance } from "./utterance.ts";

export type ScribeHooks = {
  /** Viewers have something new to see; `urgent` when it is final or begins an utterance. */
  changed(urgent: boolean): void;
  /** The running session's new state is in storage. */
  stored(session: StoredSession): void;
  /** A hole became several gaps, or was put into words by the batch endpoint; that is in storage. */
  parted(session: string, hole: Range, parts: readonly Range[]): void;
  filled(session: string, hole: Range, speech: readonly Speech[]): void;
  /** A hole has been filled or given up; runs inside of the journal's queue. */
  holeClosed(): Promise<void>;
};

type Filling = { readonly speech: readonly Speech[]; readonly drafts: readonly Draft[] };

/**
 * Writes down what is heard: finals and gaps into the journal, what is being said now as the interim; and has the
 * backfill look after what nobody heard live.
 *
 * Everything goes through the journal's queue in the order in which it was heard: stored first, then shown and
 * acknowledged. So whatever dies, the publisher still holds the audio of every word that is not durable.
 */
export class Scribe {
  readonly #ports: Ports;
  readonly #journal: Journal;
  readonly #hooks: ScribeHooks;
  readonly #backfill: Backfill;
  readonly #utterance = new Utterance();
  /** Answered by the batch endpoint, and not stored yet. */
  readonly #closing = new Set<Job>();
  /** Of the session that runs, and of earlier ones that are still owed something. */
  readonly #speakersOf = new Map<string, Speakers>();
  #interim: Interim | null = null;

  constructor(ports: Ports, journal: Journal, hooks: ScribeHooks) {
    this.#ports = ports;
    this.#journal = journal;
    this.#hooks = hooks;
    this.#backfill = new Backfill(ports, {
      filled: (job, speech) => this.#filled(job, speech),
      lost: (job) => this.#close(job),
    });
  }

  /** What is being said now. */
  get interim(): Interim | null {
    return this.#interim;
  }

  get backfillBytes(): number {
    return this.#backfill.bytes;
  }

  owesFor(sessionId: string): boolean {
    const isClosing = [...this.#closing].some(({ session }) => session.id === sessionId);
    return isClosing || this.#backfill.hasWorkFor(sessionId);
  }

  isFilling(holeId: string): boolean {
    return this.#backfill.hasHole(holeId);
  }

  /** A session begins, or goes on after the death of an earlier object. */
  open({ id, speakers }: StoredSession): void {
    for (const earlier of this.#speakersOf.keys()) {
      if (!this.owesFor(earlier)) this.#speakersOf.delete(earlier);
    }
    if (!this.#speakersOf.has(id)) this.#speakersOf.set(id, new Speakers(speakers));
  }

  /** Nothing is being said any more; tells whether there was an interim that viewers still see. */
  hush(): boolean {
    const wasSpeaking = this.#interim !== null;
    this.#interim = null;
    this.#utterance.end();
    return wasSpeaking;
  }

  dispose(): void {
    this.#backfill.dispose();
  }

  /** What one frame of the provider said; `socket` is where it was heard. */
  heard(sessionId: string, events: readonly Heard[], socket: number): void {
    this.#inSession(sessionId, async (session) => {
      const naming = this.#naming(session, `socket ${socket}`);
      const put: Draft[] = [];
      let next = session;
      let interim = this.#interim;
      let isUrgent = false;
      for (const event of events) {
        switch (event.kind) {
          case "interim":
            interim = event.text === "" ? null : interimOf(event, session, naming);
            if (interim !== null) isUrgent = this.#utterance.words(this.#ports.now()) || isUrgent;
            break;
          case "final":
            put.push(...speechDrafts(event, session, naming));
            next = settled(next, event.to);
            interim = null;
            if (event.text !== "") this.#utterance.words(this.#ports.now());
            break;
          case "utteranceEnd":
            this.#utterance.end();
            break;
          default:
            event satisfies never;
        }
      }
      if (next !== session || put.length > 0) await this.#store(put, [], next);
      // Providers say the same again, with a pause behind it: that is nothing new to see.
      const isChange = put.length > 0 || !isSameInterim(interim, this.#interim);
      this.#interim = interim;
      if (isChange) this.#hooks.changed(isUrgent || put.length > 0);
    });
  }

  /** Captions for the range cannot be had. */
  gap(sessionId: string, range: Range): void {
    this.#inSession(sessionId, async (session) => {
      await this.#store([gapDraft(range, session, this.#ports.newId())], [], settled(session, range.to));
      this.hush();
      this.#hooks.changed(false);
    });
  }

  /** The range is left to the batch endpoint; until then it reads as a gap. */
  owe(sessionId: string, range: Range, audio: Excerpt): void {
    this.#inSession(sessionId, async (session) => {
      const hole = { id: this.#ports.newId(), from: range.from, to: range.to };
      await this.#store([gapDraft(range, session, hole.id)], [], owed(session, hole));
      this.#backfill.add({ session, hole, audio });
      this.hush();
      this.#hooks.changed(false);
    });
  }

  /** The audio of a hole has come (again). */
  refound(sessionId: string, hole: Hole, audio: Excerpt): void {
    this.#inSession(sessionId, async (session) => {
      if (session.holes.some(({ id }) => id === hole.id)) this.#backfill.add({ session, hole, audio });
    });
  }

  /** A hole falls into parts, since its publisher goes on inside of it. */
  parted(sessionId: string, hole: Hole, { held, lost, coming }: Parts, audio: Excerpt | null): void {
    this.#inSession(sessionId, async (session) => {
      if (!session.holes.some(({ id }) => id === hole.id)) return;
      if (!this.#isOpen(hole)) {
        await this.#store([], [], closedHole(session, hole.id));
        return;
      }
      const ranges = [held, lost, coming].filter((range) => range !== null);
      let next = closedHole(session, hole.id);
      if (held !== null) next = owed(next, held);
      if (coming !== null) next = owed(next, coming);
      const put = ranges.map((range) => gapDraft(range, session, range.id));
      await this.#store(put, [hole.id], next);
      this.#hooks.parted(sessionId, hole, ranges);
      if (held !== null && audio !== null) this.#backfill.add({ session, hole: held, audio });
      this.#hooks.changed(false);
    });
  }

  #filled(job: Job, speech: readonly Speech[]): void {
    const naming = this.#naming(job.session, `batch ${job.hole.id}`);
    const drafts = speech.flatMap((part) => speechDrafts(part, job.session, naming));
    this.#close(job, { speech, drafts });
  }

  /** The hole is none any more: its gap gives way to what was said, or stays as it is. */
  #close(job: Job, filling: Filling | null = null): void {
    const { hole, session: its } = job;
    this.#closing.add(job);
    void this.#journal.enqueue(async () => {
      const { session } = this.#journal;
      const isFilled = filling !== null && this.#isOpen(hole);
      const next = session?.id === its.id ? closedHole(session, hole.id) : undefined;
      await this.#store(isFilled ? filling.drafts : [], isFilled ? [hole.id] : [], next);
      this.#closing.delete(job);
      if (isFilled) {
        this.#hooks.filled(its.id, hole, filling.speech);
        this.#hooks.changed(false);
      }
      await this.#hooks.holeClosed();
    });
  }

  /** Not purged in the meantime, and not put into words by an operator, whose word is the last. */
  #isOpen(hole: Hole): boolean {
    const gap = this.#journal.transcript.segments.find(({ id }) => id === hole.id);
    return gap?.kind === "gap" && gap.edited !== true;
  }

  async #store(put: readonly Draft[], remove: readonly string[], next?: StoredSession): Promise<void> {
    const session = next && { ...next, speakers: this.#speakers(next).used };
    await this.#journal.commit({ put, remove, ...(session === undefined ? {} : { session }) });
    if (session !== undefined) this.#hooks.stored(session);
  }

  #inSession(id: string, work: (session: StoredSession) => Promise<void>): void {
    void this.#journal.enqueue(async () => {
      const { session } = this.#journal;
      if (session?.id === id) await work(session);
    });
  }

  #speakers({ id, speakers }: StoredSession): Speakers {
    return this.#speakersOf.get(id) ?? new Speakers(speakers);
  }

  #naming(session: StoredSession, source: string): Naming {
    const speakers = this.#speakers(session);
    return { newId: this.#ports.newId, speaker: (number) => speakers.numberOf(source, number) };
  }
}
