import type { Interim, RoomState, Session, Status } from "../../shared/captions.ts";
import { CaptionwireError, type ErrorCode, errorFrame, errorTable } from "../../shared/errors.ts";
import { limits, timing } from "../../shared/limits.ts";
import type { Position } from "../../shared/position.ts";
import type { Start, StatusFrame } from "../../shared/protocol.ts";
import { admit } from "./admission.ts";
import { Audience } from "./audience.ts";
import { checkAudioFrame, readPublisherMessage, readViewerMessage } from "./frames.ts";
import type { Cancel, MemberSocket, Ports } from "./ports.ts";
import { PublisherLane } from "./publisher.ts";
import { gapDraft, interimOf, speechDraft } from "./segments.ts";
import { beginSession } from "./sessions.ts";
import { Starting } from "./starting.ts";
import type { EndedBy, RoomStore, StoredRoom, StoredSession } from "./store.ts";
import {
  change,
  type Draft,
  deltaSince,
  emptyTranscript,
  type Present,
  resume,
  type Transcript,
} from "./transcript.ts";
import type { Heard } from "./upstream/upstream.ts";

/**
 * A caption room: wires publisher → upstream → transcript → audience.
 *
 * Order is everything here. What the provider says is taken in one queue: a change is stored first, then shown and
 * acknowledged. So whatever dies, the publisher still holds the audio of every word that is not durable.
 */
export class Room {
  readonly #ports: Ports;
  readonly #store: RoomStore;
  readonly #audience: Audience;
  /** Publishers without a session yet. A `start` takes its turn in the queue; what is sent meanwhile is held. */
  readonly #waiting = new Map<string, "new" | Starting>();
  #transcript: Transcript;
  #session: StoredSession | null;
  #lane: PublisherLane | null = null;
  #interim: Interim | null = null;
  #status: Status;
  #queue: Promise<void> = Promise.resolve();
  #cancelHeartbeat: Cancel | null = null;
  #isDead = false;

  private constructor(ports: Ports, store: RoomStore, stored: StoredRoom) {
    this.#ports = ports;
    this.#store = store;
    this.#transcript = stored.transcript;
    this.#session = stored.session;
    this.#status = { state: "idle", since: stored.session?.ended?.at ?? ports.now() };
    this.#audience = new Audience(ports, stored.transcript.version, (since) =>
      deltaSince(this.#transcript, since, this.#present()),
    );
    // A session that was running when the room died: its publisher may be on its way back.
    if (this.#session !== null && this.#session.ended === null) this.#openLane(this.#session);
    this.#status = { ...this.#status, state: this.#state() };
  }

  /** Loads the room, or makes it with a new epoch: a viewer has a position before the first word. */
  static async open(ports: Ports, store: RoomStore): Promise<Room> {
    const stored = await store.load();
    if (stored !== null) return new Room(ports, store, stored);
    const created: StoredRoom = { transcript: emptyTranscript(ports.newId()), session: null };
    await store.create(created);
    return new Room(ports, store, created);
  }

  // ── members ───────────────────────────────────────────────────────────────────────────────────────────────────────

  viewerJoined(socket: MemberSocket, position: Position | null, expiresAt: number): void {
    const { heartbeatMs, retryWindowMs } = timing;
    const first = resume(this.#transcript, position, this.#present(), limits.snapshotMaxSegments);
    this.#audience.join(socket, { ...first, welcome: { heartbeatMs, retryWindowMs, expiresAt } });
  }

  viewerKept(socket: MemberSocket): void {
    this.#audience.readopt(socket);
  }

  publisherJoined(socket: MemberSocket): void {
    this.#waiting.set(socket.id, "new");
  }

  left(id: string): void {
    this.#audience.leave(id);
    this.#waiting.delete(id);
    if (this.#lane?.publisherId !== id) return;
    this.#lane.detach();
    this.#updateStatus();
  }

  /** A frame from a member. What cannot be understood or is not allowed ends that member alone, with its reason. */
  received(socket: MemberSocket, frame: string | Uint8Array): void {
    try {
      if (this.#audience.has(socket.id)) this.#fromViewer(frame);
      else this.#fromPublisher(socket, frame);
    } catch (error) {
      if (!(error instanceof CaptionwireError)) throw error;
      this.#dismiss(socket, error.code, error.message);
    }
  }

  #fromViewer(frame: string | Uint8Array): void {
    if (typeof frame !== "string") throw new CaptionwireError("not_publisher");
    readViewerMessage(frame);
  }

  #fromPublisher(socket: MemberSocket, frame: string | Uint8Array): void {
    if (typeof frame !== "string") checkAudioFrame(frame);
    const waiting = this.#waiting.get(socket.id);
    if (waiting instanceof Starting) waiting.hold(frame);
    else if (typeof frame === "string") this.#control(socket, frame);
    else this.#laneOf(socket).audio(frame);
  }

  #control(socket: MemberSocket, frame: string): void {
    const message = readPublisherMessage(frame);
    switch (message.type) {
      case "start":
        this.#begin(socket, message);
        break;
      case "mark":
        this.#laneOf(socket);
        break;
      case "finish":
        this.#laneOf(socket).finish("finish");
        break;
      default:
        message satisfies never;
    }
  }

  #laneOf(socket: MemberSocket): PublisherLane {
    if (this.#lane === null || this.#lane.publisherId !== socket.id)
      throw new CaptionwireError("not_started");
    return this.#lane;
  }

  #dismiss(socket: MemberSocket, code: ErrorCode, message?: string): void {
    socket.send(JSON.stringify(errorFrame(code, message)));
    socket.close(errorTable[code].close, code);
    this.left(socket.id);
  }

  // ── the session ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** A start waits for everything before it to be stored, and is answered when it is stored itself. */
  #begin(socket: MemberSocket, start: Start): void {
    if (!this.#waiting.has(socket.id)) {
      throw new CaptionwireError("bad_message", "The session has been started already.");
    }
    const starting = new Starting();
    this.#waiting.set(socket.id, starting);
    const work = async (): Promise<void> => {
      // It may have left in the meantime.
      if (this.#waiting.get(socket.id) !== starting) return;
      const lane = this.#lane;
      const admission = admit(
        start,
        this.#session,
        lane && { attached: lane.publisherId !== null, finishing: lane.finishing },
      );
      switch (admission.kind) {
        case "refused":
          this.#dismiss(socket, admission.code, admission.detail);
          return;
        case "finished":
          socket.send(JSON.stringify({ type: "finished", version: this.#transcript.version }));
          socket.close(1000, "finished");
          return;
        case "replace":
          // Puts the end of that session into the queue, and this start behind it.
          lane?.abort("absence");
          this.#enqueue(work);
          return;
        case "resume":
          this.#attach(socket, admission.session, start.position ?? 0);
          break;
        case "begin": {
          const session = beginSession(start, admission.position, this.#session, this.#ports);
          await this.#commit([], session);
          this.#openLane(session);
          // It may have left while that was stored: then the session waits for its return.
          if (this.#waiting.get(socket.id) !== starting) return;
          this.#attach(socket, session, admission.position);
          break;
        }
        default:
          admission satisfies never;
      }
      this.#waiting.delete(socket.id);
      for (const frame of starting.held) this.received(socket, frame);
    };
    this.#enqueue(work);
  }

  #attach(socket: MemberSocket, session: StoredSession, position: number): void {
    const lane = this.#lane ?? this.#openLane(session);
    lane.attach(socket);
    if (position > lane.resumeFrom) lane.jump(position);
    lane.upstream.start();
    this.#updateStatus();
    lane.tell({ type: "ready", session: session.id, resumeFrom: lane.resumeFrom, status: this.#status });
  }

  #openLane(session: StoredSession): PublisherLane {
    const lane = new PublisherLane(this.#ports, session, {
      heard: (event) => this.#heard(session.id, event),
      gap: (from, to) => this.#gap(session.id, from, to),
      changed: () => this.#updateStatus(),
      ended: () => this.#endSession(lane.finishing ?? "absence"),
      failed: (code) => this.#failed(code),
      abandoned: () => lane.finish("absence"),
    });
    this.#lane = lane;
    this.#beat();
    return lane;
  }

  #failed(code: ErrorCode): void {
    this.#lane?.tell(errorFrame(code));
    this.#endSession("failure", errorTable[code].close);
  }

  /** Ends the running session once everything heard before is stored. */
  #endSession(by: EndedBy, closeCode = 1000): void {
    const lane = this.#lane;
    this.#enqueue(async () => {
      if (this.#session === null) return;
      const wasSpeaking = this.#hush();
      await this.#commit([], { ...this.#session, ended: { at: this.#ports.now(), by } });
      this.#lane = null;
      this.#cancelHeartbeat?.();
      if (wasSpeaking) this.#audience.changed(true);
      this.#updateStatus();
      if (by === "finish") lane?.tell({ type: "finished", version: this.#transcript.version });
      lane?.close(closeCode, by);
    });
  }

  // ── what the provider says ────────────────────────────────────────────────────────────────────────────────────────

  #heard(sessionId: string, event: Heard): void {
    this.#enqueue(async () => {
      const session = this.#session;
      if (session?.id !== sessionId) return;
      if (event.kind === "interim") {
        const first = this.#interim === null;
        if (first && event.text === "") return;
        this.#interim = event.text === "" ? null : interimOf(event, session);
        this.#audience.changed(first);
        return;
      }
      const drafts = event.text === "" ? [] : [speechDraft(event, session, this.#ports.newId())];
      await this.#settle(drafts, session, event.to);
    });
  }

  #gap(sessionId: string, from: number, to: number): void {
    this.#enqueue(async () => {
      const session = this.#session;
      if (session?.id !== sessionId) return;
      await this.#settle([gapDraft(from, to, session, this.#ports.newId())], session, to);
    });
  }

  /** What was being said up to `to` is settled: stored, acknowledged, and no interim any more. */
  async #settle(drafts: readonly Draft[], session: StoredSession, to: number): Promise<void> {
    const wasSpeaking = this.#hush();
    await this.#commit(drafts, { ...session, acked: Math.max(session.acked, to) });
    if (wasSpeaking) this.#audience.changed(false);
  }

  /** Takes the interim away; tells whether there was one that viewers still see. */
  #hush(): boolean {
    const wasSpeaking = this.#interim !== null;
    this.#interim = null;
    return wasSpeaking;
  }

  async #commit(drafts: readonly Draft[], session: StoredSession): Promise<void> {
    const next = drafts.length === 0 ? null : change(this.#transcript, drafts, [], limits.tombstonesMax);
    await this.#store.commit({ change: next?.change ?? null, session });
    const acknowledged = session.acked > (this.#session?.acked ?? 0);
    this.#session = session;
    if (next !== null) {
      this.#transcript = next.transcript;
      this.#audience.changed(false);
    }
    if (acknowledged) this.#lane?.acknowledge(session.acked);
  }

  /** One thing after the other. If storage fails, this object is of no use any more: everybody comes to a new one. */
  #enqueue(work: () => Promise<void>): void {
    this.#queue = this.#queue
      .then(() => (this.#isDead ? undefined : work()))
      .catch((error: unknown) => {
        this.#isDead = true;
        this.#ports.log("room_failed", { error: error instanceof Error ? error.name : "unknown" });
        this.#lane?.close(errorTable.internal.close, "internal");
        this.#lane = null;
        this.#ports.die();
      });
  }

  // ── the present ───────────────────────────────────────────────────────────────────────────────────────────────────

  #present(): Present {
    return { interim: this.#interim, status: this.#status, session: this.#publicSession() };
  }

  #publicSession(): Session | null {
    return this.#session === null ? null : { id: this.#session.id, startedAt: this.#session.startedAt };
  }

  #state(): RoomState {
    if (this.#lane === null) return this.#session === null ? "idle" : "ended";
    // Nothing comes from a publisher that is away, however healthy the socket to the provider is.
    if (this.#lane.publisherId === null && this.#lane.finishing === null) return "recovering";
    const link = this.#lane.upstream.linkState;
    return link === "idle" ? "live" : link;
  }

  #updateStatus(): void {
    const state = this.#state();
    if (state === this.#status.state) return;
    this.#status = { state, since: this.#ports.now() };
    this.#audience.status(this.#statusFrame());
    this.#lane?.tell({ type: "status", status: this.#status });
  }

  #statusFrame(): StatusFrame {
    const { epoch, version } = this.#transcript;
    return { type: "status", status: this.#status, session: this.#publicSession(), epoch, version };
  }

  /** The head goes round regularly while a session runs, so that a zombie link is noticed by its viewer. */
  #beat(): void {
    this.#cancelHeartbeat?.();
    this.#cancelHeartbeat = this.#ports.setTimer(() => {
      this.#audience.status(this.#statusFrame());
      this.#beat();
    }, timing.heartbeatMs);
  }
}
