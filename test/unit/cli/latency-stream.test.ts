import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { streamAddress, withoutSecrets } from "../../../cli/latency/stream/address.ts";
import { type Figures, figuresOf } from "../../../cli/latency/stream/figures.ts";
import { playStream } from "../../../cli/latency/stream/play.ts";
import type { Tape } from "../../../cli/latency/stream/tape.ts";
import { spreadOf } from "../../../shared/percentile.ts";
import type { Spread } from "../../../shared/stats.ts";
import { localUrl } from "../../../testing/local-url.ts";

const format = { encoding: "linear16", sampleRate: 16_000, channels: 1 } as const;
const bytesPerS = 32_000;
const never = new AbortController().signal;

/** What a provider did, by its own clock: milliseconds, in the order in which it did it. */
type Truth = { firstMessageMs: number; messages: number[]; ends: number[] };

let server: WebSocketServer | null = null;
afterEach(() => {
  for (const socket of server?.clients ?? []) socket.terminate();
  server?.close();
});

async function provider(serve: (socket: WebSocket) => void): Promise<string> {
  server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  server.on("connection", serve);
  await once(server, "listening");
  return localUrl(server);
}

/** So long after a frame's arrival it is answered: between two frames, so that the cursor is beyond doubt. */
const answerMs = 45;
const speech = [
  [0.1, 0.8],
  [1.3, 2],
] as const;
/** From an end of speech having come to the end of the turn being said. */
const endMs = [330, 480];
/** How far an interim stays behind what has come, frame by frame. */
const behindS = [0.05, 0.12, 0.3, 0.08, 0.2];

/** Says an interim for each frame, and each end of speech after its delay. */
function scripted(truth: Truth): (socket: WebSocket) => void {
  return (socket) => {
    const began = performance.now();
    let heardS = 0;
    let frames = 0;
    let ended = 0;
    const later = (run: () => void, ms: number) => setTimeout(run, ms);
    const say = (from: number, to: number, text: string, isFinal: boolean) =>
      socket.send(
        JSON.stringify({
          type: "Results",
          start: from,
          duration: to - from,
          is_final: isFinal,
          speech_final: isFinal,
          channel: { alternatives: [{ transcript: text, words: [{ word: text, start: from, end: to }] }] },
        }),
      );
    socket.on("message", (data: Buffer, isBinary) => {
      if (!isBinary) {
        later(() => socket.close(1000), 600);
        return;
      }
      heardS += data.length / bytesPerS;
      const [atS, behind] = [heardS, behindS[frames % behindS.length] ?? 0];
      frames += 1;
      later(() => {
        if (truth.messages.length === 0) truth.firstMessageMs = performance.now() - began;
        truth.messages.push((heardS - (atS - behind)) * 1000);
        say(0, atS - behind, "word", false);
      }, answerMs);
      const end = speech[ended]?.[1];
      if (end !== undefined && heardS >= end - 1e-6) {
        const delay = endMs[ended] ?? 0;
        ended += 1;
        const cameAt = performance.now();
        later(() => {
          truth.ends.push(performance.now() - cameAt);
          say(end - 0.3, end, "Word.", true);
        }, delay);
      }
    });
  };
}

function near(measured: Spread | null, truth: readonly number[]): void {
  const real = spreadOf(truth);
  if (measured === null || real === null) throw new Error("Nothing was measured.");
  expect(measured.count).toBe(real.count);
  for (const figure of ["min", "mean", "p50", "p95", "p99", "max"] as const) {
    const room = Math.max(5, Math.abs(real[figure]) * 0.1);
    expect(Math.abs(measured[figure] - real[figure]), `${figure} of ${JSON.stringify(truth)}`).toBeLessThan(
      room,
    );
  }
}

async function play(url: string, seconds: number, signal = never): Promise<{ tape: Tape; figures: Figures }> {
  const address = streamAddress(url, "nova-3", format, {});
  const data = new Uint8Array(seconds * bytesPerS);
  const played = await playStream({
    address,
    apiKey: "key",
    format,
    data,
    frameMs: 100,
    signal,
    onMessage() {},
  });
  const tape: Tape = {
    version: 1,
    url: address.href,
    audio: { file: "made", seconds },
    speech: { by: "hand", spans: [...speech] },
    ...played,
  };
  return { tape, figures: figuresOf(tape) };
}

// A machine that stands still for half a frame moves a message to another one; that is rare, and a wrong figure is not.
describe("a stream at real time", () => {
  it("is measured as its provider knows it to be", { retry: 2 }, async () => {
    const truth: Truth = { firstMessageMs: 0, messages: [], ends: [] };
    const { figures, tape } = await play(await provider(scripted(truth)), 2.6);
    // As a microphone would: nothing before it has been spoken.
    for (const [cursorS, atMs] of tape.sent) expect(atMs).toBeGreaterThanOrEqual(cursorS * 1000 - 2);
    expect(truth.messages.length).toBe(26);
    near(figures.message_latency, truth.messages);
    near(figures.end_of_turn.speech_final.since_speech_end, truth.ends);
    expect(Math.abs((figures.first_message_ms ?? 0) - truth.firstMessageMs)).toBeLessThan(
      Math.max(5, truth.firstMessageMs * 0.1),
    );
    expect(figures.interims_per_s).toBeCloseTo(10);
  });

  it("ends early when it is stopped, and hears out what was sent", async () => {
    const stopping = new AbortController();
    const url = await provider((socket) => {
      let frames = 0;
      socket.on("message", (_data, isBinary) => {
        if (isBinary && ++frames === 3) stopping.abort();
        if (isBinary) return;
        socket.send(JSON.stringify({ type: "Metadata", duration: frames / 10 }));
        socket.close(1000);
      });
    });
    const { tape } = await play(url, 60, stopping.signal);
    expect(tape.sent.length).toBeLessThan(10);
    expect(tape.messages.map(({ message }) => message.type)).toEqual(["Metadata"]);
  });

  it("says who refused it and why", async () => {
    server = new WebSocketServer({
      host: "127.0.0.1",
      port: 0,
      verifyClient: (_info, done) => done(false, 401),
    });
    await once(server, "listening");
    await expect(play(localUrl(server), 1)).rejects.toThrow(/refused the stream: 401/);
  });

  it("does not take a broken stream for a whole one", async () => {
    const url = await provider((socket) => socket.once("message", () => socket.close(1011, "NET-0000")));
    await expect(play(url, 60)).rejects.toThrow(/closed the stream: 1011 NET-0000/);
  });
});

describe("the address of a stream", () => {
  it("asks for what the model takes, and for what was asked for besides", () => {
    const nova = streamAddress("https://api.test", "nova-2", format, { endpointing: "500", punctuate: "" });
    expect(nova.href).toBe(
      "wss://api.test/v1/listen?model=nova-2&encoding=linear16&sample_rate=16000&channels=1&interim_results=true&endpointing=500&utterance_end_ms=1000",
    );
    const flux = streamAddress("http://127.0.0.1:8080", "flux-general-en", format, { eot_threshold: "0.8" });
    expect(flux.href).toBe(
      "ws://127.0.0.1:8080/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000&eot_threshold=0.8",
    );
    expect(() => streamAddress("http://a", "flux-general-en", { ...format, channels: 2 }, {})).toThrow(
      "one channel",
    );
  });
});

it("an address is kept without what opens it", () => {
  const asked = { token: "secret", eager_eot_threshold: "0.5", callback: "https://user:password@host.test" };
  const address = streamAddress("wss://user:password@host.test:9000", "flux-general-en", format, asked);
  expect(address.searchParams.get("token")).toBe("secret");
  expect(withoutSecrets(address)).toBe(
    "wss://host.test:9000/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000&eager_eot_threshold=0.5",
  );
});
