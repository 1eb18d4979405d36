import type { RoomState } from "../../../shared/captions.ts";
import type { QualityReport, ReportEntry } from "../../../shared/quality-report.ts";
import type { Alert, Clock, Counters, RoomStats } from "../../../shared/stats.ts";
import type { Ports } from "../ports.ts";
import type { StoredSession } from "../store.ts";
import { Figures } from "./figures.ts";
import type { Signals } from "./signals.ts";

/** What only the room knows. */
type Now = { readonly state: RoomState; readonly viewers: number };

/**
 * What a room measures of itself, of one session at a time. Nothing in here ever throws into the room: captions do not
 * depend on being measured.
 */
export class Measures {
  /** The publisher's clock; `null`: not known. */
  publisherClock: Clock | null = null;
  /** Told everything that alerts are made of. */
  signals: Signals | null = null;
  readonly #ports: Pick<Ports, "now" | "log">;
  #figures: Figures | null = null;

  constructor(ports: Pick<Ports, "now" | "log">) {
    this.#ports = ports;
  }

  // ── clocks and alerts ─────────────────────────────────────────────────────────────────────────────────────────────

  /** A mark came, and the publisher's clock is known: how long what was sent with it was on its way. */
  publisherTransit(ms: number): void {
    this.#figures?.sketches.publisherTransit.add(ms);
  }

  viewerTransit(ms: number): void {
    this.#figures?.sketches.viewerTransit.add(ms);
  }

  mark(): void {
    if (this.#figures !== null) this.#figures.tally.publisher.marks += 1;
  }

  markOfUnknownClock(): void {
    if (this.#figures !== null) this.#figures.tally.publisher.marksOfUnknownClock += 1;
  }

  /** Of the latest session: those that last and those that are over, the newest first. They are kept with its figures. */
  get alerts(): readonly Alert[] {
    return this.#figures?.alerts ?? [];
  }

  set alerts(alerts: readonly Alert[]) {
    if (this.#figures !== null) this.#figures.alerts = alerts;
  }

  // ── the session ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** A session begins to run, or goes on. */
  began(session: StoredSession): void {
    const { id, startedAt, recognition } = session;
    const { language = null, model = null } = recognition;
    if (this.#figures?.about.id === id) this.#figures.about = { ...this.#figures.about, ended: null };
    else this.#figures = new Figures({ id, startedAt, language, model, ended: null });
    this.signals?.began(id);
  }

  ended(ended: { readonly at: number; readonly by: string }): void {
    if (this.#figures === null) return;
    this.#figures.about = { ...this.#figures.about, ended };
    this.signals?.ended();
  }

  // ── what is told ──────────────────────────────────────────────────────────────────────────────────────────────────

  stats({ state, viewers }: Now): RoomStats {
    const figures = this.#figures;
    const empty = figures ?? new Figures({ id: "", startedAt: 0, language: null, model: null, ended: null });
    return {
      at: this.#ports.now(),
      state,
      session: figures === null ? null : sessionOf(figures),
      viewers,
      latency: empty.latency(),
      publisherClock: this.publisherClock,
      ...countersOf(empty),
      wordsPerMinute: 0,
      erasure: empty.erasure,
      alerts: [...this.alerts],
      recent: [],
    };
  }

  /** The newest first. */
  reports(): readonly ReportEntry[] {
    if (this.#figures === null) return [];
    const { id, startedAt, endedAt } = sessionOf(this.#figures);
    return [{ session: id, startedAt, endedAt }];
  }

  /** `null`: of this session nothing is kept. */
  report(id: string): QualityReport | null {
    const figures = this.#figures;
    if (figures === null || figures.about.id !== id) return null;
    const { language, model, ended } = figures.about;
    return {
      session: { ...sessionOf(figures), endedBy: ended?.by ?? null, language, model },
      latency: figures.latency(),
      ...countersOf(figures),
      erasure: figures.erasure,
      minutes: [],
      bursts: [],
      gapRanges: [],
      interruptions: [],
      alerts: [...figures.alerts],
    };
  }
}

function sessionOf({ about: { id, startedAt, ended } }: Figures) {
  return { id, startedAt, endedAt: ended?.at ?? null };
}

function countersOf({ tally }: Figures): Counters {
  const { audience, upstream, publisher, audio, gaps, text } = tally;
  return {
    audience: { ...audience },
    upstream: { ...upstream },
    publisher: { ...publisher },
    audio: { ...audio },
    gaps: { ...gaps },
    text: { ...text },
  };
}
