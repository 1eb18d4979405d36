import { createHash } from "node:crypto";
import type { RawData, WebSocket } from "ws";
import { type AudioFormat, bytesPerSecond } from "../audio/format.ts";
import { createOpener, undecodableReason } from "../audio/opener.ts";
import type { Ears } from "../ears.ts";
import { configureMessage } from "./configure.ts";
import { toBuffer } from "./frames.ts";
import { type IdleState, judgeIdleness, NET_0000 } from "./idle.ts";
import { metadataMessage, parseClientMessage, type ServerMessage, schemaErrorMessage } from "./messages.ts";
import { createPace } from "./pace.ts";
import type { ListenOptions } from "./query.ts";
import { createReadingGate } from "./reading-gate.ts";
import { LiveSession } from "./session.ts";

const IDLE_CHECK_MS = 500;

export type ListenSocketOptions = {
  socket: WebSocket;
  ears: Ears;
  options: ListenOptions;
  requestId: string;
  /** A steady clock for timeouts, and the date for `Metadata`. */
  clock: { nowMs(): number; date(): Date };
  /** Audio is read at most this many times as fast as it was spoken, or `null` for as fast as it comes. */
  speedCap: number | null;
};

/** Carries frames between one WebSocket and one live session, and watches over timeouts. Returns the session's lag. */
export function serveListenSocket(host: ListenSocketOptions): { backlogSeconds(): number } {
  const { socket, ears, options, requestId, clock } = host;
  const created = clock.date().toISOString();
  const hash = createHash("sha256");
  const idle: IdleState = {
    openedMs: clock.nowMs(),
    lastFrameMs: clock.nowMs(),
    hasSentAudio: false,
    stalledMs: null,
  };
  const opener = createOpener(options.audio);
  const gate = createReadingGate(socket);
  const pace = host.speedCap === null ? null : createPace(host.speedCap);
  /** There is a session as soon as the format is known, which a container tells in its first bytes. */
  let live: { session: LiveSession; format: AudioFormat; receivedSeconds: number } | null = null;
  let ending = false;

  const send = (message: ServerMessage) => socket.send(JSON.stringify(message));

  const open = (format: AudioFormat) => ({
    format,
    receivedSeconds: 0,
    session: new LiveSession(options, format, requestId, {
      judge: ears.judge,
      scheduler: ears.scheduler,
      send,
      setReading: gate.setReading,
      onFailure: () => socket.close(1011, NET_0000),
    }),
  });

  const sendMetadata = (sha256: string, channels: number, withModel: boolean) =>
    send(
      metadataMessage(
        { requestId, sha256, created, durationSeconds: live?.receivedSeconds ?? 0, channels },
        withModel,
      ),
    );

  const refuseAudio = (reason: string) => {
    ending = true;
    socket.close(1008, undecodableReason(reason));
  };

  const finish = () => {
    if (live === null && idle.hasSentAudio) return refuseAudio("it ends inside its header");
    ending = true;
    const finished = live === null || idle.stalledMs !== null ? Promise.resolve() : live.session.finish();
    finished
      .then(() => {
        sendMetadata(hash.digest("hex"), live?.format.channels ?? 0, true);
        socket.close(1000);
      })
      .catch(() => socket.close(1011, NET_0000));
  };

  const handleBinary = (bytes: Buffer) => {
    // The end of the stream before `CloseStream` existed (reference 3.3).
    if (bytes.length === 0) return finish();
    idle.hasSentAudio = true;
    hash.update(bytes);
    const read = opener.read(bytes);
    if (read.kind === "undecodable") return refuseAudio(read.reason);
    if (read.kind === "waiting") return;
    live ??= open(read.format);
    if (read.bytes.length === 0 || idle.stalledMs !== null) return;
    const seconds = read.bytes.length / bytesPerSecond(read.format);
    live.receivedSeconds += seconds;
    live.session.feed(read.bytes);
    if (pace !== null) gate.hold(pace.take(seconds, clock.nowMs()));
  };

  const handleText = (frame: string) => {
    const parsed = parseClientMessage(frame);
    if (!parsed.ok) return send(schemaErrorMessage(parsed.description, frame));
    switch (parsed.message.type) {
      case "KeepAlive":
        return;
      case "Finalize":
        return live?.session.finalize();
      case "CloseStream":
        return finish();
      case "Configure": {
        const { reply, stalls } = configureMessage(parsed.message, {
          requestId,
          hasKeyterms: options.hasKeyterms,
        });
        send(reply);
        if (!stalls) return;
        idle.stalledMs ??= clock.nowMs();
        live?.session.stop();
      }
    }
  };

  socket.on("message", (data: RawData, isBinary: boolean) => {
    if (ending) return;
    idle.lastFrameMs = clock.nowMs();
    const bytes = toBuffer(data);
    if (isBinary) handleBinary(bytes);
    else handleText(bytes.toString("utf8"));
  });

  const watch = setInterval(() => {
    // While the session itself holds back reading, silence is not the client's.
    if (socket.isPaused) idle.lastFrameMs = clock.nowMs();
    const verdict = ending ? null : judgeIdleness(idle, clock.nowMs());
    if (verdict === null) return;
    ending = true;
    if (!idle.hasSentAudio) sendMetadata("incomplete", 1, false);
    else sendMetadata(hash.digest("hex"), live?.format.channels ?? 1, true);
    socket.close(verdict.code, verdict.reason);
  }, IDLE_CHECK_MS);

  socket.on("close", () => {
    clearInterval(watch);
    gate.close();
    live?.session.stop();
  });
  // `ws` reports a broken frame here and closes the socket itself, with the right code.
  socket.on("error", () => undefined);

  return { backlogSeconds: () => live?.session.backlogSeconds ?? 0 };
}
