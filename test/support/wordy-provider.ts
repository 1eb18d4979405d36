import { once } from "node:events";
import { WebSocketServer } from "ws";

/** Bytes of audio for which a sentence is said: 2 ms of linear16 at 16 kHz. */
const sentenceBytes = 64;
const sentenceS = 0.002;

/** Audio for so many sentences; it is the room's time that passes, and there is little of it. */
export function wordyAudio(sentences: number) {
  return {
    format: { encoding: "linear16", sampleRate: 16_000, channels: 1 },
    data: new Uint8Array(sentences * sentenceBytes),
  } as const;
}

/**
 * A provider on Deepgram's live protocol that says more in a second than a person in an hour: it fills a room with
 * segments, numbered from 0, for tests in which only their number matters.
 */
export async function startWordyProvider(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  server.on("connection", (socket) => {
    let bytes = 0;
    let said = 0;
    socket.on("message", (data, isBinary) => {
      if (isBinary) {
        bytes += Buffer.isBuffer(data) ? data.length : 0;
        for (; (said + 1) * sentenceBytes <= bytes; said += 1) socket.send(sentence(said));
      } else if (String(data).includes("CloseStream")) {
        socket.send(JSON.stringify({ type: "Metadata", duration: said * sentenceS }));
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

function sentence(number: number): string {
  // Of different lengths, as what people say.
  const transcript = `This is sentence ${number} of a ${"very ".repeat(number % 7)}long evening.`;
  return JSON.stringify({
    type: "Results",
    channel_index: [0, 1],
    start: number * sentenceS,
    duration: sentenceS,
    is_final: true,
    speech_final: true,
    channel: { alternatives: [{ transcript, confidence: 1, words: [] }] },
  });
}
