import { bytesToSamples, frameBytes, msToSamples, samplesToBytes } from "../../shared/audio.ts";
import { AudioBuffer } from "../../shared/audio-buffer.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits, timing } from "../../shared/limits.ts";
import type { PublisherFrame } from "../../shared/protocol.ts";
import type { Excerpt } from "./backfill/backfill.ts";
import { dismiss } from "./dismiss.ts";
import type { Allowance } from "./door/allowance.ts";
import { ackedOf, type Parts, partHole } from "./ledger.ts";
import { PublisherTransit, type TransitSink } from "./measure/publisher-transit.ts";
import { AudioMeter, type AudioRate } from "./meter.ts";
import type { Cancel, MemberSocket, Ports } from "./ports.ts";
import { Presence } from "./presence.ts";
import type { EndedBy, Hole, StoredSession } from "./store.ts";
import { contextMs } from "./upstream/heard.ts";
import type { UpstreamHooks } from "./upstream/hooks.ts";
import type { Range } from "./upstream/state.ts";
import { Upstream } from "./upstream/upstream.ts";

/** Who sends the audio: a socket, or nobody for the moment. */
type Source =
  | {
      readonly kind: "attached";
      readonly socket: MemberSocket;
      readonly presence: Presence;
      readonly allowance: Allowance | null;
    }
  | { readonly kind: "away"; readonly cancelGrace: Cancel };

export type LaneHooks = Omit<UpstreamHooks, "read" | "newest" | "owe"> & {
  readonly measures: TransitSink;
  /** Audio came, up to the position `to`; at its end a sample may be torn. */
  received(audio: Uint8Array, from: number, to: number): void;
  owe(range: Range, audio: Excerpt): void;
  /** The audio of a hole that an earlier object left behind has come again. */
  refound(hole: Hole, audio: Excerpt): void;
  /** Of such a hole not everything will come; `audio` is that of `parts.held`. */
  parted(hole: Hole, parts: Parts, audio: Excerpt | null): void;
  /** Nothing was heard of the publisher for too long. */
  silent(socket: MemberSocket): void;
  /** The publisher stayed away longer than the grace period. */
  abandoned(): void;
};

/**
 * The audio lane of one running session: publisher → rolling buffer → upstream, and acknowledgements back.
 *
 * The lane outlives its publisher's socket: a vanished publisher has `publisherGraceMs` to come back and go on where
 * the lane's audio ends.
 */
export class PublisherLane {
  readonly upstream: Upstream;
  readonly #ports: Ports;
  readonly #hooks: LaneHooks;
  readonly #session: StoredSession;
  readonly #buffer: AudioBuffer;
  /** The buffer's bound. What falls out of it still counts as position, and the upstream writes an honest gap. */
  readonly #keepSamples: number;
  readonly #contextSamples: number;
  readonly #meter: AudioMeter;
  /** How long the audio was on its way. */
  readonly transit: PublisherTransit;
  /** Holes whose audio died with an earlier object; the publisher, which was not acknowledged, sends it again. */
  #orphans: readonly Hole[];
  #source: Source;
  #finishing: EndedBy | null = null;
  #acked: number;
  #toldAcked: number;

  /**
   * Begins (or, after the death of an earlier object, goes on) where audio is missing, nobody attached yet.
   *
   * @param audioRate of the room, whatever session speaks in it
   * @param orphans holes of the session of which the room holds no audio
   */
  constructor(
    ports: Ports,
    audioRate: AudioRate,
    session: StoredSession,
    orphans: readonly Hole[],
    hooks: LaneHooks,
  ) {
    const { format, recognition, covered } = session;
    const earliest = Math.min(covered, orphans[0]?.from ?? covered);
    this.#ports = ports;
    this.#hooks = hooks;
    this.#session = session;
    this.#orphans = orphans;
    this.#acked = ackedOf(session);
    this.#toldAcked = this.#acked;
    this.#buffer = new AudioBuffer(format, earliest);
    this.transit = new PublisherTransit(ports, hooks.measures);
    this.#meter = new AudioMeter(session.id, format, earliest, audioRate);
    this.#contextSamples = msToSamples(contextMs, format);
    this.#keepSamples = Math.min(
      msToSamples(limits.audioBufferMaxMs, format),
      bytesToSamples(limits.audioBufferMaxBytes, format),
    );
    this.upstream = new Upstream(
      ports,
      { format, recognition, covered, earliest },
      {
        ...hooks,
        read: (from, to) => this.#buffer.read(from, to),
        newest: (samples) => this.#newest(samples),
        owe: (range) => hooks.owe(range, this.#excerpt(range)),
      },
    );
    this.#source = this.#awaitReturn();
  }

  /** Position from which audio is wanted next. */
  get resumeFrom(): number {
    return this.#buffer.end;
  }

  get bufferedBytes(): number {
    return samplesToBytes(this.#buffer.end - this.#buffer.start, this.#session.format);
  }

  get publisherId(): string | null {
    return this.#source.kind === "attached" ? this.#source.socket.id : null;
  }

  /** Why the session is about to end, once it is. */
  get finishing(): EndedBy | null {
    return this.#finishing;
  }

  /** No more audio will come: the last words are waited for, at most `withinMs`, then `hooks.ended`. */
  finish(by: EndedBy, withinMs: number | null = null): void {
    this.#finishing ??= by;
    this.#adopt(this.#buffer.end);
    this.transit.finish();
    this.upstream.finish(withinMs);
  }

  /**
   * @param allowance seconds of audio this publisher may send, where its token says how many
   * @param canProbe it tells the time when it is asked
   */
  attach(socket: MemberSocket, allowance: Allowance | null, canProbe: boolean): void {
    this.#release();
    this.#buffer.dropTorn();
    this.transit.begin(canProbe ? socket : null);
    const presence = new Presence(this.#ports, socket, () => this.#hooks.silent(socket));
    this.#source = { kind: "attached", socket, presence, allowance };
  }

  detach(): void {
    if (this.#source.kind === "away") return;
    this.#source.presence.stop();
    this.transit.stop();
    this.#source = this.#awaitReturn();
  }

  /** Sends the publisher away; its session stays. */
  dismiss(): void {
    this.#release();
    this.#source = this.#awaitReturn();
  }

  /** A frame of whatever kind came from the publisher. */
  heard(): void {
    if (this.#source.kind === "attached") this.#source.presence.heard();
  }

  /** Throws `bad_message`, `rate_limited` or `cap_reached`, and then has kept nothing of it. */
  audio(frame: Uint8Array): void {
    if (this.#finishing !== null) throw new CaptionwireError("bad_message", "No audio may follow finish.");
    const from = this.#buffer.end;
    const samples = Math.ceil(frame.length / frameBytes(this.#session.format));
    this.#meter.take(from, from + samples, this.#source.kind === "attached" ? this.#source.allowance : null);
    this.#buffer.append(frame);
    const { end } = this.#buffer;
    this.#hooks.received(frame, from, end);
    this.#adopt(end - this.#contextSamples);
    this.#buffer.forgetBefore(end - this.#keepSamples);
    this.upstream.audio(this.#buffer.start, end);
    this.#tellAcked();
  }

  /** Takes up the orphans that end by then: their audio is here. */
  #adopt(endedBy: number): void {
    const found = this.#orphans.filter(({ to }) => to <= endedBy);
    if (found.length === 0) return;
    this.#orphans = this.#orphans.filter(({ to }) => to > endedBy);
    for (const hole of found) this.#hooks.refound(hole, this.#excerpt(hole));
  }

  /** The publisher no longer has the audio before `position`. */
  jump(position: number): void {
    const { start, end } = this.#buffer;
    const parted = this.#orphans.filter(({ from }) => from < position);
    this.#orphans = this.#orphans.filter(({ from }) => from >= position);
    for (const hole of parted) {
      // Of what is older than the buffer nothing is held.
      const parts = partHole(hole, start > hole.from ? hole.from : end, position, this.#ports.newId);
      const audio = parts.held && this.#excerpt(parts.held);
      if (parts.coming !== null) this.#orphans = [parts.coming, ...this.#orphans];
      this.#hooks.parted(hole, parts, audio);
    }
    // The upstream may still owe what the buffer holds, so it jumps first.
    this.upstream.jump(position);
    this.#buffer.skipTo(position);
  }

  /** The session's new state is durable. */
  acknowledge(session: StoredSession): void {
    this.#buffer.forgetBefore(Math.min(session.covered, this.#orphans[0]?.from ?? session.covered));
    this.#acked = ackedOf(session);
    this.#tellAcked();
  }

  /** Never beyond what this publisher has sent: it would have nothing to go on with. */
  #tellAcked(): void {
    const position = Math.min(this.#acked, this.#buffer.end);
    if (position <= this.#toldAcked) return;
    this.#toldAcked = position;
    this.tell({ type: "ack", position });
  }

  tell(frame: PublisherFrame): void {
    if (this.#source.kind === "attached") this.#source.socket.send(JSON.stringify(frame));
  }

  /** Ends the lane: nothing is heard of it any more. */
  close(code: number, reason: string): void {
    this.upstream.dispose();
    this.transit.stop();
    if (this.#source.kind === "away") {
      this.#source.cancelGrace();
      return;
    }
    this.#source.presence.stop();
    this.#source.socket.close(code, reason);
  }

  #excerpt({ from, to }: Range): Excerpt {
    const begin = Math.max(this.#buffer.start, from - this.#contextSamples);
    return { from: begin, audio: this.#buffer.read(begin, to + this.#contextSamples) };
  }

  #newest(samples: number): Excerpt {
    const { start, end } = this.#buffer;
    const from = Math.max(start, end - samples);
    return { from, audio: this.#buffer.read(from, end) };
  }

  /** The place is another's now. */
  #release(): void {
    if (this.#source.kind === "away") {
      this.#source.cancelGrace();
      return;
    }
    this.#source.presence.stop();
    this.transit.stop();
    dismiss(this.#source.socket, "publisher_present");
  }

  #awaitReturn(): Source {
    return {
      kind: "away",
      cancelGrace: this.#ports.setTimer(() => this.#hooks.abandoned(), timing.publisherGraceMs),
    };
  }
}
