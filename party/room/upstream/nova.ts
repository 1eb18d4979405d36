import * as v from "valibot";
import type { AudioFormat } from "../../../shared/audio.ts";
import type { CloseMeaning, ProviderEvent, ProviderWord } from "./events.ts";

/** The adapter for Deepgram's `/v1/listen` (Nova): its query, its control messages, its answers. */

export type NovaSettings = { readonly language: string | null; readonly model: string | null };

/** Silence that ends an utterance. Deepgram's default of 10 ms cuts sentences at every breath. */
const endpointingMs = 300;

export function novaPath(format: AudioFormat, settings: NovaSettings): string {
  const query = new Map([
    // Deepgram's own default model is a much older one, so always name it.
    ["model", settings.model ?? "nova-3"],
    ["language", settings.language ?? "en"],
    ["encoding", format.encoding],
    ["sample_rate", String(format.sampleRate)],
    ["channels", String(format.channels)],
    ["interim_results", "true"],
    ["punctuate", "true"],
    ["endpointing", String(endpointingMs)],
  ]);
  return `/v1/listen?${[...query].map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")}`;
}

/** Sent as text frames only: as binary they would be taken for audio. */
export const novaControl = {
  keepAlive: '{"type":"KeepAlive"}',
  finalize: '{"type":"Finalize"}',
  closeStream: '{"type":"CloseStream"}',
} as const;

const Seconds = v.pipe(v.number(), v.minValue(0));
const ResultsSchema = v.object({
  type: v.literal("Results"),
  start: Seconds,
  duration: Seconds,
  is_final: v.optional(v.boolean(), false),
  channel: v.object({
    alternatives: v.array(
      v.object({
        transcript: v.string(),
        words: v.optional(
          v.array(
            v.object({
              word: v.string(),
              punctuated_word: v.optional(v.string()),
              start: Seconds,
              end: Seconds,
              confidence: v.optional(v.number(), 0),
              speaker: v.optional(v.number()),
            }),
          ),
          [],
        ),
      }),
    ),
  }),
});
const OtherSchema = v.object({ type: v.string() });

/** Reads one text frame. Unknown types and fields are ignored: Deepgram adds both without a version change. */
export function readNova(text: string): ProviderEvent {
  const json = parseJson(text);
  const results = v.safeParse(ResultsSchema, json);
  if (results.success) return fromResults(results.output);
  return v.is(OtherSchema, json) && json.type !== "Results" ? { kind: "other" } : { kind: "unreadable" };
}

function fromResults(results: v.InferOutput<typeof ResultsSchema>): ProviderEvent {
  const alternative = results.channel.alternatives[0];
  const speaker = alternative?.words[0]?.speaker;
  const range = {
    startS: results.start,
    endS: results.start + results.duration,
    text: alternative?.transcript.trim() ?? "",
    ...(speaker === undefined ? {} : { speaker }),
  };
  if (!results.is_final) return { kind: "interim", ...range };
  const words = (alternative?.words ?? []).map(
    (word): ProviderWord => ({
      text: word.punctuated_word ?? word.word,
      startS: word.start,
      endS: word.end,
      confidence: word.confidence,
    }),
  );
  return { kind: "final", ...range, words };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads a close by code and reason: the reason is prose with a short link, so both spellings of a code are looked for.
 * `idle` means the provider had nothing to listen to: a new socket is worth opening only when there is audio.
 */
export function novaCloseMeaning(code: number, reason: string): CloseMeaning {
  if (/net-?000[12]/i.test(reason) || /no_audio_timeout/i.test(reason)) return "idle";
  // 1008 DATA-0000 (undecodable audio) and 1002 fail again with the same input; 1003 and 1007 likewise.
  if (code === 1002 || code === 1003 || code === 1007 || code === 1008) return "fatal";
  return "retry";
}

/** 4xx other than time-outs and rate limits cannot heal: wrong key, no credit, bad parameters. */
export function refusalIsFatal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;
}
