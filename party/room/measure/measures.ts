import type { RoomState, Segment } from "../../../shared/captions.ts";
import type { QualityReport, ReportEntry } from "../../../shared/quality-report.ts";
import type { Alert, Clock, Lag, RoomStats, Window } from "../../../shared/stats.ts";
import type { Ports } from "../ports.ts";
import { SteadyClock } from "../steady.ts";
import type { StoredSession } from "../store.ts";
import type { Heard, Speech } from "../upstream/heard.ts";
import type { LinkSign } from "../upstream/sign.ts";
import type { Range } from "../upstream/state.ts";
import { Archive } from "./archive.ts";
import { Course } from "./course.ts";
import { Figures } from "./figures.ts";
import { type Guarded, guardedBy } from "./guarded.ts";
import { LastMinute } from "./last-minute.ts";
import { Latest, type Left } from "./latest.ts";
import type { Signals } from "./signals.ts";
import type { MeasureStore } from "./store.ts";
import { Windows } from "./windows.ts";

/** What only the room knows. */
type Now = { readonly state: RoomState; readonly viewers: number };

/**
 * What a room measures of itself: of its latest session, running or ended, and kept for each of those before. Captions do
 * not depend on it: nothing in here throws, whatever storage or the clock does.
 */
export class Measures {
  /** The publisher's clock; `null`: not known. */
  publisherClock: Clock | null = null;
  /** Told everything that alerts are made of. */
  signals: Signals | null = null;
  readonly #now: Ports["now"];
  readonly #guarded: Guarded;
  readonly #archive: Archive;
  readonly #steady: SteadyClock;
  #deadline: number | null = null;
  readonly #latest: Latest;
  #windows: Windows;
  /** Of the latest session. */
  #minute: LastMinute;
  #viewers = 0;

  /** @param left the figures of its session go on where they were last stored */
  constructor(ports: Pick<Ports, "now" | "log">, store: MeasureStore, left: Left | null) {
    this.#now = ports.now;
    this.#guarded = guardedBy(ports.log);
    this.#archive = new Archive(store, this.#guarded);
    this.#steady = new SteadyClock(ports.now);
    this.#windows = this.#newWindows();
    this.#minute = this.#newMinute();
    const world = {
      archive: this.#archive,
      steady: this.#steady,
      course: (figures: Figures, begin: number) => this.#courseOf(figures, begin),
      guarded: this.#guarded,
      recalled: (session: string) => {
        this.#measure((course) => course.viewers(this.#viewers));
        this.#guarded(() => this.signals?.began(session, false));
      },
    };
    this.#latest = new Latest(world, left);
    this.#latest.recall();
  }

  // ── clocks and alerts ─────────────────────────────────────────────────────────────────────────────────────────────

  /** How long what the publisher has sent was on its way; told while its clock is known. */
  publisherTransit(ms: number): void {
    this.#figures?.sketches.publisherTransit.add(ms);
    this.#windows.now.transit.add(ms);
  }

  viewerTransit(ms: number): void {
    this.#figures?.sketches.viewerTransit.add(ms);
    this.#windows.now.viewerTransit.add(ms);
  }

  mark(): void {
    if (this.#figures !== null) this.#figures.counters.publisher.marks += 1;
  }

  markOfUnknownClock(): void {
    if (this.#figures !== null) this.#figures.counters.publisher.marksOfUnknownClock += 1;
  }

  /** Of the latest session, those that last and those that are over, the newest first. Stored with its figures. */
  get alerts(): readonly Alert[] {
    return this.#figures?.alerts ?? [];
  }

  set alerts(alerts: readonly Alert[]) {
    if (this.#figures !== null) this.#figures.alerts = alerts;
  }

  /** X − Y in the session's last minute; `null`: no interim came in it. */
  get minuteLag(): Lag | null {
    return this.#minute.lag();
  }

  /** The oldest first, each the same object for as long as it is told; the last one goes on. */
  get recent(): Window[] {
    return this.#windows.list();
  }

  awaitTimer(delayMs: number | null): void {
    this.#deadline = delayMs === null ? null : this.#steady.now() + delayMs;
    this.#steady.await(this.#deadline);
  }

  timerFired(): void {
    if (this.#deadline !== null) this.#steady.reached(this.#deadline);
  }

  // ── the session ───────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * A session begins to run, or goes on.
   *
   * @param from position (samples) from which its audio will come
   */
  began(session: StoredSession, from: number): void {
    const isNew = this.#latest.begin(session, from);
    if (isNew) this.#minute = this.#newMinute();
    this.#windows.begin();
    this.#measure((course) => course.viewers(this.#viewers));
    this.#latest.store();
    this.#guarded(() => this.signals?.began(session.id, isNew));
  }

  ended(ended: { readonly at: number; readonly by: string }): void {
    if (this.#figures === null) return;
    this.#measure((course) => course.close());
    this.#figures.about = { ...this.#figures.about, ended };
    this.#guarded(() => this.signals?.ended(ended.by));
    this.#latest.store();
  }

  publisherLost(): void {
    this.#measure((course) => course.publisherLost());
  }

  /** The publisher of a session that was running when an earlier object died: it is away now. */
  publisherOrphaned(): void {
    this.#measure((course) => course.publisherOrphaned());
  }

  audio(audio: Uint8Array, from: number, to: number): void {
    this.#measure((course) => course.audio(audio, from, to));
  }

  /** The next audio begins a sample at this position. */
  realign(position: number): void {
    this.#measure((course) => course.realign(position));
  }

  sent(range: Range): void {
    this.#measure((course) => course.sent(range));
  }

  link(sign: LinkSign): void {
    this.#measure((course) => course.link(sign));
  }

  /** One frame of the provider, as it arrives; `received`: end of the audio that the room has, samples. */
  heard(events: readonly Heard[], socket: number, received: number): void {
    this.#measure((course) => course.heard(events, socket, received));
  }

  missed(range: Range, isOwed: boolean): void {
    this.#measure((course) => course.missed(range, isOwed));
  }

  parted(session: string, hole: Range, parts: readonly Range[]): void {
    this.#later(session, (course) => course.parted(hole, parts));
  }

  /** May come after the end of the session. */
  filled(session: string, hole: Range, speech: readonly Speech[]): void {
    this.#later(session, (course) => course.filled(hole, speech));
  }

  corrected(segment: Segment): void {
    this.#later(segment.session, (course) => course.corrected(segment.start));
  }

  // ── the audience ──────────────────────────────────────────────────────────────────────────────────────────────────

  viewers(count: number): void {
    this.#viewers = count;
    this.#windows.viewers(count);
    this.#measure((course) => course.viewers(count));
  }

  /** @param isResumed it came with a position and was sent what it had missed */
  joined(isResumed: boolean): void {
    const audience = this.#running?.figures.counters.audience;
    if (audience === undefined) return;
    audience.joined += 1;
    if (isResumed) audience.resumed += 1;
  }

  tooSlow(): void {
    const audience = this.#running?.figures.counters.audience;
    if (audience !== undefined) audience.tooSlow += 1;
  }

  // ── what is kept ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** There is a session of which something is kept; also where storage does not say. */
  get isKept(): boolean {
    return this.#figures !== null || this.#archive.holdsAny;
  }

  /** Something else is being stored just now, or nothing was for a while: the running session's figures may go with it. */
  storeSometimes(): void {
    this.#latest.storeSometimes();
  }

  /** Nothing of the old is left; what runs is measured anew. Throws when storage refuses, and then something may be left. */
  purge(): void {
    this.#archive.clear();
    this.#windows = this.#newWindows();
    this.#minute = this.#newMinute();
    this.#latest.anew();
    this.#measure((course) => course.viewers(this.#viewers));
    this.#guarded(() => this.signals?.purged());
    this.#latest.store();
  }

  /**
   * Deletes the reports of sessions that ended longer ago than the room keeps. Answers when to call again, epoch
   * milliseconds; `null`: there is no report of an ended session.
   */
  expire(keptMs: number): number | null {
    const next = this.#latest.expire(this.#now() - keptMs);
    return next === null ? null : next + keptMs;
  }

  // ── what is told ──────────────────────────────────────────────────────────────────────────────────────────────────

  stats({ state, viewers }: Now): RoomStats {
    this.#latest.recall();
    const figures = this.#figures;
    const { told, latency, erasure } = figures ?? Figures.none();
    return {
      at: this.#now(),
      state,
      session: figures === null ? null : figures.session,
      viewers,
      latency,
      publisherClock: this.publisherClock,
      ...told,
      wordsPerMinute: this.#minute.wordsPerMinute(),
      minuteLag: this.minuteLag,
      erasure,
      alerts: [...this.alerts],
      recent: this.recent,
    };
  }

  /** The newest first. */
  reports(): readonly ReportEntry[] {
    return this.#archive.entries(this.#figures);
  }

  /** `null`: of this session nothing is kept. */
  report(session: string): QualityReport | null {
    return this.#courseBy(session)?.figures.report() ?? null;
  }

  get #figures(): Figures | null {
    return this.#latest.figures;
  }

  get #running(): Course | null {
    return this.#latest.running;
  }

  #measure(work: (course: Course) => void): void {
    const course = this.#running;
    if (course !== null) this.#guarded(() => work(course));
  }

  /** What concerns a session that may have ended long ago, and is stored at once then. */
  #later(session: string, work: (course: Course) => void): void {
    if (this.#running?.figures.about.id === session) {
      this.#measure(work);
      return;
    }
    const course = this.#courseBy(session);
    if (course === null) return;
    this.#guarded(() => work(course));
    if (course === this.#latest.course) this.#latest.store();
    else this.#archive.write(course.figures);
  }

  /** `null`: of this session nothing is kept. */
  #courseBy(session: string): Course | null {
    this.#latest.recall();
    if (this.#figures?.about.id === session) return this.#latest.course;
    const kept = this.#archive.read(session);
    return kept.kind === "figures" ? this.#courseOf(kept.figures, kept.figures.reached.received) : null;
  }

  #newWindows(): Windows {
    return new Windows(this.#now, () => this.#steady.now());
  }

  #newMinute(): LastMinute {
    return new LastMinute(() => this.#steady.now());
  }

  #courseOf(figures: Figures, begin: number): Course {
    return new Course(figures, begin, {
      windows: this.#windows,
      minute: () => this.#minute,
      now: this.#now,
      steady: () => this.#steady.now(),
      signals: () => this.signals,
    });
  }
}
