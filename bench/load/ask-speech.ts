import { type Agent, request } from "node:http";
import type { SpeakPeer } from "../peers/speak-peers.ts";
import { Player } from "./player.ts";
import type { SpeechFormat } from "./speech-format.ts";

/** How an answer is read: as fast as it comes, or no faster than it is played, until somebody has heard enough. */
export type Reading = { readonly pace: "fast" } | { readonly pace: "played"; readonly forMs: number };

export type Heard = {
  readonly status: number;
  /** From sending the request to the first byte of sound. */
  readonly firstByteMs: number;
  /** And to the last one; null when it ended otherwise. */
  readonly totalMs: number | null;
  readonly bytes: number;
  readonly starvations: number;
  readonly leastAheadMs: number | null;
};

/** A player at real time reads no further than this ahead of what it plays. */
const inHandMs = 1_000;

/** Asks for speech and listens. Rejects when the connection breaks. */
export async function askSpeech(
  { agent, peer }: { readonly agent: Agent; readonly peer: SpeakPeer },
  format: SpeechFormat,
  text: string,
  reading: Reading,
): Promise<Heard> {
  const body = JSON.stringify({ text });
  const own = await peer.headers();
  const headers = { ...own, "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  return await new Promise((resolve, reject) => {
    const player = new Player(format.bytesPerSecond);
    const began = performance.now();
    let firstByteMs: number | null = null;
    let bytes = 0;
    let timer: NodeJS.Timeout | undefined;
    const asked = request(
      `${peer.url}/v1/speak?${format.query}`,
      { method: "POST", agent, headers },
      (answer) => {
        const status = answer.statusCode ?? 0;
        const end = (totalMs: number | null): void => {
          clearTimeout(timer);
          const { starvations, leastAheadMs } = player;
          resolve({
            status,
            firstByteMs: firstByteMs ?? Number.NaN,
            totalMs,
            bytes,
            starvations,
            leastAheadMs,
          });
        };
        answer.on("data", (piece: Buffer) => {
          const now = performance.now() - began;
          firstByteMs ??= now;
          const atMs = now - firstByteMs;
          bytes += piece.length;
          player.arrived(piece.length, atMs);
          if (reading.pace === "fast") return;
          if (atMs >= reading.forMs) {
            answer.destroy();
            end(null);
            return;
          }
          const waitMs = Math.min(player.aheadMs(atMs) - inHandMs, reading.forMs - atMs);
          if (waitMs <= 0) return;
          answer.pause();
          timer = setTimeout(() => answer.resume(), waitMs);
        });
        answer.once("end", () => end(performance.now() - began));
        answer.once("error", reject);
      },
    );
    asked.once("error", reject);
    asked.end(body);
  });
}
