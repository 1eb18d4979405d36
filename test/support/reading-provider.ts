import { once } from "node:events";
import { type WebSocket, WebSocketServer } from "ws";
import type { AudioFormat } from "../../shared/audio.ts";

/** Of the audio it is sent, each piece of this length is for the next line. */
const pieceS = 0.4;
const format: AudioFormat = { encoding: "linear16", sampleRate: 8_000, channels: 1 };
const pieceBytes = pieceS * format.sampleRate * 2;

/** What is spoken for one line: its two halves make the provider say an interim, then the final. */
export const linesSpeech = {
  format,
  half: new Uint8Array(pieceBytes / 2),
} as const;

/** What follows each line at once, as a caption of its own. */
export function answerTo(index: number): string {
  return `Answer ${index}.`;
}

/**
 * A provider on Deepgram's live protocol that hears the given lines, whatever is said: for captions that no voice could
 * speak.
 */
export async function startReadingProvider(
  lines: readonly string[],
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  server.on("connection", (socket) => {
    let bytes = 0;
    let halves = 0;
    socket.on("message", (data, isBinary) => {
      if (isBinary) {
        bytes += Buffer.isBuffer(data) ? data.length : 0;
        for (; ((halves + 1) * pieceBytes) / 2 <= bytes; halves += 1) sayHalf(socket, lines, halves);
      } else if (String(data).includes("CloseStream")) {
        socket.send(JSON.stringify({ type: "Metadata", duration: bytes / format.sampleRate / 2 }));
        socket.close(1000);
      }
    });
  });
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The provider has no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, "close");
    },
  };
}

function sayHalf(socket: WebSocket, lines: readonly string[], half: number): void {
  const index = Math.floor(half / 2);
  const line = lines[index];
  if (line === undefined) return;
  const startS = index * pieceS;
  if (half % 2 === 0) {
    socket.send(results(line, startS, pieceS / 2, false));
  } else {
    socket.send(results(line, startS, pieceS / 2, true));
    socket.send(results(answerTo(index), startS + pieceS / 2, pieceS / 2, true));
  }
}

function results(transcript: string, startS: number, durationS: number, isFinal: boolean): string {
  const texts = transcript.split(" ").filter((text) => text !== "");
  const wordS = durationS / texts.length;
  return JSON.stringify({
    type: "Results",
    channel_index: [0, 1],
    start: startS,
    duration: durationS,
    is_final: isFinal,
    speech_final: isFinal,
    channel: {
      alternatives: [
        {
          transcript,
          confidence: 1,
          words: texts.map((text, at) => ({
            word: text,
            punctuated_word: text,
            start: startS + at * wordS,
            end: startS + (at + 1) * wordS,
            confidence: 1,
          })),
        },
      ],
    },
  });
}
