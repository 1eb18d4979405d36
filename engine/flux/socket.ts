import type { RawData, WebSocket } from "ws";
import { bytesPerSecond } from "../audio/format.ts";
import { createOpener, undecodableReason } from "../audio/opener.ts";
import type { Ears } from "../ears.ts";
import { toBuffer } from "../listen/frames.ts";
import { createPace } from "../listen/pace.ts";
import { createReadingGate } from "../listen/reading-gate.ts";
import { judgeFluxIdleness } from "./idle.ts";
import { parseFluxMessage, wireMessage } from "./messages.ts";
import type { FluxOptions } from "./query.ts";
import { FluxSession } from "./session.ts";

const IDLE_CHECK_MS = 500;

export type FluxSocketOptions = {
  socket: WebSocket;
  ears: Ears;
  options: FluxOptions;
  requestId: string;
  clock: { nowMs(): number };
  /** Audio is read at most this many times as fast as it was spoken, or `null` for as fast as it comes. */
  speedCap: number | null;
};

/** Carries frames between one WebSocket and one Flux session, and watches over timeouts. Returns the session's lag. */
export function serveFluxSocket(host: FluxSocketOptions): { backlogSeconds(): number } {
  const { socket, ears, options, requestId, clock } = host;
  const gate = createReadingGate(socket);
  const pace = host.speedCap === null ? null : createPace(host.speedCap);
  const opener = createOpener(options.audio);
  let lastLifeMs = clock.nowMs();
  let hasBegun = false;
  let ending = false;

  // Deepgram closes without a status, after `CloseStream` as after an error (reference 5.3, close).
  const closeWithoutStatus = () => socket.close();

  const session = new FluxSession(options.settings, {
    judge: ears.judge,
    scheduler: ears.scheduler,
    send: (message) => socket.send(JSON.stringify(wireMessage(message, requestId))),
    setReading: gate.setReading,
    onFailure: () => {
      ending = true;
      closeWithoutStatus();
    },
  });

  const finish = () => {
    ending = true;
    void session.finish().then(closeWithoutStatus);
  };

  const handleBinary = (bytes: Buffer) => {
    // Known of v1 only, where it ends the stream (reference 3.3 and 13, point 8).
    if (bytes.length === 0) return finish();
    const read = opener.read(bytes);
    if (read.kind === "undecodable") {
      ending = true;
      session.stop();
      return socket.close(1008, undecodableReason(read.reason));
    }
    if (read.kind === "waiting" || read.bytes.length === 0) return;
    if (!hasBegun) session.begin(read.format);
    hasBegun = true;
    session.feed(read.bytes);
    const seconds = read.bytes.length / bytesPerSecond(read.format);
    if (pace !== null) gate.hold(pace.take(seconds, clock.nowMs()));
  };

  const handleText = (frame: string) => {
    const parsed = parseFluxMessage(frame);
    if (!parsed.ok) return session.refuse("UNPARSABLE_CLIENT_MESSAGE", parsed.description);
    switch (parsed.message.type) {
      case "Configure":
        return session.configure(parsed.message.change);
      case "ForceEndTurn":
        return session.forceEndTurn();
      case "CloseStream":
        return finish();
    }
  };

  socket.on("message", (data: RawData, isBinary: boolean) => {
    if (ending) return;
    lastLifeMs = clock.nowMs();
    const bytes = toBuffer(data);
    if (isBinary) handleBinary(bytes);
    else handleText(bytes.toString("utf8"));
  });
  socket.on("ping", () => {
    lastLifeMs = clock.nowMs();
  });

  const watch = setInterval(() => {
    // While reading is held back here, silence is not the client's.
    if (socket.isPaused) lastLifeMs = clock.nowMs();
    const verdict = ending ? null : judgeFluxIdleness(lastLifeMs, clock.nowMs());
    if (verdict === null) return;
    ending = true;
    session.stop();
    socket.close(verdict.code, verdict.reason);
  }, IDLE_CHECK_MS);

  socket.on("close", () => {
    clearInterval(watch);
    gate.close();
    session.stop();
  });
  // `ws` reports a broken frame here and closes the socket itself, with the right code.
  socket.on("error", () => undefined);

  return { backlogSeconds: () => session.backlogSeconds };
}
