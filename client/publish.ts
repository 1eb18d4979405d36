import { type AudioFormat, bytesToSamples, msToSamples } from "../shared/audio.ts";
import { AudioBuffer } from "../shared/audio-buffer.ts";
import type { Status } from "../shared/captions.ts";
import { CaptionwireError, type ErrorCode } from "../shared/errors.ts";
import { limits, timing } from "../shared/limits.ts";
import { type PublisherFrame, PublisherFrameSchema, type PublisherMessage } from "../shared/protocol.ts";
import type { Recognition } from "../shared/settings.ts";
import { roomAddress } from "./address.ts";
import { guarded } from "./callback.ts";
import { createConnection, type Link, type TokenSource } from "./connection.ts";
import { type Deferred, deferred } from "./deferred.ts";
import { dialSocket, socketDialer } from "./dialer.ts";
import { type FrameLengthMs, nextFrameLength } from "./frame-length.ts";
import { parseFrame } from "./frames.ts";
import type { Ports } from "./ports.ts";
import { systemPorts } from "./system-ports.ts";

export type PublisherState =
  | { readonly state: "connecting" }
  /** The room has said from where it wants the audio. */
  | { readonly state: "connected"; readonly session: string }
  /** Audio is kept; the next try is in `retryInMs`. `reason` is a sentence that can be shown. */
  | { readonly state: "disconnected"; readonly retryInMs: number; readonly reason: string }
  | { readonly state: "finished"; readonly version: number }
  | { readonly state: "closed" }
  /** Coming back cannot help: `message` can be shown. */
  | { readonly state: "failed"; readonly code: ErrorCode; readonly message: string };

export type PublishOptions = {
  /** http(s) origin of the Worker. */
  url: string;
  room: string;
  token: TokenSource;
  format: AudioFormat;
  /** How this session's speech is to be recognised; what is absent is as the room's settings say. */
  recognition?: Recognition;
  /**
   * Ends whatever publishes in the room now; the token needs `rooms:admin` besides. Once accepted, this publisher only
   * ever resumes its own session: two that take over would throw each other out for ever.
   */
  takeover?: boolean;
  onState?: (state: PublisherState) => void;
  /** Captions of the audio before this position (samples per channel since the session began) are durable. */
  onAck?: (positionSamples: number) => void;
  onStatus?: (status: Status) => void;
  /** How many watch; told when it changes, at most once a second. */
  onAudience?: (viewers: number) => void;
  ports?: Partial<Ports>;
};

export type Publisher = {
  readonly state: PublisherState;
  /** Takes audio of any length as it is spoken; copies it. Never blocks: what cannot be sent yet is kept. */
  write(audio: Uint8Array): void;
  /** After the last audio: settles once the room holds its last words, also across a lost connection. */
  finish(): Promise<{ version: number }>;
  /** Leaves at once; the room waits a while for the session to come back. */
  close(): void;
};

const markEveryMs = 1_000;
/** A single publisher has no crowd to avoid, and the room does not keep its session for long. */
const backoff = { windowMs: 500, maxMs: 5_000 };
/** A dead link must be noticed well before the buffer is full. */
const heartbeatMs = 5_000;
/** With more than this waiting in the socket, the rest stays with us, where it can still be sent elsewhere. */
const socketQueueMs = 2_000;
const drainEveryMs = 50;

/**
 * Publishes audio into a room, exactly once: audio is kept until the room acknowledges that its captions are durable,
 * and sent again from where the room asks after a lost connection. At most the newest `limits.audioBufferMaxMs` are
 * kept; what had to be dropped still counts as position, and the room shows it as a gap.
 */
export function publish(options: PublishOptions): Publisher {
  const { format } = options;
  const ports: Ports = { ...systemPorts, ...options.ports };
  const buffer = new AudioBuffer(format);
  const keepSamples = msToSamples(limits.audioBufferMaxMs, format);

  const onState = guarded(options.onState);
  const onAck = guarded(options.onAck);
  const onStatus = guarded(options.onStatus);
  const onAudience = guarded(options.onAudience);
  let state: PublisherState = { state: "connecting" };
  let failure: CaptionwireError | null = null;
  /** Only who holds it goes on with this session, also when the answer to the first start is lost. */
  const key = ports.newKey();
  let session: string | undefined;
  /** Next sample for this socket; `null` until the room has said where to begin. */
  let sent: number | null = null;
  let frameLengthMs: FrameLengthMs = 100;
  let lastMarkAt = Number.NEGATIVE_INFINITY;
  let cancelDrain: (() => void) | null = null;
  let isFinishSent = false;
  let finishing: Deferred<{ version: number }> | null = null;

  const connection = createConnection({
    ports,
    token: options.token,
    backoff,
    // The room gives up a publisher of whom it hears nothing for long: a pause in the sound is filled with pings.
    speakEveryMs: timing.publisherSilenceMs / 3,
    dialer: socketDialer(
      dialSocket(ports, () =>
        roomAddress({
          url: options.url,
          room: options.room,
          role: "publisher",
          takeover: options.takeover === true && session === undefined,
        }),
      ),
    ),
    handleOpen() {
      tell({
        type: "start",
        ...format,
        key,
        ...(session === undefined ? {} : { session }),
        ...(buffer.start === 0 ? {} : { position: buffer.start }),
        ...options.recognition,
      });
    },
    handleText(text) {
      const frame = parseFrame(PublisherFrameSchema, text);
      if (frame === null) {
        connection.drop({ kind: "fault", reason: "The room sent something this publisher cannot read." });
      } else {
        handleFrame(frame);
      }
    },
    handleLink,
  });

  function setState(next: PublisherState): void {
    state = next;
    onState(next);
  }

  function tell(message: PublisherMessage): void {
    connection.send(JSON.stringify(message));
  }

  function handleFrame(frame: PublisherFrame): void {
    switch (frame.type) {
      case "ready":
        if (frame.resumeFrom < buffer.start) {
          fail("bad_message", "The room asked for audio that is no longer kept.");
          return;
        }
        session = frame.session;
        sent = frame.resumeFrom;
        lastMarkAt = Number.NEGATIVE_INFINITY;
        connection.settle({ heartbeatMs });
        setState({ state: "connected", session });
        onStatus(frame.status);
        drain();
        return;
      case "ack":
        buffer.forgetBefore(frame.position);
        onAck(frame.position);
        return;
      case "status":
        onStatus(frame.status);
        return;
      case "audience":
        onAudience(frame.viewers);
        return;
      case "probe":
        tell({ type: "probed", at: frame.at, now: ports.now() });
        return;
      case "finished":
        setState({ state: "finished", version: frame.version });
        finishing?.resolve({ version: frame.version });
        connection.close();
        return;
      case "error":
        connection.drop({ kind: "error", code: frame.code, message: frame.message, retry: frame.retry });
        return;
    }
  }

  function handleLink(link: Link): void {
    if (link.state === "waiting" || link.state === "closed") {
      sent = null;
      isFinishSent = false;
      cancelDrain?.();
      cancelDrain = null;
    }
    if (state.state === "finished" || state.state === "failed") return;
    if (link.state === "waiting") {
      setState({ state: "disconnected", retryInMs: link.retryInMs, reason: link.reason });
    }
    if (link.state === "connecting") setState({ state: "connecting" });
    if (link.state === "closed" && link.code !== "done") fail(link.code, link.message);
  }

  function fail(code: ErrorCode, message: string): void {
    failure = new CaptionwireError(code, message);
    setState({ state: "failed", code, message });
    finishing?.reject(failure);
    connection.close();
  }

  function isOver(): boolean {
    return state.state === "finished" || connection.link.state === "closed";
  }

  /** Sends what is there, frame by frame, as far as the socket keeps up. */
  function drain(): void {
    while (sent !== null) {
      const waitingMs = (bytesToSamples(connection.bufferedAmount, format) * 1000) / format.sampleRate;
      frameLengthMs = nextFrameLength(frameLengthMs, waitingMs);
      const frame = nextFrame(sent, msToSamples(frameLengthMs, format));
      if (frame === null) {
        // The sound may pause here, and what waits for a fuller frame must leave once the socket is clear.
        if (frameLengthMs > 100) waitForSocket();
        break;
      }
      if (waitingMs > socketQueueMs) {
        waitForSocket();
        return;
      }
      connection.send(frame);
      sent += bytesToSamples(frame.length, format);
      mark(sent);
    }
    if (sent !== null && finishing !== null && !isFinishSent) {
      isFinishSent = true;
      tell({ type: "finish" });
    }
  }

  /** A short frame only at the very end: whole ones cost the room less. */
  function nextFrame(position: number, samples: number): Uint8Array<ArrayBuffer> | null {
    if (finishing === null && buffer.end - position < samples) return null;
    const frame = buffer.read(position, position + samples);
    return frame.length === 0 ? null : frame;
  }

  function waitForSocket(): void {
    cancelDrain ??= ports.setTimer(() => {
      cancelDrain = null;
      drain();
    }, drainEveryMs);
  }

  function mark(position: number): void {
    const now = ports.now();
    // The clock may have been set back.
    if (Math.abs(now - lastMarkAt) < markEveryMs) return;
    lastMarkAt = now;
    tell({ type: "mark", position, sentAt: now });
  }

  /**
   * Keeps the buffer bounded. On a live link unsent audio cannot be skipped, because the room counts what it hears:
   * the link is given up, and the next start tells the later position. While an answer to a start is awaited nothing
   * is dropped, for it may ask for the very position that the start offered; that wait is short.
   */
  function trim(): void {
    const earliest = buffer.end - keepSamples;
    if (earliest <= buffer.start) return;
    if (connection.link.state === "connecting") return;
    if (sent !== null && earliest > sent) {
      connection.drop({ kind: "fault", reason: "The connection is too slow for this audio." });
    }
    buffer.forgetBefore(earliest);
  }

  return {
    get state() {
      return state;
    },
    write(audio) {
      if (isOver() || finishing !== null) return;
      buffer.append(audio);
      drain();
      trim();
    },
    finish() {
      if (finishing === null) {
        finishing = deferred<{ version: number }>();
        if (state.state === "finished") finishing.resolve({ version: state.version });
        if (failure !== null) finishing.reject(failure);
        drain();
      }
      return finishing.promise;
    },
    close() {
      const wasOver = isOver();
      connection.close();
      if (wasOver) return;
      failure = new CaptionwireError("session_ended", "The publisher was closed.");
      finishing?.reject(failure);
      setState({ state: "closed" });
    },
  };
}
