import * as v from "valibot";
import type { AudioFormat } from "../../../shared/audio.ts";
import { defaultModel, type Recognition } from "../../../shared/settings.ts";
import type { Adapter, Reader } from "./adapter.ts";
import { closeMeaning } from "./closing.ts";
import type { ProviderEvent } from "./events.ts";
import { listenParameters, pathWithQuery } from "./query.ts";
import { parseJson, type Said, Seconds, textOf, WordSchema, wordOf } from "./wire.ts";

/** The adapter for Deepgram's `/v1/listen` (Nova and its predecessors). */
export const nova: Adapter = {
  livePath,
  control: {
    finalize: '{"type":"Finalize"}',
    closeStream: '{"type":"CloseStream"}',
    keepAlive: '{"type":"KeepAlive"}',
  },
  read: () => new NovaReader(),
  cleanCloses: [1000],
  closeMeaning,
};

/**
 * Silence that ends an utterance. The provider's default of 10 ms cuts sentences at every breath; for speakers who
 * switch languages it advises a shorter one than we take otherwise.
 */
const endpointingMs = { default: 300, multilingual: 100 } as const;
/** The least that helps: it is found by the words of interims, which come about once a second. */
const utteranceEndMs = 1_000;

function livePath(format: AudioFormat, recognition: Recognition): string {
  const { model = defaultModel, language = "en" } = recognition;
  const pauseMs = language === "multi" ? endpointingMs.multilingual : endpointingMs.default;
  return pathWithQuery("/v1/listen", [
    ...listenParameters(recognition, model, language),
    ["encoding", format.encoding],
    ["sample_rate", String(format.sampleRate)],
    ["channels", String(format.channels)],
    ["interim_results", "true"],
    ["endpointing", String(recognition.endpointing ?? pauseMs)],
    ["utterance_end_ms", String(utteranceEndMs)],
    ["vad_events", "true"],
  ]);
}

const ResultsSchema = v.object({
  type: v.literal("Results"),
  /** Index and count. */
  channel_index: v.fallback(v.array(v.number()), []),
  start: Seconds,
  duration: Seconds,
  is_final: v.optional(v.boolean(), false),
  speech_final: v.fallback(v.boolean(), false),
  channel: v.object({
    alternatives: v.array(v.object({ transcript: v.string(), words: v.optional(v.array(WordSchema), []) })),
  }),
});
type Results = v.InferOutput<typeof ResultsSchema>;
/** Types and fields that are unknown here are ignored: the provider adds both without a version change. */
const AnySchema = v.object({ type: v.string() });

/** Times are 32-bit floats on the wire, a few milliseconds coarse after some hours: closer together is the same moment. */
const toleranceS = 0.01;

const other: readonly ProviderEvent[] = [{ kind: "other" }];
const unreadable: readonly ProviderEvent[] = [{ kind: "unreadable" }];

class NovaReader implements Reader {
  /** The end of the newest final. */
  #settledS = 0;
  /** What the latest interim holds behind the newest final. */
  #unsettled: Said | null = null;
  /** Words have come since the last utterance ended. */
  #isOpen = false;
  /** A pause was told before the final of the words in front of it: where the last of them ends. */
  #pausedAtS: number | null = null;

  frame(text: string): readonly ProviderEvent[] {
    const json = parseJson(text);
    if (!v.is(AnySchema, json)) return unreadable;
    switch (json.type) {
      case "Results": {
        const results = v.safeParse(ResultsSchema, json);
        return results.success ? this.#results(results.output) : unreadable;
      }
      case "UtteranceEnd":
        return this.#pause();
      case "SpeechStarted":
        return [{ kind: "speechStarted" }];
      default:
        return other;
    }
  }

  /** After `closeStream` all words come as finals before the close. */
  closed(): readonly ProviderEvent[] {
    return [];
  }

  #results(results: Results): readonly ProviderEvent[] {
    // Channels are recognised together unless asked otherwise; another one's clock would run beside this one's.
    if ((results.channel_index[0] ?? 0) !== 0) return other;
    const alternative = results.channel.alternatives[0];
    const said: Said = {
      startS: results.start,
      endS: results.start + results.duration,
      text: alternative?.transcript.trim() ?? "",
      words: alternative?.words.map(wordOf) ?? [],
    };
    return results.is_final ? this.#final(said, results.speech_final) : this.#interim(said);
  }

  #interim(said: Said): readonly ProviderEvent[] {
    if (said.endS <= this.#settledS + toleranceS) return other;
    const behind = behindOf(said, this.#settledS);
    this.#unsettled = behind;
    if (behind.text !== "") this.#isOpen = true;
    return [{ kind: "interim", ...behind }];
  }

  #final(said: Said, hasPause: boolean): readonly ProviderEvent[] {
    const events: ProviderEvent[] = [{ kind: "final", ...said }];
    this.#settledS = Math.max(this.#settledS, said.endS);
    if (said.text !== "") this.#isOpen = true;
    if (hasPause || this.#isEndedBy(said)) events.push(...this.#end());
    // It may cover less than was shown already; the rest comes again, and stays on the screen until then.
    const rest = this.#unsettled === null ? null : behindOf(this.#unsettled, this.#settledS);
    this.#unsettled = rest !== null && rest.words.length > 0 ? rest : null;
    if (this.#unsettled === null) return events;
    this.#isOpen = true;
    return [...events, { kind: "interim", ...this.#unsettled }];
  }

  /** Told by the times of words, those of interims included, whose final is then still to come. */
  #pause(): readonly ProviderEvent[] {
    const lastWord = this.#unsettled?.words.at(-1);
    if (lastWord === undefined) return this.#isOpen ? this.#end() : other;
    this.#pausedAtS = lastWord.endS;
    return other;
  }

  /** Whether the pause that was told before is the end of this final, and the speaker has not gone on inside of it. */
  #isEndedBy({ endS, words }: Said): boolean {
    const pausedAtS = this.#pausedAtS;
    if (pausedAtS === null || endS < pausedAtS - toleranceS) return false;
    this.#pausedAtS = null;
    const lastWord = words.at(-1);
    return lastWord === undefined || middleS(lastWord) <= pausedAtS;
  }

  /** Once for each utterance: long silences are told as pauses again and again. */
  #end(): readonly ProviderEvent[] {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    this.#pausedAtS = null;
    return wasOpen ? [{ kind: "utteranceEnd" }] : [];
  }
}

/** What of an interim lies behind a moment: the words whose greater part does. */
function behindOf(said: Said, momentS: number): Said {
  const words = said.words.filter((word) => middleS(word) > momentS);
  // With all its words it keeps its text, which may be spaced otherwise.
  const text = words.length === said.words.length ? said.text : textOf(words);
  return { startS: Math.max(said.startS, momentS), endS: Math.max(said.endS, momentS), text, words };
}

function middleS({ startS, endS }: { readonly startS: number; readonly endS: number }): number {
  return (startS + endS) / 2;
}
