import type { Segment, Session, Status } from "../../shared/captions.ts";
import { CaptionwireError, type ErrorCode } from "../../shared/errors.ts";
import { limits, timing } from "../../shared/limits.ts";
import type { Position } from "../../shared/position.ts";
import type { DeltaFrame, RoomDescription, SnapshotFrame, StatusFrame } from "../../shared/protocol.ts";
import type { QualityReport, ReportEntry } from "../../shared/quality-report.ts";
import type { RoomSettings } from "../../shared/settings.ts";
import type { Alert, RoomStats } from "../../shared/stats.ts";
import { Audience } from "./audience.ts";
import { edit } from "./correction.ts";
import { dismiss } from "./dismiss.ts";
import { readViewerMessage } from "./frames.ts";
import { Journal } from "./journal.ts";
import type { Left } from "./measure/latest.ts";
import { Measures } from "./measure/measures.ts";
import { Monitor } from "./measure/monitor.ts";
import type { MeasureStore } from "./measure/store.ts";
import { ViewerTransit } from "./measure/viewer-transit.ts";
import type { Rights } from "./newcomers.ts";
import type { Cancel, MemberSocket, Ports } from "./ports.ts";
import { expiredIds, keptMs, nextExpiryAt } from "./retention.ts";
import { Scribe } from "./scribe.ts";
import { Stage } from "./stage.ts";
import { statusOf } from "./status.ts";
import type { RoomStore, StoredRoom } from "./store.ts";
import { emptyTranscript, type Present, resume, snapshot } from "./transcript.ts";

/**
 * A caption room: wires publisher → upstream → transcript → audience.
 *
 * `Stage` knows who publishes, `Scribe` writes down what is heard, `Journal` keeps it, `Audience` shows it.
 */
export class Room {
  readonly #ports: Ports;
  readonly #journal: Journal;
  readonly #scribe: Scribe;
  readonly #stage: Stage;
  readonly #audience: Audience;
  readonly #measures: Measures;
  readonly #monitor: Monitor;
  readonly #viewerTransit: ViewerTransit;
  #status: Status;
  #cancelHeartbeat: Cancel | null = null;
  #cancelAudienceTell: Cancel | null = null;

  private constructor(ports: Ports, store: RoomStore, measures: MeasureStore, stored: StoredRoom) {
    this.#ports = ports;
    this.#journal = new Journal(store, stored, ports.now, (error) => this.#die(error));
    this.#measures = new Measures(ports, measures, leftIn(stored));
    this.#monitor = new Monitor(ports, this.#measures, () => this.stats());
    this.#measures.signals = this.#monitor;
    this.#viewerTransit = new ViewerTransit(ports, (ms) => this.#measures.viewerTransit(ms));
    this.#audience = new Audience(ports, stored.transcript.version, {
      frame: (version) => this.frame({ epoch: this.#journal.transcript.epoch, version }),
      sent: (at, spared) => this.#viewerTransit.sent(at, spared),
      tooSlow: (socket) => {
        this.#measures.tooSlow();
        this.dismiss(socket, "too_slow");
      },
    });
    this.#scribe = new Scribe(ports, this.#journal, {
      changed: (urgent) => this.#audience.changed(urgent),
      stored: (session) => {
        this.#stage.acknowledge(session);
        this.#measures.storeSometimes();
      },
      parted: (session, hole, parts) => this.#measures.parted(session, hole, parts),
      filled: (session, hole, speech) => this.#measures.filled(session, hole, speech),
      holeClosed: () => this.#stage.holeClosed(),
    });
    this.#stage = new Stage(ports, this.#journal, this.#scribe, this.#measures, {
      changed: () => this.#updateStatus(),
      began: () => {
        this.#beat();
        this.#viewerTransit.begin();
        this.#audienceChanged();
      },
      ended: () => this.#ended(),
    });
    this.#stage.reopen();
    this.#status = { ...this.#state(), since: stored.session?.ended?.at ?? ports.now() };
  }

  /** Loads the room, or makes it with a new epoch: a viewer has a position before the first word. */
  static async open(ports: Ports, store: RoomStore, measures: MeasureStore): Promise<Room> {
    const stored = await store.load();
    if (stored !== null) return new Room(ports, store, measures, stored);
    const created: StoredRoom = { transcript: emptyTranscript(ports.newId()), session: null, settings: {} };
    await store.create(created);
    return new Room(ports, store, measures, created);
  }

  // ── members ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** @param canProbe it tells the time when it is asked */
  viewerJoined(socket: MemberSocket, position: Position | null, expiresAt: number, canProbe: boolean): void {
    const { heartbeatMs, retryWindowMs } = timing;
    const welcome = { heartbeatMs, retryWindowMs, expiresAt };
    const first = this.frame(position);
    this.#audience.join(socket, { ...first, welcome });
    this.#measures.joined(position !== null && first.type === "delta");
    if (canProbe) this.#viewerTransit.join(socket);
    this.#audienceChanged();
  }

  viewerKept(socket: MemberSocket, canProbe: boolean): void {
    this.#audience.readopt(socket);
    if (canProbe) this.#viewerTransit.join(socket);
    this.#measures.viewers(this.#audience.size);
    // What it saw being said last may never be said again, if the room before died in the middle of it.
    if (this.#stage.lane !== null) this.#audience.changed(false);
  }

  /** What brings whoever stands at this position to where the room is now. */
  frame(position: Position | null): DeltaFrame | SnapshotFrame {
    return resume(this.#journal.transcript, position, this.#present(), limits.snapshotMaxSegments);
  }

  publisherJoined(socket: MemberSocket, rights: Rights): void {
    this.#stage.joined(socket, rights);
    this.#audienceChanged();
  }

  left(id: string): void {
    if (this.#audience.has(id)) {
      this.#audience.leave(id);
      this.#viewerTransit.leave(id);
      this.#audienceChanged();
    }
    this.#stage.left(id);
  }

  /** A frame from a member. What cannot be understood or is not allowed ends that member alone, with its reason. */
  received(socket: MemberSocket, frame: string | Uint8Array): void {
    if (!this.#audience.has(socket.id)) {
      this.#stage.received(socket, frame);
      return;
    }
    try {
      this.#fromViewer(socket, frame);
    } catch (error) {
      if (!(error instanceof CaptionwireError)) throw error;
      this.dismiss(socket, error.code, error.message);
    }
  }

  #fromViewer(socket: MemberSocket, frame: string | Uint8Array): void {
    if (typeof frame !== "string") throw new CaptionwireError("not_publisher");
    const message = readViewerMessage(frame);
    switch (message.type) {
      case "seen":
        this.#audience.seen(socket.id, Math.min(message.version, this.#journal.transcript.version));
        break;
      case "auth":
        this.#ports.renew(socket, message.token);
        break;
      case "probed":
        this.#viewerTransit.probed(socket.id, message.at, message.now);
        break;
      default:
        message satisfies never;
    }
  }

  /** Ends this member alone. */
  dismiss(socket: MemberSocket, code: ErrorCode, message?: string): void {
    dismiss(socket, code, message);
    this.left(socket.id);
  }

  /** The publisher is told once for all who come and go within a moment. */
  #audienceChanged(): void {
    this.#measures.viewers(this.#audience.size);
    if (this.#stage.lane === null) return;
    this.#cancelAudienceTell ??= this.#ports.setTimer(() => {
      this.#cancelAudienceTell = null;
      this.#stage.tell({ type: "audience", viewers: this.#audience.size });
    }, timing.audienceTellMs);
  }

  /** If storage fails, this object is of no use any more: everybody comes to a new one. */
  #die(error: unknown): void {
    this.#ports.log("room_failed", { error: error instanceof Error ? error.name : "unknown" });
    this.#scribe.dispose();
    this.#stage.die();
    this.#cancelHeartbeat?.();
    this.#cancelAudienceTell?.();
    this.#viewerTransit.end();
    this.#monitor.dispose();
    this.#ports.die();
  }

  // ── the room as a whole ───────────────────────────────────────────────────────────────────────────────────────────

  describe(): RoomDescription {
    const { transcript, settings } = this.#journal;
    return {
      settings,
      state: this.#status.state,
      session: this.#publicSession(),
      epoch: transcript.epoch,
      version: transcript.version,
      viewers: this.#audience.size,
    };
  }

  /** It holds captions or reports, or somebody has set it. */
  get isKept(): boolean {
    const { settings, transcript } = this.#journal;
    return Object.keys(settings).length > 0 || transcript.segments.length > 0 || this.#measures.isKept;
  }

  /** It holds nothing, and nobody speaks or is about to. Viewers are not asked about. */
  get isVacant(): boolean {
    return !this.isKept && this.#stage.isEmpty;
  }

  // ── what it measures of itself ────────────────────────────────────────────────────────────────────────────────────

  /** As it is now, and since the latest session began. */
  stats(): RoomStats {
    return this.#measures.stats({ state: this.#status.state, viewers: this.#audience.size });
  }

  /** Called with each alert as it begins, and once more when it is over. */
  onAlert(listener: (alert: Alert) => void): Cancel {
    return this.#monitor.onAlert(listener);
  }

  /** Sessions of which a report is kept, the newest first. */
  reports(): readonly ReportEntry[] {
    return this.#measures.reports();
  }

  /** `null`: of this session none is kept. */
  report(session: string): QualityReport | null {
    return this.#measures.report(session);
  }

  /** Everything that is kept, for exports. */
  transcript(): Position & { session: Session | null; segments: readonly Segment[] } {
    const { epoch, version, segments } = this.#journal.transcript;
    return { epoch, version, session: this.#publicSession(), segments };
  }

  /** The last `limit` segments before one of them, in reading order. Throws `not_found`. */
  earlier(beforeId: string, limit: number): { segments: readonly Segment[]; hasEarlier: boolean } {
    const { segments } = this.#journal.transcript;
    const end = segments.findIndex(({ id }) => id === beforeId);
    if (end === -1) throw new CaptionwireError("not_found", "The room has no such segment.");
    const begin = Math.max(0, end - limit);
    return { segments: segments.slice(begin, end), hasEarlier: begin > 0 };
  }

  /** An operator's last word on a segment, before the eyes of all; see `correction.ts`. */
  edit(id: string, text: string): Promise<Segment | null> {
    return edit(this.#journal, id, text, (before) => {
      this.#measures.corrected(before);
      this.#ports.beat();
      this.#audience.changed(false);
    });
  }

  /** Bytes of audio the room holds, each kind bounded by `limits`. */
  get load(): { bufferedBytes: number; backfillBytes: number; heldBytes: number } {
    const { bufferedBytes, heldBytes } = this.#stage;
    return { bufferedBytes, backfillBytes: this.#scribe.backfillBytes, heldBytes };
  }

  /** Holds for sessions that begin from now on. */
  configure(settings: RoomSettings): Promise<void> {
    return this.#journal.enqueue(() => this.#journal.configure(settings));
  }

  /**
   * Deletes everything that was said and measured, at once and for good, under a new epoch; a session that runs goes on.
   * Throws `internal` when storage refuses: then something may be left, and it must be asked for again.
   */
  async purge(): Promise<void> {
    let isDone = false;
    await this.#journal.enqueue(async () => {
      const { session } = this.#journal;
      const isRunning = session !== null && session.ended === null;
      await this.#journal.purge(this.#ports.newId(), isRunning ? { ...session, holes: [] } : null);
      this.#measures.purge();
      this.#scribe.dispose();
      this.#scribe.hush();
      if (isRunning) this.#stage.acknowledge({ ...session, holes: [] });
      const { transcript } = this.#journal;
      this.#ports.beat();
      this.#audience.restart(snapshot(transcript, "epoch", this.#present(), limits.snapshotMaxSegments));
      this.#updateStatus();
      await this.#stage.holeClosed();
      isDone = true;
    });
    if (!isDone) throw new CaptionwireError("internal");
  }

  /**
   * Deletes what is older than the room keeps. Answers when to call again, epoch milliseconds: before anything else can
   * expire, also of what is yet to be said; `null` when the room holds nothing and nobody is about to speak.
   */
  async expire(): Promise<number | null> {
    await this.#journal.enqueue(async () => {
      const { transcript, settings } = this.#journal;
      const remove = expiredIds(transcript.segments, settings, this.#ports.now());
      if (remove.length === 0) return;
      await this.#journal.commit({ remove });
      this.#audience.changed(false);
    });
    const { transcript, settings } = this.#journal;
    const nextReportAt = this.#measures.expire(keptMs(settings));
    const nextAt =
      nextExpiryAt(transcript.segments, settings) ??
      (this.#stage.isEmpty ? null : this.#ports.now() + keptMs(settings));
    if (nextAt === null || nextReportAt === null) return nextAt ?? nextReportAt;
    return Math.min(nextAt, nextReportAt);
  }

  // ── the present ───────────────────────────────────────────────────────────────────────────────────────────────────

  #present(): Present {
    return { interim: this.#scribe.interim, status: this.#status, session: this.#publicSession() };
  }

  #publicSession(): Session | null {
    const { session } = this.#journal;
    return session === null ? null : { id: session.id, startedAt: session.startedAt };
  }

  #state(): Omit<Status, "since"> {
    return statusOf({ hadSession: this.#journal.session !== null, lane: this.#stage.lane });
  }

  #updateStatus(): Status {
    const next = this.#state();
    if (next.state === this.#status.state && next.reason === this.#status.reason) return this.#status;
    const since = next.state === this.#status.state ? this.#status.since : this.#ports.now();
    this.#status = { ...next, since };
    this.#audience.status(this.#statusFrame());
    this.#stage.tell({ type: "status", status: this.#status });
    return this.#status;
  }

  #ended(): void {
    this.#cancelHeartbeat?.();
    this.#cancelAudienceTell?.();
    this.#cancelAudienceTell = null;
    this.#viewerTransit.end();
    if (this.#scribe.hush()) this.#audience.changed(true);
    this.#updateStatus();
  }

  #statusFrame(): StatusFrame {
    const { epoch, version } = this.#journal.transcript;
    const viewers = this.#audience.size;
    return { type: "status", status: this.#status, session: this.#publicSession(), epoch, version, viewers };
  }

  /** The head goes round regularly while a session runs, so that a zombie link is noticed by its viewer. */
  #beat(): void {
    this.#cancelHeartbeat?.();
    this.#cancelHeartbeat = this.#ports.setTimer(() => {
      this.#ports.beat();
      this.#measures.storeSometimes();
      this.#audience.beat(this.#statusFrame());
      this.#beat();
    }, timing.heartbeatMs);
  }
}

function leftIn({ session, transcript }: StoredRoom): Left | null {
  return session === null ? null : { session, segments: transcript.segments };
}
