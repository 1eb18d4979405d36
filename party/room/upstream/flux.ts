import * as v from "valibot";
import type { AudioFormat } from "../../../shared/audio.ts";
import { fluxModels, type Recognition } from "../../../shared/settings.ts";
import type { Adapter, Reader } from "./adapter.ts";
import { closeMeaning, reasonMeaning } from "./closing.ts";
import type { CloseMeaning, ProviderEvent, ProviderWord } from "./events.ts";
import { commonParameters, type Parameters, pathWithQuery } from "./query.ts";
import { parseJson, type Said, Seconds } from "./wire.ts";

/** The adapter for Deepgram's `/v2/listen` (Flux), which hears in turns and closes without a status. */
export const flux: Adapter = {
  livePath,
  control: {
    finalize: '{"type":"ForceEndTurn"}',
    closeStream: '{"type":"CloseStream"}',
    // An unknown message ends the session here, and the provider knows no KeepAlive.
    keepAlive: null,
  },
  read: () => new FluxReader(),
  // Seen on the wire is a close without a status; the provider's documents promise 1000.
  cleanCloses: [1005, 1000],
  closeMeaning,
};

/** Nothing besides: an unknown parameter is refused. */
function livePath(format: AudioFormat, recognition: Recognition): string {
  const { model = fluxModels.english, language } = recognition;
  const hasHint = model === fluxModels.multilingual && language !== undefined && language !== "multi";
  const hint: Parameters = hasHint ? [["language_hint", language]] : [];
  return pathWithQuery("/v2/listen", [
    ["model", model],
    ["encoding", format.encoding],
    ["sample_rate", String(format.sampleRate)],
    ...hint,
    ...commonParameters(recognition),
  ]);
}

const TurnInfoSchema = v.object({
  type: v.literal("TurnInfo"),
  event: v.string(),
  turn_index: v.pipe(v.number(), v.integer(), v.minValue(0)),
  audio_window_start: Seconds,
  audio_window_end: Seconds,
  transcript: v.string(),
  words: v.optional(
    v.array(
      v.object({
        word: v.string(),
        confidence: v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0),
        start: v.optional(Seconds),
        end: v.optional(Seconds),
      }),
    ),
    [],
  ),
});
type TurnInfo = v.InferOutput<typeof TurnInfoSchema>;
const ErrorSchema = v.object({
  code: v.fallback(v.string(), "UNKNOWN"),
  description: v.fallback(v.string(), ""),
});
const AnySchema = v.object({ type: v.string() });

/**
 * `EagerEndOfTurn` and `TurnResumed`, which we do not ask for, leave a turn as open as it was: to captions a turn that
 * may be over is one that goes on.
 */
type State =
  | { readonly kind: "silence" }
  | { readonly kind: "turn"; readonly index: number; readonly said: Said };

/** Silence is settled this far behind what was heard: a turn's first word is recognised a little after it began. */
const silenceTailS = 1;
/** And in steps of this, since each final is written down. */
const silenceStepS = 1;

const other: readonly ProviderEvent[] = [{ kind: "other" }];
const unreadable: readonly ProviderEvent[] = [{ kind: "unreadable" }];

class FluxReader implements Reader {
  #state: State = { kind: "silence" };
  /** The end of the newest final. */
  #settledS = 0;
  /** How far the stream was heard. */
  #heardS = 0;
  /** Turns before this one are over. */
  #nextTurn = 0;
  /** Nothing could be read since something that could not: what it said is not known. */
  #isTorn = false;

  frame(text: string): readonly ProviderEvent[] {
    const json = parseJson(text);
    if (!v.is(AnySchema, json)) return this.#tear();
    switch (json.type) {
      case "TurnInfo": {
        const info = v.safeParse(TurnInfoSchema, json);
        if (!info.success) return this.#tear();
        const events = this.#turnInfo(info.output);
        this.#isTorn = false;
        return events;
      }
      case "Error": {
        const error = v.parse(ErrorSchema, json);
        return [{ kind: "failed", code: error.code, meaning: errorMeaning(error) }];
      }
      default:
        return other;
    }
  }

  closed(clean: boolean): readonly ProviderEvent[] {
    if (!clean || this.#isTorn) return [];
    if (this.#state.kind === "turn") return this.#settle(this.#state.said);
    return this.#heardS > this.#settledS ? this.#settle(silence(this.#heardS)) : [];
  }

  #turnInfo(info: TurnInfo): readonly ProviderEvent[] {
    // A word of a turn that is over, come late.
    if (info.turn_index < this.#nextTurn) return other;
    switch (info.event) {
      case "StartOfTurn":
        return [...this.#endSkipped(info), { kind: "speechStarted" }, ...this.#update(info)];
      case "Update":
      case "EagerEndOfTurn":
      case "TurnResumed":
        return [...this.#endSkipped(info), ...this.#update(info)];
      case "EndOfTurn":
        return [...this.#endSkipped(info), ...this.#end(info.turn_index, this.#hear(info))];
      default:
        return other;
    }
  }

  #tear(): readonly ProviderEvent[] {
    this.#isTorn = true;
    return unreadable;
  }

  /**
   * A turn whose end never came, although the next one is being told, keeps the words it had. If its end may have been
   * what could not be read, it had others besides: then a hole is left, from the final before to the turn being told.
   */
  #endSkipped(info: TurnInfo): readonly ProviderEvent[] {
    const state = this.#state;
    if (this.#isTorn && info.turn_index > this.#nextTurn) {
      this.#state = { kind: "silence" };
      this.#nextTurn = info.turn_index;
      this.#settledS = Math.max(this.#settledS, info.audio_window_start);
      return [];
    }
    return state.kind === "turn" && state.index < info.turn_index ? this.#end(state.index, state.said) : [];
  }

  #update(info: TurnInfo): readonly ProviderEvent[] {
    const said = this.#hear(info);
    const wasSilent = this.#state.kind === "silence";
    this.#state = said.text === "" ? { kind: "silence" } : { kind: "turn", index: info.turn_index, said };
    return wasSilent && said.text === "" ? this.#settleSilence() : [{ kind: "interim", ...said }];
  }

  #settleSilence(): readonly ProviderEvent[] {
    const untilS = this.#heardS - silenceTailS;
    return untilS - this.#settledS < silenceStepS ? other : this.#settle(silence(untilS));
  }

  #end(turn: number, said: Said): readonly ProviderEvent[] {
    this.#state = { kind: "silence" };
    this.#nextTurn = turn + 1;
    return [...this.#settle(said), { kind: "utteranceEnd" }];
  }

  /** From where the final before ended, so that the two leave no hole. */
  #settle({ endS, text, words }: Omit<Said, "startS">): readonly ProviderEvent[] {
    const startS = this.#settledS;
    this.#settledS = Math.max(startS, endS);
    return [{ kind: "final", startS, endS: this.#settledS, text, words }];
  }

  #hear(info: TurnInfo): Said {
    const startS = Math.max(this.#settledS, info.audio_window_start);
    const endS = Math.max(startS, info.audio_window_end);
    this.#heardS = Math.max(this.#heardS, endS);
    return { startS, endS, text: info.transcript.trim(), words: wordsOf(info, startS, endS) };
  }
}

function silence(endS: number): Omit<Said, "startS"> {
  return { endS, text: "", words: [] };
}

/** Times are optional on the wire; without them the words share the window evenly. */
function wordsOf({ words }: TurnInfo, startS: number, endS: number): readonly ProviderWord[] {
  const shareS = (endS - startS) / words.length;
  const hasTimes = words.every((word) => word.start !== undefined && word.end !== undefined);
  return words.map(({ word, confidence, start = 0, end = 0 }, at) => ({
    text: word,
    startS: hasTimes ? start : startS + at * shareS,
    endS: hasTimes ? Math.max(start, end) : startS + (at + 1) * shareS,
    confidence,
  }));
}

function errorMeaning({ code, description }: v.InferOutput<typeof ErrorSchema>): CloseMeaning {
  if (/^(UNPARSABLE|INVALID)_/.test(code)) return "fatal";
  return reasonMeaning(`${code} ${description}`) ?? "retry";
}
