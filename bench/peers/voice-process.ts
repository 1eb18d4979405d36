// A provider of speech on Deepgram's protocol. Whatever is said sounds for as long as its characters take; how fast it
// comes is set beforehand. It speaks on by the clock, whether anybody reads or not: what is not read waits here.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import * as v from "valibot";
import { createMp3Encoder } from "wasm-media-encoders";
import { Random } from "../../test/support/tape/random.ts";
import { announce, controlServer, listen, readSettings } from "../load/control.ts";
import { type Asked, type Pace, PaceSchema } from "../load/pace.ts";
import { mp3, type SpeechFormat, soundBytes, speechFormats } from "../load/speech-format.ts";

type Sound = { readonly format: SpeechFormat; readonly contentType: string; readonly loop: Uint8Array };

const SpeechSchema = v.object({ text: v.string() });

await readSettings(v.object({}));
const noise = toneAndNoise();
const sounds: readonly Sound[] = [
  { format: speechFormats.linear16, contentType: "audio/l16;rate=24000", loop: linear16(noise) },
  { format: speechFormats.mp3, contentType: "audio/mpeg", loop: await wholeFrames(noise) },
];
let pace: Pace | null = null;
let asked: Asked[] = [];

const speech = await listen(createServer((request, response) => void answer(request, response)));
await announce(
  controlServer({
    "/where": () => ({ url: speech }),
    /** What the next requests are like. */
    "/pace": (body) => {
      pace = v.parse(PaceSchema, body);
      asked = [];
    },
    /** The requests since then. */
    "/asked": () => ({ asked }),
  }),
);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://any");
  const sound = sounds.find(({ format }) => format.name === url.searchParams.get("encoding"));
  if (url.pathname !== "/v1/speak" || pace === null || sound === undefined) {
    refuse(response, 400, "Bad Request", "Not what the benchmark's provider speaks.");
    return;
  }
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  const { text } = v.parse(SpeechSchema, JSON.parse(Buffer.concat(parts).toString()));
  const characters = [...text].length;
  if (pace.maxCharacters !== null && characters > pace.maxCharacters) {
    refuse(response, 413, "PAYLOAD_TOO_LARGE", "The text is too long.");
    return;
  }
  response.writeHead(200, {
    "content-type": sound.contentType,
    "dg-model-name": "aura-2-thalia-en",
    "dg-model-uuid": "00000000-0000-4000-8000-000000000000",
    "dg-char-count": String(characters),
    "dg-request-id": crypto.randomUUID(),
  });
  speak(response, sound, characters, pace);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response
    .writeHead(status, { "content-type": "application/json", connection: "close" })
    .end(JSON.stringify({ err_code: code, err_msg: message }));
}

function speak(response: ServerResponse, { format, loop }: Sound, characters: number, its: Pace): void {
  const note: Asked = { encoding: format.name, characters, bytes: 0, isWhole: false };
  asked.push(note);
  const all = soundBytes(format, characters / its.charactersPerSecond);
  const wholeMs = its.fixedMs + (its.per100CharactersMs * characters) / 100;
  const began = performance.now();
  const say = (): void => {
    const spoken = (performance.now() - began - its.firstByteMs + its.pieceMs) / (wholeMs - its.firstByteMs);
    const due = Math.min(all, Math.max(1, Math.round(all * spoken)));
    if (due > note.bytes) response.write(cutLoop(loop, note.bytes, due));
    note.bytes = due;
    if (due < all) return;
    note.isWhole = true;
    clearInterval(timer);
    response.end();
  };
  let timer = setTimeout(() => {
    timer = setInterval(say, its.pieceMs);
    say();
  }, its.firstByteMs);
  response.once("close", () => clearInterval(timer));
}

function cutLoop(loop: Uint8Array, from: number, to: number): Uint8Array {
  const piece = new Uint8Array(to - from);
  for (let at = 0; at < piece.length; ) {
    const start = (from + at) % loop.length;
    const part = loop.subarray(start, start + piece.length - at);
    piece.set(part, at);
    at += part.length;
  }
  return piece;
}

/** One second, the same every time. */
function toneAndNoise(): Float32Array {
  const random = new Random(11);
  const samples = new Float32Array(mp3.sampleRate);
  for (let at = 0; at < samples.length; at++) {
    samples[at] = 0.3 * Math.sin((at * 2 * Math.PI * 220) / mp3.sampleRate) + random.int(-500, 500) / 10_000;
  }
  return samples;
}

function linear16(samples: Float32Array): Uint8Array {
  return new Uint8Array(Int16Array.from(samples, (sample) => Math.round(sample * 32_767)).buffer);
}

/** Its first frame needs none before it, so that the loop can be joined with itself. */
async function wholeFrames(samples: Float32Array): Promise<Uint8Array> {
  const lame = await createMp3Encoder();
  const { sampleRate, kbps } = mp3;
  lame.configure({ channels: 1, sampleRate, outputSampleRate: sampleRate, bitrate: kbps });
  const all = Buffer.concat([lame.encode([samples]).slice(), lame.finalize()]);
  const frames = all.subarray(0, all.length - (all.length % mp3.frameBytes));
  for (let at = 0; at < frames.length; at += mp3.frameBytes) {
    if (frames[at] !== 0xff) throw new Error("The encoder's frames are not of one length.");
  }
  return frames;
}
