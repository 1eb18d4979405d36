import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { paragraphsOf } from "../../../engine/batch/paragraphs.ts";
import { BATCH_PARAMETERS, parseBatchQuery } from "../../../engine/batch/query.ts";
import { batchResponse } from "../../../engine/batch/response.ts";
import { transcribe } from "../../../engine/batch/transcribe.ts";
import { utterancesOf } from "../../../engine/batch/utterances.ts";
import type { WireWord } from "../../../engine/listen/messages.ts";
import type { RecogniseQuestion } from "../../../engine/recognise/questions.ts";
import { createScheduler } from "../../../engine/recognise/scheduler.ts";
import { readQuery, refuseUnknown } from "../../../engine/wire/query.ts";

const RATE = 16_000;
const query = (search: string) => readQuery(new URLSearchParams(search));
const RAW = "encoding=linear16&sample_rate=16000";

function optionsOf(search: string) {
  const parsed = parseBatchQuery(query(search));
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.options;
}

/** Words a tenth of a second long, at these times. */
const said = (...words: [text: string, start: number][]): WireWord[] =>
  words.map(([text, start]) => ({
    word: text.toLowerCase().replace(/[.?]/, ""),
    punctuated_word: text,
    start,
    end: start + 0.1,
    confidence: 0.5,
  }));

describe("batch query", () => {
  it("reads what a recording is to be answered with", () => {
    expect(optionsOf("")).toMatchObject({
      utteranceSplitSeconds: null,
      paragraphs: false,
      detectLanguage: false,
      recognition: { audio: null, punctuate: false },
    });
    expect(
      optionsOf("utterances=true&smart_format=true&detect_language=en&detect_language=de"),
    ).toMatchObject({
      utteranceSplitSeconds: 0.8,
      paragraphs: true,
      detectLanguage: true,
      recognition: { punctuate: true },
    });
    expect(optionsOf("utterances=true&utt_split=1.5&paragraphs=true&diarize_model=v2")).toMatchObject({
      utteranceSplitSeconds: 1.5,
      recognition: { punctuate: true, diarize: true },
    });
    expect(optionsOf("summarize=false").recognition.audio).toBeNull();
  });

  it.each([
    "utt_split=soon",
    "summarize=v2",
    "topics=true",
    "custom_topic=music",
    "detect_language=de",
    "diarize=true&diarize_model=v2",
    "encoding=mulaw",
    "model=flux-general-en",
    "callback=https://example.com",
  ])("refuses %s", (search) => {
    expect(refuseUnknown(query(search), BATCH_PARAMETERS)).toBeNull();
    expect(parseBatchQuery(query(search))).toMatchObject({ ok: false, error: { status: 400 } });
  });

  it("does not know what is for live streams only", () => {
    for (const name of ["interim_results", "endpointing", "utterance_end_ms", "vad_events"])
      expect(refuseUnknown(query(`${name}=1`), BATCH_PARAMETERS)).toMatchObject({ status: 400 });
  });
});

/** Ears that take loud for speech and hear one word in each stretch of it. */
function ears(recognise = async (_: RecogniseQuestion) => undefined) {
  const scheduler = createScheduler([
    async (question) => {
      await recognise(question);
      const words = [{ text: "Word.", start: 0, end: question.audio.length, confidence: 0.9 }];
      return { text: "Word.", words, tokens: [1], tokenStarts: [0] };
    },
  ]);
  const judged = { samples: 0 };
  return {
    judged,
    scheduler,
    judge: async (audio: Float32Array, memory: { state: Float32Array; context: Float32Array }) => {
      judged.samples += audio.length;
      return {
        memory,
        probabilities: Array.from({ length: audio.length / 512 }, (_, n) =>
          (audio[n * 512 + 511] ?? 0) > 0.1 ? 0.9 : 0.01,
        ),
      };
    },
  };
}

function sound(seconds: number, loud: boolean): Buffer {
  const bytes = Buffer.alloc(seconds * RATE * 2);
  if (loud) for (let at = 1; at < bytes.length; at += 2) bytes[at] = 0x40;
  return bytes;
}

async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const never = new AbortController().signal;

describe("recording", () => {
  const recording = Buffer.concat([
    sound(1, false),
    sound(2, true),
    sound(1, false),
    sound(2, true),
    sound(1, false),
  ]);

  it("is recognised whole, with the times of its words", async () => {
    const heard = await transcribe(pieces(recording, 3001), optionsOf(RAW).recognition, ears(), never);
    expect(heard).toMatchObject({
      durationSeconds: 7,
      channels: 1,
      transcript: "word word",
      sha256: createHash("sha256").update(recording).digest("hex"),
    });
    expect(heard?.words.map(({ start }) => Math.round(start))).toEqual([1, 4]);
  });

  it("is taken in no faster than it is worked on", async () => {
    const slow = ears();
    let taken = 0;
    let ahead = 0;
    async function* minutes() {
      for (let second = 0; second < 60; second++) {
        yield sound(1, false);
        taken += RATE;
        ahead = Math.max(ahead, taken - slow.judged.samples);
      }
    }
    await transcribe(minutes(), optionsOf(RAW).recognition, slow, never);
    expect(ahead).toBeLessThan(6 * RATE);
  });

  it("is refused when it is no audio", async () => {
    const none = optionsOf("").recognition;
    for (const bytes of [Buffer.alloc(0), Buffer.from("OggS, and more"), Buffer.from("RIFF")])
      expect(await transcribe(pieces(bytes, 3), none, ears(), never)).toBeNull();
    expect(
      await transcribe(pieces(Buffer.alloc(0), 3), optionsOf(RAW).recognition, ears(), never),
    ).toBeNull();
  });

  it("fails when the recogniser does, and when nobody waits for it any more", async () => {
    const broken = ears(() => Promise.reject(new Error("broken")));
    const { recognition } = optionsOf(RAW);
    await expect(transcribe(pieces(recording, 3000), recognition, broken, never)).rejects.toThrow("broken");
    const gone = new AbortController();
    const stuck = ears(() => new Promise(() => undefined));
    setTimeout(() => gone.abort(new Error("gone")), 20);
    await expect(transcribe(pieces(recording, 3000), recognition, stuck, gone.signal)).rejects.toThrow(
      "gone",
    );
  });
});

describe("batch answer", () => {
  const heard = {
    sha256: "hash",
    durationSeconds: 3,
    channels: 2,
    transcript: "Good morning.",
    words: said(["Good", 0.5], ["morning.", 0.7]),
  };
  const context = { requestId: "id", created: "2026-08-01T10:00:00.000Z" };

  it("has the shape of the reference", () => {
    const answer = batchResponse(heard, optionsOf("punctuate=true"), context);
    expect(answer).toEqual({
      metadata: {
        transaction_key: "deprecated",
        request_id: "id",
        sha256: "hash",
        created: "2026-08-01T10:00:00.000Z",
        duration: 3,
        channels: 2,
        models: [expect.any(String)],
        model_info: {
          [answer.metadata.models[0] ?? ""]: {
            name: expect.any(String),
            version: expect.any(String),
            arch: expect.any(String),
          },
        },
      },
      results: {
        channels: [{ alternatives: [{ transcript: "Good morning.", confidence: 0.5, words: heard.words }] }],
      },
    });
  });

  it("has what was asked for beside it", () => {
    const asked =
      "utterances=true&paragraphs=true&detect_language=true&diarize=true&search=good&tag=a&tag=b&extra=k:v";
    expect(batchResponse(heard, optionsOf(asked), context)).toMatchObject({
      metadata: { extra: { k: "v" }, tags: ["a", "b"] },
      results: {
        channels: [
          {
            detected_language: "en",
            search: [{ query: "good", hits: [{ start: 0.5 }] }],
            alternatives: [
              { words: [{ speaker_confidence: 0 }, {}], paragraphs: { transcript: "Good morning." } },
            ],
          },
        ],
        utterances: [{ transcript: "Good morning.", channel: 0, start: 0.5, confidence: 0.5 }],
      },
    });
  });
});

describe("utterances and paragraphs", () => {
  const words = said(["One.", 0], ["Two", 0.2], ["three.", 1.2], ["Four", 6], ["five", 6.2]);

  it("part at pauses", () => {
    const parted = utterancesOf(words, 0.8);
    expect(parted.map(({ transcript }) => transcript)).toEqual(["One. Two", "three.", "Four five"]);
    expect(parted[0]).toMatchObject({ start: 0, end: expect.closeTo(0.3), words: words.slice(0, 2) });
    expect(new Set(parted.map(({ id }) => id)).size).toBe(3);
    expect(utterancesOf([], 0.8)).toEqual([]);
  });

  it("are made of sentences", () => {
    expect(paragraphsOf(words)).toMatchObject({
      transcript: "One. Two three.\n\nFour five",
      paragraphs: [
        { num_words: 3, start: 0, sentences: [{ text: "One." }, { text: "Two three.", start: 0.2 }] },
        { num_words: 2, start: 6, sentences: [{ text: "Four five" }] },
      ],
    });
    expect(paragraphsOf([])).toEqual({ transcript: "", paragraphs: [] });
  });
});
