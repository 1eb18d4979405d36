import * as v from "valibot";
import type { Hypothesis, Word } from "../recognise/words.ts";
import type { configureMessage } from "./configure.ts";
import type { RecognitionOptions } from "./recognition-query.ts";
import { searchWords } from "./search.ts";

/** What stands for Deepgram's model in this engine's answers. */
const MODEL_UUID = "6d6f6f6e-7368-4e65-8469-6e7900000001";
const MODEL_INFO = { name: "general-moonshine-tiny", version: "2024-10-21.0", arch: "moonshine" };

const RECOGNISER_RATE = 16_000;

/** The only language the recogniser knows. */
export const SPOKEN_LANGUAGE = "en";

/** Control messages a client may send as text (Deepgram reference 3.3). */
const clientMessageSchema = v.variant("type", [
  v.object({ type: v.literal("KeepAlive") }),
  v.object({ type: v.literal("Finalize"), channel: v.optional(v.number()) }),
  v.object({ type: v.literal("CloseStream") }),
  // What it may hold is checked where it is answered: a bad one has an answer of its own.
  v.looseObject({ type: v.literal("Configure") }),
]);
export type ClientMessage = v.InferOutput<typeof clientMessageSchema>;

/** The message in a text frame, or what is wrong with it. */
export function parseClientMessage(
  frame: string,
): { ok: true; message: ClientMessage } | { ok: false; description: string } {
  let json: unknown;
  try {
    json = JSON.parse(frame);
  } catch {
    return { ok: false, description: "Could not deserialize last text message: not JSON." };
  }
  const parsed = v.safeParse(clientMessageSchema, json);
  return parsed.success
    ? { ok: true, message: parsed.output }
    : { ok: false, description: `Could not deserialize last text message: ${parsed.issues[0].message}.` };
}

/** One result: the transcript of the samples `start`–`end` of the stream, recognised from the audio at `heardFrom`. */
export type ResultParts = {
  start: number;
  end: number;
  heardFrom: number;
  hypothesis: Hypothesis;
  isFinal: boolean;
  speechFinal: boolean;
  fromFinalize: boolean;
};

export type ResultContext = { requestId: string; options: RecognitionOptions };

/** A `Results` message (reference 3.4.1). Times are seconds on this socket's audio clock. */
export function resultsMessage(parts: ResultParts, { requestId, options }: ResultContext) {
  const words = parts.hypothesis.words.map((word) => wireWord(word, parts, options));
  const transcript = words.map((word) => (options.punctuate ? word.punctuated_word : word.word)).join(" ");
  return {
    type: "Results" as const,
    channel_index: [0, 1],
    duration: seconds(parts.end - parts.start),
    start: seconds(parts.start),
    is_final: parts.isFinal,
    speech_final: parts.speechFinal,
    from_finalize: parts.fromFinalize,
    channel: {
      alternatives: [
        {
          transcript,
          confidence: meanConfidence(words),
          ...(options.multilingual ? { languages: words.length > 0 ? [SPOKEN_LANGUAGE] : [] } : {}),
          words,
        },
      ],
      ...(options.search.length > 0 ? { search: searchWords(words, options.search) } : {}),
    },
    // None are found here; the field is there for whoever reads it.
    ...(options.detectEntities && parts.isFinal ? { entities: [] } : {}),
    metadata: {
      request_id: requestId,
      model_uuid: MODEL_UUID,
      model_info: MODEL_INFO,
      ...(options.extra === null ? {} : { extra: options.extra }),
    },
  };
}

/** 0 when there are none (reference 3.4.1). */
export function meanConfidence(words: readonly { confidence: number }[]): number {
  return words.length === 0 ? 0 : round(words.reduce((sum, word) => sum + word.confidence, 0) / words.length);
}

export type WireWord = ReturnType<typeof wireWord>;

function wireWord(word: Word, parts: ResultParts, options: RecognitionOptions) {
  const within = (position: number) => Math.min(parts.end, Math.max(parts.start, parts.heardFrom + position));
  return {
    word: plainWord(word.text),
    start: seconds(within(word.start)),
    end: seconds(within(word.end)),
    confidence: round(word.confidence),
    ...(options.multilingual ? { language: SPOKEN_LANGUAGE } : {}),
    ...(options.punctuate ? { punctuated_word: word.text } : {}),
    ...(options.diarize ? { speaker: 0 } : {}),
  };
}

/** Lower case, without the marks around and inside a word except the apostrophe and the hyphen. */
export function plainWord(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}'’.,%$€£-]/gu, "")
    .replace(/^[^\p{L}\p{N}$€£]+|[^\p{L}\p{N}%]+$/gu, "");
}

export function speechStartedMessage(at: number) {
  return { type: "SpeechStarted" as const, channel: [0, 1], timestamp: seconds(at) };
}

export function utteranceEndMessage(lastWordEnd: number) {
  return { type: "UtteranceEnd" as const, channel: [0, 1], last_word_end: seconds(lastWordEnd) };
}

export type MetadataParts = {
  requestId: string;
  sha256: string;
  created: string;
  durationSeconds: number;
  channels: number;
};

/** The `Metadata` message (reference 3.4.4). After a timeout without audio it names no model. */
export function metadataMessage(parts: MetadataParts, withModel: boolean) {
  return {
    type: "Metadata" as const,
    transaction_key: "deprecated",
    request_id: parts.requestId,
    sha256: parts.sha256,
    created: parts.created,
    duration: round(parts.durationSeconds),
    channels: parts.channels,
    ...(withModel ? modelFields() : {}),
  };
}

/** The recogniser, in a map by id as metadata of a whole recording has it (reference 3.4.4, 9). */
export function modelFields() {
  return { models: [MODEL_UUID], model_info: { [MODEL_UUID]: MODEL_INFO } };
}

/** The reply to a text frame that is no message (reference 3.4.6). The stream goes on. */
export function schemaErrorMessage(description: string, frame: string) {
  return { type: "Error" as const, variant: "SchemaError", description, message: frame.slice(0, 1000) };
}

export type ServerMessage =
  | ReturnType<typeof resultsMessage>
  | ReturnType<typeof speechStartedMessage>
  | ReturnType<typeof utteranceEndMessage>
  | ReturnType<typeof metadataMessage>
  | ReturnType<typeof schemaErrorMessage>
  | ReturnType<typeof configureMessage>["reply"];

function seconds(position: number): number {
  return round(position / RECOGNISER_RATE);
}

/** Sample positions at 16 kHz are whole sixteenths of a millisecond; seven places hold them exactly. */
export function round(value: number): number {
  return Math.round(value * 1e7) / 1e7;
}
