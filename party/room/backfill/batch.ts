import * as v from "valibot";
import { defaultModel, fluxModels, isFlux, type Recognition } from "../../../shared/settings.ts";
import type { ProviderEvent, ProviderWord } from "../upstream/events.ts";
import { listenParameters, pathWithQuery } from "../upstream/query.ts";
import { parseJson, type Said, Seconds, textOf, WordSchema, wordOf } from "../upstream/wire.ts";

type Final = Extract<ProviderEvent, { kind: "final" }>;

/**
 * Path and query of the request that recognises a recording, which is sent as a WAV file (`wav.ts`). Flux has no such
 * endpoint: the nearest model that has one stands in.
 */
export function batchPath(recognition: Recognition): string {
  const { model, language } = batchModel(recognition);
  return pathWithQuery("/v1/listen", [
    ...listenParameters(recognition, model, language),
    ["utterances", "true"],
  ]);
}

function batchModel({ model = defaultModel, language = "en" }: Recognition) {
  if (!isFlux(model)) return { model, language };
  return { model: defaultModel, language: model === fluxModels.multilingual ? "multi" : language };
}

const Words = v.optional(v.array(WordSchema), []);
const UtteranceSchema = v.object({
  start: Seconds,
  end: Seconds,
  channel: v.optional(v.number(), 0),
  transcript: v.string(),
  words: Words,
});
const AnswerSchema = v.object({
  results: v.object({
    channels: v.array(
      v.object({ alternatives: v.array(v.object({ transcript: v.string(), words: Words })) }),
    ),
    utterances: v.optional(v.array(UtteranceSchema)),
  }),
});

/**
 * What was said in a recording, one final an utterance, in order of time; times are seconds since it began.
 * `null`: the answer cannot be read, which is not the same as that nothing was said.
 */
export function readBatch(body: string): readonly Final[] | null {
  const answer = v.safeParse(AnswerSchema, parseJson(body));
  if (!answer.success) return null;
  const { channels, utterances } = answer.output.results;
  const said =
    utterances === undefined ? fromWords(channels[0]?.alternatives[0]) : fromUtterances(utterances);
  return said === null
    ? null
    : said
        .filter(({ text }) => text !== "")
        .sort((a, b) => a.startS - b.startS)
        .map((one) => ({ kind: "final", ...one }));
}

function fromUtterances(utterances: readonly v.InferOutput<typeof UtteranceSchema>[]): Said[] {
  return utterances
    .filter(({ channel }) => channel === 0)
    .map(({ start, end, transcript, words }) => ({
      startS: start,
      endS: Math.max(start, end),
      text: transcript.trim(),
      words: words.map(wordOf),
    }));
}

/** The pause between words that parts two utterances, as the provider does it where it is asked to. */
const pauseS = 0.8;

/** Words without times cannot be put anywhere. */
function fromWords(
  alternative: { readonly transcript: string; readonly words: v.InferOutput<typeof Words> } | undefined,
): Said[] | null {
  if (alternative === undefined || alternative.transcript.trim() === "") return [];
  const [first, ...rest] = alternative.words.map(wordOf);
  if (first === undefined) return null;
  const groups: [ProviderWord, ...ProviderWord[]][] = [[first]];
  let endS = first.endS;
  for (const word of rest) {
    if (word.startS - endS > pauseS) groups.push([word]);
    else groups.at(-1)?.push(word);
    endS = Math.max(endS, word.endS);
  }
  return groups.map((words) => ({
    startS: words[0].startS,
    endS: words.reduce((latest, word) => Math.max(latest, word.endS), 0),
    text: textOf(words),
    words,
  }));
}

/** Whether the same request may succeed later. 0: no answer came. */
export function mayHealBatch(status: number): boolean {
  return (
    status === 0 || status === 408 || status === 425 || status === 429 || (status >= 500 && status < 600)
  );
}
