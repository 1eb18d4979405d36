import { bytesToSamples, msToSamples } from "../../shared/audio.ts";
import { AudioBuffer } from "../../shared/audio-buffer.ts";
import { CaptionwireError, errorFrame, errorTable } from "../../shared/errors.ts";
import { limits, timing } from "../../shared/limits.ts";
import type { PublisherFrame } from "../../shared/protocol.ts";
import type { Cancel, MemberSocket, Ports } from "./ports.ts";
import type { EndedBy, StoredSession } from "./store.ts";
import { Upstream, type UpstreamHooks } from "./upstream/upstream.ts";

/** Who sends the audio: a socket, or nobody for the moment. */
type Source =
  | { readonly kind: "attached"; readonly socket: MemberSocket }
  | { readonly kind: "away"; readonly cancelGrace: Cancel };

export type LaneHooks = Omit<UpstreamHooks, "read"> & {
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
  readonly #buffer: AudioBuffer;
  /** The buffer's bound. What falls out of it still counts as position, and the upstream writes an honest gap. */
  readonly #keepSamples: number;
  #source: Source;
  #finishing: EndedBy | null = null;

  /** Begins (or, after the death of an earlier object, goes on) at `session.acked`, with nobody attached yet. */
  constructor(ports: Ports, session: StoredSession, hooks: LaneHooks) {
    this.#ports = ports;
    this.#hooks = hooks;
    this.#buffer = new AudioBuffer(session.format, session.acked);
    this.#keepSamples = Math.min(
      msToSamples(limits.audioBufferMaxMs, session.format),
      bytesToSamples(limits.audioBufferMaxBytes, session.format),
    );
    this.upstream = new Upstream(
      ports,
      { format: session.format, settings: session, from: session.acked },
      { ...hooks, read: (from, to) => this.#buffer.read(from, to) },
    );
    this.#source = this.#awaitReturn();
  }

  /** Position from which audio is wanted next. */
  get resumeFrom(): number {
    return this.#buffer.end;
  }

  get publisherId(): string | null {
    return this.#source.kind === "attached" ? this.#source.socket.id : null;
  }

  /** Why the session is about to end, once it is. */
  get finishing(): EndedBy | null {
    return this.#finishing;
  }

  /** No more audio will come: the last words are waited for, then `hooks.ended`. */
  finish(by: EndedBy): void {
    this.#finishing ??= by;
    this.upstream.finish();
  }

  /** Ends at once, for a successor: what was not captioned by now is a gap. */
  abort(by: EndedBy): void {
    this.#finishing = by;
    this.upstream.abort();
  }

  attach(socket: MemberSocket): void {
    if (this.#source.kind === "away") this.#source.cancelGrace();
    else {
      // The same session from a second socket: the first one is dead and has not been noticed yet.
      this.tell(errorFrame("publisher_present"));
      this.#source.socket.close(errorTable.publisher_present.close, "publisher_present");
    }
    this.#buffer.dropTorn();
    this.#source = { kind: "attached", socket };
  }

  detach(): void {
    if (this.#source.kind === "attached") this.#source = this.#awaitReturn();
  }

  audio(frame: Uint8Array): void {
    if (this.#finishing !== null) throw new CaptionwireError("bad_message", "No audio may follow finish.");
    this.#buffer.append(frame);
    this.#buffer.forgetBefore(this.#buffer.end - this.#keepSamples);
    this.upstream.audio(this.#buffer.start, this.#buffer.end);
  }

  /** The publisher no longer has the audio before `position`. */
  jump(position: number): void {
    // The upstream may still send what the buffer holds, so it jumps first.
    this.upstream.jump(position);
    this.#buffer.skipTo(position);
  }

  /** Captions before `position` are durable. */
  acknowledge(position: number): void {
    this.#buffer.forgetBefore(position);
    this.tell({ type: "ack", position });
  }

  tell(frame: PublisherFrame): void {
    if (this.#source.kind === "attached") this.#source.socket.send(JSON.stringify(frame));
  }

  /** Ends the lane: nothing is heard of it any more. */
  close(code: number, reason: string): void {
    this.upstream.dispose();
    if (this.#source.kind === "attached") this.#source.socket.close(code, reason);
    else this.#source.cancelGrace();
  }

  #awaitReturn(): Source {
    return {
      kind: "away",
      cancelGrace: this.#ports.setTimer(() => this.#hooks.abandoned(), timing.publisherGraceMs),
    };
  }
}
