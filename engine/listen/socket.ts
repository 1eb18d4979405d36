import { createHash } from "node:crypto";
import type { RawData, WebSocket } from "ws";
import type { Ears } from "../ears.ts";
import { type IdleState, judgeIdleness } from "./idle.ts";
import { metadataMessage, parseClientMessage, schemaErrorMessage } from "./messages.ts";
import type { ListenOptions } from "./query.ts";
import { LiveSession } from "./session.ts";

const IDLE_CHECK_MS = 500;

const INTERNAL_ERROR =
  "Deepgram did not provide a response message within the timeout window. See https://dpgr.am/net0000";

export type ListenSocketOptions = {
  socket: WebSocket;
  ears: Ears;
  options: ListenOptions;
  requestId: string;
  /** A steady clock for timeouts, and the date for `Metadata`. */
  clock: { nowMs(): number; date(): Date };
};

/** Carries frames between one WebSocket and one live session, and watches over timeouts. Returns the session's lag. */
export function serveListenSocket({ socket, ears, options, requestId, clock }: ListenSocketOptions): {
  backlogSeconds(): number;
} {
  const created = clock.date().toISOString();
  const hash = createHash("sha256");
  const idle: IdleState = { openedMs: clock.nowMs(), lastFrameMs: clock.nowMs(), hasSentAudio: false };
  let receivedBytes = 0;
  let ending = false;

  const session = new LiveSession(options, requestId, {
    judge: ears.judge,
    scheduler: ears.scheduler,
    send: (message) => socket.send(JSON.stringify(message)),
    setReading: (reading) => {
      if (reading === socket.isPaused) {
        if (reading) socket.resume();
        else socket.pause();
      }
    },
    onFailure: () => socket.close(1011, INTERNAL_ERROR),
  });

  const sendMetadata = (sha256: string, channels: number, withModel: boolean) => {
    const bytesPerSecond = 2 * options.channels * options.sampleRate;
    const durationSeconds = receivedBytes / bytesPerSecond;
    socket.send(
      JSON.stringify(metadataMessage({ requestId, sha256, created, durationSeconds, channels }, withModel)),
    );
  };

  const finish = () => {
    if (ending) return;
    ending = true;
    session
      .finish()
      .then(() => {
        sendMetadata(hash.digest("hex"), receivedBytes > 0 ? options.channels : 0, true);
        socket.close(1000);
      })
      .catch(() => socket.close(1011, INTERNAL_ERROR));
  };

  const handleBinary = (bytes: Buffer) => {
    // The end of the stream before `CloseStream` existed (reference 3.3).
    if (bytes.length === 0) return finish();
    idle.hasSentAudio = true;
    receivedBytes += bytes.length;
    hash.update(bytes);
    session.feed(bytes);
  };

  const handleText = (frame: string) => {
    const parsed = parseClientMessage(frame);
    if (!parsed.ok) {
      socket.send(JSON.stringify(schemaErrorMessage(parsed.description, frame)));
      return;
    }
    switch (parsed.message.type) {
      case "KeepAlive":
        return;
      case "Finalize":
        return session.finalize();
      case "CloseStream":
        return finish();
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
    if (receivedBytes === 0) sendMetadata("incomplete", 1, false);
    else sendMetadata(hash.digest("hex"), options.channels, true);
    socket.close(verdict.code, verdict.reason);
  }, IDLE_CHECK_MS);

  socket.on("close", () => {
    clearInterval(watch);
    session.stop();
  });
  // `ws` reports a broken frame here and closes the socket itself, with the right code.
  socket.on("error", () => undefined);

  return { backlogSeconds: () => session.backlogSeconds };
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
