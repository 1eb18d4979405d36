import { type Deepgram, DeepgramError } from "@deepgram/sdk";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readWav } from "../../../client/index.ts";
import { wavFile } from "../../support/wav-file.ts";
import { errorBodySchema, transcriptionSchema } from "./rest-schemas.ts";
import { sampleRate, sentence, wordErrorRate } from "./speech.ts";
import { clientOf, startTarget, type Target } from "./target.ts";

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

type Request = Deepgram.speak.v1.SpeakV1Request;

async function generate(options: Partial<Request> & Record<string, unknown> = {}) {
  const { data, rawResponse } = await clientOf(target)
    .speak.v1.audio.generate({ text: sentence, model: "aura-2-thalia-en", ...options })
    .withRawResponse();
  return { audio: Buffer.from(await data.arrayBuffer()), headers: rawResponse.headers };
}

/** What the target itself hears in it. */
async function heardIn(audio: Uint8Array, options = {}): Promise<string> {
  const media = clientOf(target).listen.v1.media;
  const answer: unknown = await media.transcribeFile(audio, { model: "nova-3", ...options });
  return v.parse(transcriptionSchema, answer).results.channels[0]?.alternatives[0]?.transcript ?? "";
}

describe("speak v1", () => {
  it("speaks linear16 in WAV as the README shows", async () => {
    const response = await clientOf(target).speak.v1.audio.generate({
      text: sentence,
      model: "aura-2-thalia-en",
      encoding: "linear16",
      container: "wav",
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.stream() ?? []) chunks.push(chunk);
    const wav = Buffer.concat(chunks);
    const { format, data } = readWav(wav);
    expect(format).toEqual({ encoding: "linear16", sampleRate: 24_000, channels: 1 });
    expect(wav.indexOf("data")).toBe(36);
    expect(wordErrorRate(sentence, await heardIn(wavFile(format, data)))).toBeLessThan(0.25);
  });

  it("says in its headers what it did", async () => {
    const { headers } = await generate({ encoding: "linear16" });
    expect(headers.get("content-type")).toBe("audio/wav");
    expect(headers.get("dg-model-name")).toBe("aura-2-thalia-en");
    expect(headers.get("dg-model-uuid")).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get("dg-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get("dg-char-count")).toBe(String(sentence.length));
    // Sent while it is being spoken: nobody knows yet how long it will be.
    expect(headers.get("content-length")).toBeNull();
  });

  it.each([8000, 16_000, 24_000, 32_000, 48_000])("speaks bare linear16 at %i Hz", async (rate) => {
    const { audio, headers } = await generate({ encoding: "linear16", container: "none", sample_rate: rate });
    expect(headers.get("content-type")).toMatch(new RegExp(`^audio/l16; ?rate=${rate}$`, "i"));
    expect(audio.toString("latin1", 0, 4)).not.toBe("RIFF");
    const heard = await heardIn(wavFile({ encoding: "linear16", sampleRate: rate, channels: 1 }, audio));
    expect(wordErrorRate(sentence, heard)).toBeLessThan(0.35);
  });

  it("speaks mp3 when nothing is asked", async () => {
    const { audio, headers } = await generate();
    expect(headers.get("content-type")).toBe("audio/mpeg");
    const { sampleRates, seconds } = readMp3(audio);
    expect(sampleRates.size).toBe(1);
    const spoken = (await generate({ encoding: "linear16", container: "none", sample_rate: sampleRate }))
      .audio;
    expect(Math.abs(seconds - spoken.length / 2 / sampleRate)).toBeLessThan(0.3);
  });

  it("speaks opus in Ogg", async () => {
    const { audio, headers } = await generate({ encoding: "opus" });
    expect(headers.get("content-type")).toMatch(/^audio\/ogg; ?codecs=opus$/);
    expect(audio.toString("latin1", 0, 4)).toBe("OggS");
    expect(audio.toString("latin1", 28, 36)).toBe("OpusHead");
    const skipped = audio.readUInt16LE(28 + 10);
    const end = Number(audio.readBigInt64LE(audio.lastIndexOf("OggS") + 6));
    const spoken = (await generate({ encoding: "linear16", container: "none", sample_rate: sampleRate }))
      .audio;
    expect(Math.abs((end - skipped) / 48_000 - spoken.length / 2 / sampleRate)).toBeLessThan(0.3);
  });

  it.each(["mulaw", "alaw"] as const)("speaks %s, bare and in WAV", async (encoding) => {
    const bare = await generate({ encoding, container: "none" });
    expect(bare.headers.get("content-type")).toMatch(new RegExp(`^audio/${encoding}; ?rate=8000$`));
    const contained = await generate({ encoding });
    expect(contained.headers.get("content-type")).toBe("audio/wav");
    expect(contained.audio.toString("latin1", 0, 4)).toBe("RIFF");
    expect(contained.audio.readUInt16LE(20)).toBe(encoding === "alaw" ? 6 : 7);
    expect(contained.audio.readUInt32LE(24)).toBe(8000);
    expect(contained.audio.length - contained.audio.indexOf("data") - 8).toBe(bare.audio.length);
  });

  it.each([
    ["more than 2000 characters", { text: "x".repeat(2001) }, 413],
    ["no characters", { text: "" }, 400],
    ["an unknown voice", { model: "aura-nobody-en" }, 400],
    ["a sample rate for mp3", { sample_rate: 16_000 }, 400],
    ["a sample rate nobody speaks", { encoding: "linear16", sample_rate: 12_345 }, 400],
    ["a bit rate for linear16", { encoding: "linear16", bit_rate: 48_000 }, 400],
    ["a container for mp3", { container: "wav" }, 400],
    ["opus in WAV", { encoding: "opus", container: "wav" }, 400],
    ["a bit rate too low for opus", { encoding: "opus", bit_rate: 3_999 }, 400],
    ["a speed for a voice of the first kind", { model: "aura-asteria-en", speed: 1.2 }, 400],
    ["a speed out of range", { speed: 3 }, 400],
  ])("refuses %s", async (_, options, status) => {
    const error: unknown = await generate(options).catch((thrown: unknown) => thrown);
    if (!(error instanceof DeepgramError)) throw new Error("It was not refused.", { cause: error });
    expect(error.statusCode).toBe(status);
    v.parse(errorBodySchema, error.body);
    expect(error.rawResponse?.headers.get("dg-error")).toBeTypeOf("string");
  });
});

/** Walks MPEG audio layer III from frame to frame to its end; fails where no frame begins. */
function readMp3(audio: Buffer): { sampleRates: ReadonlySet<number>; seconds: number } {
  const sampleRates = new Set<number>();
  let seconds = 0;
  let at = audio.toString("latin1", 0, 3) === "ID3" ? 10 + syncSafe(audio, 6) : 0;
  while (at + 4 <= audio.length) {
    const header = audio.readUInt32BE(at);
    const version = (header >>> 19) & 3;
    const layer = (header >>> 17) & 3;
    if (header >>> 21 !== 0x7ff || version === 1 || layer !== 1)
      throw new Error(`No MP3 frame at byte ${at}.`);
    const isMpeg1 = version === 3;
    const kbps = (isMpeg1 ? mpeg1Kbps : mpeg2Kbps)[(header >>> 12) & 15] ?? 0;
    const rate = ([44_100, 48_000, 32_000][(header >>> 10) & 3] ?? 0) / (isMpeg1 ? 1 : version === 2 ? 2 : 4);
    const samples = isMpeg1 ? 1152 : 576;
    sampleRates.add(rate);
    seconds += samples / rate;
    at += Math.floor(((samples / 8) * kbps * 1000) / rate) + ((header >>> 9) & 1);
  }
  return { sampleRates, seconds };
}

const mpeg1Kbps = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const mpeg2Kbps = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

function syncSafe(bytes: Buffer, at: number): number {
  return [0, 1, 2, 3].reduce((value, index) => value * 128 + (bytes[at + index] ?? 0), 0);
}
