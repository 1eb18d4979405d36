import type { Segment } from "../../../shared/captions.ts";
import type { SteadyClock } from "../steady.ts";
import type { StoredSession } from "../store.ts";
import type { Archive } from "./archive.ts";
import type { Course } from "./course.ts";
import { Figures } from "./figures.ts";
import type { Guarded } from "./guarded.ts";

/** While a session runs, its figures are stored this often: a room that dies unannounced loses no more of them. */
const storeEveryMs = 10_000;

/** What an earlier object left: its latest session, and the room's transcript. */
export type Left = { readonly session: StoredSession; readonly segments: readonly Segment[] };

export type LatestWorld = {
  readonly archive: Archive;
  readonly steady: Pick<SteadyClock, "now">;
  /** @param begin position (samples) from which audio will come */
  readonly course: (figures: Figures, begin: number) => Course;
  /** Runs it, and logs what goes wrong. */
  readonly guarded: Guarded;
  /** What was kept of the running session could be read at last: its figures are others now. */
  readonly recalled: (session: string) => void;
};

/**
 * The room's latest session, running or ended, between memory and storage. What storage has of it is never written over
 * unread: until it can be read, the session is measured in memory alone, and what was measured so is lost then as by a death.
 */
export class Latest {
  readonly #world: LatestWorld;
  #course: Course | null = null;
  /** Not read yet. */
  #left: Left | null;
  /** Storage has refused what was written last. */
  #isOwed = false;
  #storedAt = Number.NEGATIVE_INFINITY;

  constructor(world: LatestWorld, left: Left | null) {
    this.#world = world;
    this.#left = left;
  }

  get course(): Course | null {
    return this.#course;
  }

  get figures(): Figures | null {
    return this.#course?.figures ?? null;
  }

  get running(): Course | null {
    return this.figures?.about.ended === null ? this.#course : null;
  }

  /** Reads what an earlier object has stored, unless that is done. */
  recall(): void {
    if (this.#left === null) return;
    const { session, segments } = this.#left;
    const { archive, guarded, recalled } = this.#world;
    const kept = archive.read(session.id);
    if (kept.kind === "unread") return;
    this.#left = null;
    if (kept.kind === "none") return;
    const { figures } = kept;
    const meanwhile = this.#course;
    const course = this.#world.course(figures, meanwhile?.figures.reached.received ?? session.covered);
    this.#course = course;
    if (meanwhile !== null) course.takeOver(meanwhile);
    // What was heard meanwhile is not known: it is taken for captioned.
    guarded(() => course.catchUp(session, segments, meanwhile === null ? session.covered : null));
    const { ended } = meanwhile?.figures.about ?? session;
    const hasEnded = ended !== null && figures.about.ended === null;
    if (hasEnded) guarded(() => course.close());
    figures.about = { ...figures.about, ended };
    // The object died between the two.
    if (hasEnded) this.store();
    if (meanwhile !== null && ended === null) recalled(session.id);
  }

  /**
   * A session begins to run, or goes on. Answers whether it is another one.
   *
   * @param from position (samples) from which its audio will come
   */
  begin(session: StoredSession, from: number): boolean {
    this.recall();
    const before = this.figures?.about.id === session.id ? this.figures : null;
    if (before === null) {
      if (this.#isOwed) this.store();
      this.#world.archive.trim(session.id);
      if (this.#left?.session.id !== session.id) this.#left = null;
    }
    const figures = before ?? Figures.begin(aboutOf(session), from);
    figures.about = aboutOf(session);
    this.#course = this.#world.course(figures, from);
    return before === null && this.#left === null;
  }

  /** What runs is measured anew; what does not is forgotten. */
  anew(): void {
    this.#left = null;
    this.#isOwed = false;
    const before = this.running;
    this.#course = null;
    if (before === null) return;
    const { about, reached } = before.figures;
    this.#course = this.#world.course(Figures.begin(about, reached.received), reached.received);
    this.#course.takeOver(before);
  }

  /** Deletes what ended by then (epoch milliseconds), here and in storage. Answers when the next session did, if any. */
  expire(endedBy: number): number | null {
    const next = this.#world.archive.expire(endedBy, this.running?.figures.about.id ?? null);
    const ended = this.figures?.about.ended ?? null;
    if (ended === null) return next;
    // Its end may not be in storage.
    if (ended.at > endedBy) return Math.min(next ?? ended.at, ended.at);
    this.#course = null;
    this.#isOwed = false;
    return next;
  }

  store(): void {
    if (this.#course === null) return;
    this.#storedAt = this.#world.steady.now();
    this.recall();
    if (this.#left === null) this.#isOwed = !this.#world.archive.write(this.#course.figures);
  }

  /** Something else is being stored just now, or nothing was for a while: the figures may go with it. */
  storeSometimes(): void {
    const isDue = this.running !== null || this.#isOwed;
    if (isDue && this.#world.steady.now() - this.#storedAt >= storeEveryMs) this.store();
  }
}

function aboutOf({ id, startedAt, recognition, format, ended }: StoredSession): Figures["about"] {
  const { language = null, model = null } = recognition;
  return { id, startedAt, language, model, format, ended };
}
