import { samplesToMs } from "../../../shared/audio.ts";
import type { Segment } from "../../../shared/captions.ts";
import { eventsMax } from "../../../shared/quality-report.ts";
import type { StoredSession } from "../store.ts";
import type { Heard, Speech } from "../upstream/heard.ts";
import type { LinkSign } from "../upstream/sign.ts";
import type { Range } from "../upstream/state.ts";
import type { Run } from "./coverage.ts";
import { type Figures, type GapRange, noted } from "./figures.ts";
import { Hearing, type Span } from "./hearing.ts";
import { Interruption, type InterruptionClock } from "./interruption.ts";
import type { LastMinute } from "./last-minute.ts";
import { Link } from "./link.ts";
import type { Signals } from "./signals.ts";
import { cellMs, Voice } from "./voice.ts";
import type { Windows } from "./windows.ts";

/** What measuring one session needs besides its figures. */
export type CourseWorld = InterruptionClock & {
  readonly windows: Windows;
  readonly minute: () => LastMinute;
  readonly signals: () => Signals | null;
};

/** A longer gap is no matter of minutes: a publisher that jumped by days would fill the report with them. */
const minutelyGapMs = 3_600_000;

/** One session as it goes on: what happens in it becomes figures. */
export class Course {
  readonly figures: Figures;
  readonly #world: CourseWorld;
  readonly #hearing: Hearing;
  readonly #voice: Voice;
  readonly #link: Link;
  readonly #away: Interruption;
  #viewers = 0;
  #minute = -1;

  /** @param begin position (samples) from which audio will come */
  constructor(figures: Figures, begin: number, world: CourseWorld) {
    this.figures = figures;
    this.#world = world;
    this.#hearing = new Hearing(figures);
    this.#link = new Link(figures, world);
    this.#away = new Interruption(figures, "publisher", figures.sketches.publisherReturn, world);
    const { format } = figures.about;
    this.#voice = new Voice(format, begin, figures.reached.judged, (cell) => this.#spoken(cell));
  }

  /** The same session was measured by another until now, for other figures. */
  takeOver(before: Course): void {
    this.#link.takeOver(before.#link);
  }

  /**
   * The figures are those that an earlier object stored last: what it heard afterwards is known by the transcript alone.
   *
   * @param covered where that ends, samples; `null`: where its audio ends
   */
  catchUp({ id, holes }: StoredSession, segments: readonly Segment[], covered: number | null): void {
    const to = covered === null ? Number.POSITIVE_INFINITY : this.#exactMs(covered);
    const gaps = segments.filter(({ session, kind }) => session === id && kind === "gap");
    this.#uncaptioned(
      this.figures.coverage.catchUp(to, { gaps, holes: holes.map((hole) => this.#span(hole)) }),
    );
  }

  /** Audio came, whole or torn samples, from a position on. */
  audio(audio: Uint8Array, from: number, to: number): void {
    const { reached, counters, minutes } = this.figures;
    this.#voice.take(audio);
    // A sample that was torn when measuring began is whole in the room's buffer.
    if (this.#voice.position !== to) this.#voice.realign(to);
    reached.judged = this.#voice.judgedTo;
    const isNew = to > reached.received;
    if (isNew) {
      counters.audio.received += this.#exactMs(to - Math.max(from, reached.received));
      reached.received = to;
    }
    const awayMs = this.#away.end();
    if (awayMs !== null) {
      counters.publisher.returned += 1;
      this.#world.signals()?.publisherReturned(awayMs);
    }
    const minute = Math.floor(this.#now / 60_000);
    if (minute === this.#minute) return;
    this.#minute = minute;
    const at = minutes.at(this.#now);
    at.viewers = Math.max(at.viewers, this.#viewers);
  }

  /** What comes next begins a sample at this position: another connection, or a jump. */
  realign(position: number): void {
    this.#voice.realign(position);
  }

  /** Sent to the provider. */
  sent({ from, to }: Range): void {
    const { reached, counters } = this.figures;
    counters.audio.replayed += this.#exactMs(Math.max(0, Math.min(to, reached.sent) - from));
    reached.sent = Math.max(reached.sent, to);
  }

  link(sign: LinkSign): void {
    const now = this.#world.steady();
    this.#link.sign(sign, now, this.#now);
    if (sign === "failed" || sign === "lost") this.#world.windows.now.tally.failures += 1;
    const signals = this.#world.signals();
    if (sign === "opened" || sign === "failed")
      signals?.connection(sign === "opened", this.#link.dialMs(now));
    else if (sign === "lost") signals?.lost();
  }

  /** @param received end of the audio that the room has, samples */
  heard(events: readonly Heard[], socket: number, received: number): void {
    const now = this.#world.steady();
    const signals = this.#world.signals();
    signals?.recognised();
    const recoveredMs = this.#link.recognised();
    if (recoveredMs !== null) signals?.recovered(recoveredMs);
    const { lagMs, hasWords, finalWords, erasedWords } = this.#hearing.frame(events, socket, received, now);
    const { tally, lag } = this.#world.windows.now;
    tally.words += finalWords;
    tally.erasedWords += erasedWords;
    if (lagMs !== null) lag.add(lagMs);
    this.#world.minute().heard(finalWords, lagMs);
    if (hasWords) signals?.words();
    const settled = events.reduce((to, event) => (event.kind === "final" ? Math.max(to, event.to) : to), 0);
    if (settled > 0) this.#uncaptioned(this.figures.coverage.settle(this.#exactMs(settled)));
  }

  /** Captions for a range cannot be had, or (`isOwed`) only later. */
  missed(range: Range, isOwed: boolean): void {
    const span = this.#span(range);
    this.#world.windows.now.tally.erasedWords += this.#hearing.hush(span.start);
    this.#uncaptioned(this.figures.coverage.miss(span.end, isOwed));
    this.#gap(span);
  }

  /** A hole fell into parts, each of them a gap. */
  parted(hole: Range, parts: readonly Range[]): void {
    const { counters, gapRanges } = this.figures;
    const gap = this.#gapOf(this.#span(hole));
    counters.gaps.count += parts.length - 1;
    const at = gapRanges.indexOf(gap);
    if (at === -1) return;
    gapRanges.splice(at, 1);
    for (const part of parts) noted(gapRanges, { ...this.#span(part), filled: false });
  }

  /** The batch endpoint has said what there was in a range. */
  filled(hole: Range, speech: readonly Speech[]): void {
    const { coverage, counters, minutes } = this.figures;
    const span = this.#span(hole);
    this.#gapOf(span).filled = true;
    // Of gaps beyond those that are listed it is not known whether an earlier object counted them.
    counters.gaps.filled = Math.min(counters.gaps.count, counters.gaps.filled + 1);
    counters.audio.backfilled = Math.min(counters.gaps.ms, counters.audio.backfilled + span.end - span.start);
    this.#gapMinutes(span, (gapMs, ms) => Math.max(0, gapMs - ms));
    const words = this.#hearing.filled(speech);
    for (const [from, to] of coverage.fill(span, words)) {
      counters.audio.uncaptioned = Math.max(0, counters.audio.uncaptioned - (to - from) * cellMs);
      minutes.spread(from * cellMs, to * cellMs, (minute, ms) => {
        minute.uncaptionedMs = Math.max(0, minute.uncaptionedMs - ms);
      });
    }
  }

  /** @param startMs where the segment begins on the session's clock */
  corrected(startMs: number): void {
    this.figures.counters.text.corrections += 1;
    this.figures.minutes.at(startMs).corrections += 1;
  }

  publisherLost(): void {
    this.figures.counters.publisher.lost += 1;
    this.figures.minutes.at(this.#now).publisherLost += 1;
    this.#away.begin(this.#now);
    this.#world.signals()?.publisherLost();
  }

  /** With an earlier object; it may have been away by then. */
  publisherOrphaned(): void {
    if (this.figures.lostAt.publisher === null) this.publisherLost();
  }

  /** So many are there now. */
  viewers(count: number): void {
    const { audience } = this.figures.counters;
    this.#viewers = count;
    audience.peak = Math.max(audience.peak, count);
    const minute = this.figures.minutes.at(this.#now);
    minute.viewers = Math.max(minute.viewers, count);
  }

  /** What is still unsettled will stay without words, unless the batch endpoint brings them. */
  close(): void {
    this.#uncaptioned(this.figures.coverage.miss(Number.POSITIVE_INFINITY, false));
    // If the session is reopened, its provider is asked anew.
    this.figures.lostAt.upstream = null;
  }

  #gap({ start, end }: Span): GapRange {
    const { counters, gapRanges } = this.figures;
    counters.gaps.count += 1;
    counters.gaps.ms += end - start;
    this.#gapMinutes({ start, end }, (gapMs, ms) => gapMs + ms);
    return noted(gapRanges, { start, end, filled: false });
  }

  #gapMinutes({ start, end }: Span, next: (gapMs: number, ms: number) => number): void {
    if (end - start > minutelyGapMs) return;
    this.figures.minutes.spread(start, end, (minute, ms) => {
      minute.gapMs = next(minute.gapMs, ms);
    });
  }

  /** One that an earlier object wrote down just before it died may not have been counted. */
  #gapOf(span: Span): GapRange {
    const { gapRanges } = this.figures;
    const known = gapRanges.find(({ start, end }) => start === span.start && end === span.end);
    if (known !== undefined) return known;
    return gapRanges.length < eventsMax ? this.#gap(span) : { ...span, filled: false };
  }

  #spoken(cell: number): void {
    const { coverage, counters, minutes } = this.figures;
    coverage.speech(cell);
    counters.audio.speech += cellMs;
    minutes.at(cell * cellMs).speechMs += cellMs;
    this.#world.windows.now.tally.speechMs += cellMs;
    this.#world.signals()?.speech(cellMs);
  }

  #uncaptioned(runs: readonly Run[]): void {
    const { counters, minutes } = this.figures;
    for (const [from, to] of runs) {
      counters.audio.uncaptioned += (to - from) * cellMs;
      this.#world.windows.now.tally.uncaptionedMs += (to - from) * cellMs;
      minutes.spread(from * cellMs, to * cellMs, (minute, ms) => {
        minute.uncaptionedMs += ms;
      });
    }
  }

  /** Where the audio stands, milliseconds on the session's clock. */
  get #now(): number {
    return this.#exactMs(this.figures.reached.received);
  }

  #span({ from, to }: Range): Span {
    const { format } = this.figures.about;
    return { start: samplesToMs(from, format), end: samplesToMs(to, format) };
  }

  #exactMs(samples: number): number {
    return (samples * 1_000) / this.figures.about.format.sampleRate;
  }
}
