import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { type AudioFormat, bytesToSamples, msToSamples, samplesToBytes } from "../../../shared/audio.ts";
import { UserError } from "../../errors.ts";
import type { Tape, TapeEntry } from "./tape.ts";

export type Stream = {
  /** `/v1/listen` or `/v2/listen` with its query, ws or wss. */
  readonly address: URL;
  readonly apiKey: string;
  readonly format: AudioFormat;
  readonly data: Uint8Array;
  /** Of one message. */
  readonly frameMs: number;
  /** No more audio is sent then, and what was sent is still heard out. */
  readonly signal: AbortSignal;
  /** `sent`: as in the tape, so far. */
  onMessage(entry: TapeEntry, sent: Tape["sent"]): void;
};

export type Played = Pick<Tape, "connect_ms" | "opened" | "sent" | "messages">;

const connectWithinMs = 15_000;
/** After the last of the audio, for what is still to be heard of it. */
const endWithinMs = 30_000;

/**
 * Streams audio as a microphone would, each frame when it has been spoken, closes the stream and waits for its end. Throws
 * a `UserError` when the provider refuses or breaks off.
 */
export async function playStream(stream: Stream): Promise<Played> {
  const { address, apiKey, format, data, frameMs, signal, onMessage } = stream;
  const began = performance.now();
  const socket = new WebSocket(address, {
    headers: { authorization: `Token ${apiKey}` },
    perMessageDeflate: false,
    handshakeTimeout: connectWithinMs,
  });
  const opening = Promise.withResolvers<void>();
  const ending = Promise.withResolvers<void>();
  // Whoever awaits `opening` hears of a failure there.
  ending.promise.catch(() => {});
  let openedAt: number | null = null;
  let isClosing = false;
  let cursorS = 0;
  const sent: [number, number][] = [];
  const messages: TapeEntry[] = [];
  const since = (): number => Math.round((performance.now() - (openedAt ?? began)) * 1000) / 1000;

  const fail = (why: string): void => {
    const failure = new UserError(`${address.origin} ${why}.`);
    opening.reject(failure);
    ending.reject(failure);
  };
  socket.on("open", () => {
    openedAt = performance.now();
    opening.resolve();
  });
  socket.on("unexpected-response", (_request, response) => {
    const why = response.headers["dg-error"];
    fail(`refused the stream: ${response.statusCode}${typeof why === "string" ? `, ${why}` : ""}`);
    socket.terminate();
  });
  socket.on("error", (error) => fail(`cannot be reached: ${error.message}`));
  socket.on("close", (code, reason) => {
    // Flux ends without a code.
    if (isClosing && (code === 1000 || code === 1005)) ending.resolve();
    else fail(`closed the stream: ${code} ${reason}`);
  });
  socket.on("message", (data, isBinary) => {
    if (isBinary) return;
    const received = since();
    const message = recordIn(String(data));
    if (message === null) return;
    const entry = { received, audio_cursor: cursorS, message };
    messages.push(entry);
    onMessage(entry, sent);
  });

  try {
    await opening.promise;
    const first = openedAt ?? began;
    const samples = bytesToSamples(data.length, format);
    const step = msToSamples(frameMs, format);
    for (let at = 0; at < samples && !signal.aborted && socket.readyState === WebSocket.OPEN; at += step) {
      const end = Math.min(at + step, samples);
      const wait = first + (end / format.sampleRate) * 1000 - performance.now();
      if (wait > 0) await sleep(wait);
      socket.send(data.subarray(samplesToBytes(at, format), samplesToBytes(end, format)));
      cursorS = end / format.sampleRate;
      sent.push([cursorS, since()]);
    }
    isClosing = true;
    if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"CloseStream"}');
    const late = setTimeout(() => fail("did not end the stream"), endWithinMs);
    try {
      await ending.promise;
    } finally {
      clearTimeout(late);
    }
    return {
      connect_ms: Math.round((first - began) * 1000) / 1000,
      opened: performance.timeOrigin + first,
      sent,
      messages,
    };
  } finally {
    socket.terminate();
  }
}

function recordIn(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : null;
  } catch {
    return null;
  }
}
