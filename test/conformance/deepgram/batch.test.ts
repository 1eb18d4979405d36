import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeepgramError } from "@deepgram/sdk";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wavFile } from "../../support/wav-file.ts";
import { errorBodySchema, transcriptionSchema } from "./rest-schemas.ts";
import {
  joined,
  otherSentence,
  sampleRate,
  secondsOf,
  sentence,
  silence,
  speech,
  wordErrorRate,
} from "./speech.ts";
import { clientOf, startTarget, type Target } from "./target.ts";

let target: Target;
let folder: string;
let data: Uint8Array;
let wav: Uint8Array;
beforeAll(async () => {
  target = await startTarget();
  folder = mkdtempSync(join(tmpdir(), "captionwire-batch-"));
  const parts = [await speech(target, sentence), silence(2), await speech(target, otherSentence)];
  data = joined(silence(1.5), ...parts, silence(0.5));
  wav = wavFile({ encoding: "linear16", sampleRate, channels: 1 }, data);
});
afterAll(async () => {
  await target.close();
  rmSync(folder, { recursive: true, force: true });
});

const said = `${sentence} ${otherSentence}`;

async function transcribe(audio: Parameters<ReturnType<typeof media>["transcribeFile"]>[0], options = {}) {
  const answer: unknown = await media().transcribeFile(audio, { model: "nova-3", ...options });
  return v.parse(transcriptionSchema, answer);
}

function media() {
  return clientOf(target).listen.v1.media;
}

describe("listen v1, batch", () => {
  it("transcribes a file as the README shows", async () => {
    const file = join(folder, "audio.wav");
    writeFileSync(file, wav);
    const { metadata, results } = await transcribe(createReadStream(file));
    expect(results.channels).toHaveLength(1);
    const best = results.channels[0]?.alternatives[0];
    expect(wordErrorRate(said, best?.transcript ?? "")).toBeLessThan(0.25);
    expect(best?.words.map(({ word }) => word).join(" ")).toBe(best?.transcript);
    let before = 0;
    for (const { start, end, punctuated_word } of best?.words ?? []) {
      expect(start).toBeGreaterThanOrEqual(before - 0.01);
      expect(end).toBeGreaterThanOrEqual(start);
      expect(punctuated_word).toBeUndefined();
      before = start;
    }
    expect(best?.words[0]?.start).toBeGreaterThan(1);
    expect(before).toBeLessThan(secondsOf(data));

    expect(metadata.duration).toBeCloseTo(secondsOf(data), 1);
    expect(metadata.channels).toBe(1);
    expect(metadata.sha256).toBe(createHash("sha256").update(wav).digest("hex"));
    expect(Object.keys(metadata.model_info)).toEqual(metadata.models);
  });

  it("punctuates, and parts utterances, when asked", async () => {
    const { results } = await transcribe(wav, { smart_format: true, punctuate: true, utterances: true });
    const best = results.channels[0]?.alternatives[0];
    expect(best?.transcript).toMatch(/^Please .*\. The .*\.$/);
    expect(best?.words.map(({ punctuated_word }) => punctuated_word).join(" ")).toBe(best?.transcript);
    expect(results.utterances).toHaveLength(2);
    expect(results.utterances?.map(({ transcript }) => transcript).join(" ")).toBe(best?.transcript);
  });

  it("takes raw audio that is described in the query", async () => {
    const answer: unknown = await media().transcribeFile(
      data,
      { model: "nova-3", encoding: "linear16" },
      { queryParams: { sample_rate: sampleRate } },
    );
    const { results } = v.parse(transcriptionSchema, answer);
    expect(wordErrorRate(said, results.channels[0]?.alternatives[0]?.transcript ?? "")).toBeLessThan(0.25);
  });

  it("says nothing of silence", async () => {
    const quiet = wavFile({ encoding: "linear16", sampleRate, channels: 1 }, silence(2));
    const { results } = await transcribe(quiet);
    expect(results.channels[0]?.alternatives[0]).toMatchObject({ transcript: "", confidence: 0, words: [] });
  });

  it.each([
    ["what is no audio", () => Buffer.from("This is a letter, not a recording."), {}, 400],
    ["an unknown model", () => wav, { model: "nova-99" }, 400],
    ["an unknown language", () => wav, { language: "tlh" }, 400],
  ])("refuses %s", async (_, audio, options, status) => {
    const error: unknown = await transcribe(audio(), options).catch((thrown: unknown) => thrown);
    if (!(error instanceof DeepgramError)) throw error;
    expect(error.statusCode).toBe(status);
    v.parse(errorBodySchema, error.body);
  });

  it("refuses a stranger", async () => {
    const stranger = clientOf(target, { apiKey: "0123456789abcdef0123456789abcdef01234567" });
    await expect(stranger.listen.v1.media.transcribeFile(wav, { model: "nova-3" })).rejects.toMatchObject({
      statusCode: 401,
      body: { err_code: "INVALID_AUTH" },
    });
  });
});
