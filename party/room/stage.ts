import type { Status } from "../../shared/captions.ts";
import { CaptionwireError, type ErrorCode, errorFrame, errorTable } from "../../shared/errors.ts";
import { timing } from "../../shared/limits.ts";
import type { PublisherFrame, Start } from "../../shared/protocol.ts";
import { recognitionProblem } from "../../shared/settings.ts";
import { type Admission, admit } from "./admission.ts";
import { dismiss } from "./dismiss.ts";
import { checkAudioFrame, readPublisherMessage } from "./frames.ts";
import type { Journal } from "./journal.ts";
import type { Measures } from "./measure/measures.ts";
import { AudioRate } from "./meter.ts";
import { type Entrant, Newcomers, type Rights } from "./newcomers.ts";
import type { Cancel, MemberSocket, Ports } from "./ports.ts";
import { PublisherLane } from "./publisher.ts";
import type { Scribe } from "./scribe.ts";
import { beginSession, formatOf, recognitionFor } from "./sessions.ts";
import type { Circumstances } from "./status.ts";
import type { EndedBy, StoredSession } from "./store.ts";

export type StageHooks = {
  /** What a status depends on may have changed; answers the status as it is now. */
  changed(): Status;
  /** A session began to run. */
  began(): void;
  /** It ended, and that is in storage. */
  ended(): void;
};

/**
 * Who publishes: at most one session runs, in one lane. Newcomers are let in, refused, or wait for the last words of
 * whoever was there before; a session ends once everything that was heard in it is stored.
 */
export class Stage {
  readonly #ports: Ports;
  readonly #journal: Journal;
  readonly #scribe: Scribe;
  readonly #measures: Measures;
  readonly #hooks: StageHooks;
  readonly #audioRate: AudioRate;
  readonly #newcomers: Newcomers;
  /** Starts that wait for the running session to end. */
  #successors: (() => void)[] = [];
  #lane: PublisherLane | null = null;
  #isAttaching = false;
  /** The last words have come, but for what is with the batch endpoint: the wait for that is bounded. */
  #cancelEnding: Cancel | null = null;

  constructor(ports: Ports, journal: Journal, scribe: Scribe, measures: Measures, hooks: StageHooks) {
    this.#ports = ports;
    this.#journal = journal;
    this.#scribe = scribe;
    this.#measures = measures;
    this.#hooks = hooks;
    this.#audioRate = new AudioRate(ports.now);
    this.#newcomers = new Newcomers(ports, (socket) => this.#dismiss(socket, "publisher_silent"));
  }

  /** A session was running when an earlier object died: its publisher may be on its way back. */
  reopen(): void {
    const { session } = this.#journal;
    if (session === null || session.ended !== null) return;
    this.#openLane(session);
    this.#measures.publisherOrphaned();
  }

  get lane(): Circumstances["lane"] {
    const lane = this.#lane;
    if (lane === null) return null;
    const link = lane.upstream.linkState;
    return { attached: lane.publisherId !== null, finishing: lane.finishing !== null, link };
  }

  /** Nobody speaks and nobody is about to. */
  get isEmpty(): boolean {
    return this.#lane === null && this.#newcomers.isEmpty;
  }

  get bufferedBytes(): number {
    return this.#lane?.bufferedBytes ?? 0;
  }

  /** Sent by publishers that have not been let in yet. */
  get heldBytes(): number {
    return this.#newcomers.heldBytes;
  }

  joined(socket: MemberSocket, rights: Rights): void {
    this.#newcomers.joined(socket, rights);
  }

  left(id: string): void {
    this.#newcomers.left(id);
    if (this.#lane?.publisherId !== id) return;
    if (this.#lane.finishing === null) this.#measures.publisherLost();
    this.#lane.detach();
    this.#hooks.changed();
  }

  /** What cannot be understood or is out of place ends this member alone, with its reason. */
  received(socket: MemberSocket, frame: string | Uint8Array): void {
    try {
      this.#take(socket, frame);
    } catch (error) {
      if (!(error instanceof CaptionwireError)) throw error;
      this.#dismiss(socket, error.code, error.message);
    }
  }

  #take(socket: MemberSocket, frame: string | Uint8Array): void {
    if (typeof frame !== "string") checkAudioFrame(frame);
    if (this.#lane?.publisherId === socket.id) this.#lane.heard();
    const starting = this.#newcomers.startingOf(socket.id);
    if (starting !== null) starting.hold(frame);
    else if (typeof frame === "string") this.#control(socket, frame);
    else this.#laneOf(socket).audio(frame);
  }

  #dismiss(socket: MemberSocket, code: ErrorCode, message?: string): void {
    dismiss(socket, code, message);
    this.left(socket.id);
  }

  /** Whoever comes in hears of the room by its `ready` first, which says what comes before it. */
  tell(frame: PublisherFrame): void {
    if (!this.#isAttaching) this.#lane?.tell(frame);
  }

  acknowledge(session: StoredSession): void {
    this.#lane?.acknowledge(session);
  }

  /** To be called inside of the journal's queue. */
  async holeClosed(): Promise<void> {
    if (this.#cancelEnding !== null && this.#lane !== null) await this.#lastWordsCame(this.#lane);
  }

  /** The object is of no use any more: the publisher comes to a new one, which begins where storage ends. */
  die(): void {
    this.#cancelEnding?.();
    this.#newcomers.close();
    this.#lane?.close(errorTable.internal.close, "internal");
    this.#lane = null;
  }

  #control(socket: MemberSocket, frame: string): void {
    const message = readPublisherMessage(frame);
    switch (message.type) {
      case "start":
        this.#begin(socket, message);
        break;
      case "mark":
        this.#laneOf(socket).transit.mark(message.sentAt);
        this.#measures.mark();
        break;
      case "probed":
        this.#laneOf(socket).transit.probed(message.at, message.now);
        break;
      case "finish":
        this.#laneOf(socket).finish("finish");
        break;
      default:
        message satisfies never;
    }
  }

  #laneOf(socket: MemberSocket): PublisherLane {
    if (this.#lane?.publisherId !== socket.id) throw new CaptionwireError("not_started");
    return this.#lane;
  }

  /** A start waits for everything before it to be stored, and is answered when it is stored itself. */
  #begin(socket: MemberSocket, start: Start): void {
    const entrant = this.#newcomers.begin(socket, start);
    const work = async (): Promise<void> => {
      // It may have left in the meantime.
      if (!entrant.isHere()) return;
      if (!(await this.#admit(entrant, work))) return;
      this.#newcomers.left(socket.id);
      for (const frame of entrant.starting.held) this.received(socket, frame);
    };
    this.#enqueue(work);
  }

  /** Tells whether the publisher is in its session now. `again` is run once the room is free, if it must be freed first. */
  async #admit(entrant: Entrant, again: () => Promise<void>): Promise<boolean> {
    const { socket, start, rights } = entrant;
    const lane = this.#lane;
    const state = lane && { attached: lane.publisherId !== null, finishing: lane.finishing };
    const admission = admit(start, this.#journal.session, state, rights.takeover);
    const problem = this.#problemOf(start, admission);
    if (problem !== null) {
      this.#dismiss(socket, "bad_message", problem);
      return false;
    }
    switch (admission.kind) {
      case "refused":
        this.#dismiss(socket, admission.code, admission.detail);
        return false;
      case "finished":
        socket.send(JSON.stringify({ type: "finished", version: this.#journal.transcript.version }));
        socket.close(1000, "finished");
        return false;
      case "replace":
        this.#successors.push(() => this.#enqueue(again));
        if (lane !== null) await this.#clear(lane, admission.by);
        return false;
      case "resume":
        this.#attach(entrant, admission.session, start.position ?? 0);
        return true;
      case "reopen":
        await this.#journal.commit({ session: admission.session });
        return this.#enter(entrant, admission.session, start.position ?? 0);
      case "begin": {
        const session = beginSession(start, admission.position, this.#journal, this.#ports);
        await this.#journal.commit({ session });
        return this.#enter(entrant, session, admission.position);
      }
      default:
        return admission satisfies never;
    }
  }

  /** What is wrong with the session this start would begin: said before anybody is sent away for it. */
  #problemOf(start: Start, { kind }: Admission): string | null {
    if (kind !== "begin" && kind !== "replace") return null;
    return recognitionProblem(recognitionFor(start, this.#journal.settings), formatOf(start));
  }

  #enter(entrant: Entrant, session: StoredSession, position: number): boolean {
    this.#openLane(session);
    // It may have left while that was stored: then the session waits for its return.
    if (!entrant.isHere()) return false;
    this.#attach(entrant, session, position);
    return true;
  }

  #attach({ socket, rights }: Entrant, session: StoredSession, position: number): void {
    const lane = this.#lane ?? this.#openLane(session);
    // It comes back before the loss of its connection was noticed.
    if (lane.publisherId !== null) this.#measures.publisherLost();
    this.#isAttaching = true;
    lane.attach(socket, rights.allowance ?? null, rights.canProbe === true);
    if (position > lane.resumeFrom) lane.jump(position);
    this.#measures.realign(lane.resumeFrom);
    lane.upstream.start();
    const status = this.#hooks.changed();
    this.#isAttaching = false;
    lane.tell({ type: "ready", session: session.id, resumeFrom: lane.resumeFrom, status });
  }

  #openLane(session: StoredSession): PublisherLane {
    const { id } = session;
    const scribe = this.#scribe;
    const measures = this.#measures;
    scribe.open(session);
    const orphans = session.holes.filter((hole) => !scribe.isFilling(hole.id));
    const lane = new PublisherLane(this.#ports, this.#audioRate, session, orphans, {
      measures,
      received: (audio, from, to) => measures.audio(audio, from, to),
      sent: (range) => measures.sent(range),
      link: (sign) => measures.link(sign),
      // Measured as it arrives: writing it down may take a while.
      heard: (events, socket) => {
        measures.heard(events, socket, lane.resumeFrom);
        scribe.heard(id, events, socket);
      },
      gap: (range) => {
        measures.missed(range, false);
        scribe.gap(id, range);
      },
      owe: (range, audio) => {
        measures.missed(range, true);
        scribe.owe(id, range, audio);
      },
      refound: (hole, audio) => scribe.refound(id, hole, audio),
      parted: (hole, parts, audio) => scribe.parted(id, hole, parts, audio),
      changed: () => this.#hooks.changed(),
      ended: () => this.#enqueue(() => this.#lastWordsCame(lane)),
      failed: (code) => this.#enqueue(() => this.#end(lane, "failure", code)),
      silent: (socket) => this.#dismiss(socket, "publisher_silent"),
      abandoned: () => lane.finish("absence"),
    });
    this.#lane = lane;
    measures.began(session, lane.resumeFrom);
    this.#hooks.began();
    return lane;
  }

  /** Sends the publisher away and has the last words of its session written down, for a successor. */
  async #clear(lane: PublisherLane, by: "absence" | "takeover"): Promise<void> {
    if (this.#cancelEnding !== null) {
      // Its last words are written down but for what is still with the batch endpoint.
      await this.#end(lane, lane.finishing ?? by);
      return;
    }
    if (lane.publisherId !== null) lane.dismiss();
    lane.finish(by, timing.handoverMs);
  }

  async #lastWordsCame(lane: PublisherLane): Promise<void> {
    const { session } = this.#journal;
    if (this.#lane !== lane || session === null) return;
    const end = () => this.#end(lane, lane.finishing ?? "absence");
    // A successor does not wait for the batch endpoint, whose text may still come after the end.
    if (this.#successors.length > 0 || !this.#scribe.owesFor(session.id)) await end();
    else this.#cancelEnding ??= this.#ports.setTimer(() => this.#enqueue(end), timing.backfillWaitMs);
  }

  async #end(lane: PublisherLane, by: EndedBy, failure: ErrorCode | null = null): Promise<void> {
    const { session } = this.#journal;
    if (this.#lane !== lane || session === null) return;
    const ended = { at: this.#ports.now(), by };
    await this.#journal.commit({ session: { ...session, ended } });
    lane.transit.stop();
    this.#measures.ended(ended);
    this.#lane = null;
    this.#cancelEnding?.();
    this.#cancelEnding = null;
    this.#hooks.ended();
    if (by === "finish") lane.tell({ type: "finished", version: this.#journal.transcript.version });
    // The error is the last that its publisher hears, as everybody's who is sent away.
    if (failure !== null) lane.tell(errorFrame(failure));
    lane.close(failure === null ? 1000 : errorTable[failure].close, failure ?? by);
    for (const next of this.#successors.splice(0)) next();
  }

  #enqueue(work: () => Promise<void>): void {
    void this.#journal.enqueue(work);
  }
}
