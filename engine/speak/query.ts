import * as v from "valibot";
import { modernQueryError, noSuchVoice, notAvailable, type WireError } from "../wire/errors.ts";
import { choice, flag, integer, list, parseQuery, type Query, text } from "../wire/query.ts";
import { DEFAULT_VOICE, findVoice, type Voice } from "./voices.ts";

export type SpeakOptions = {
  voice: Voice;
  container: "wav" | "none";
  sampleRate: number;
  /** How fast to speak; 1 is the voice's own pace. */
  speed: number;
};

const fields = {
  model: v.optional(text, [DEFAULT_VOICE]),
  encoding: v.optional(text, ["mp3"]),
  container: v.optional(choice(["wav", "none"], "must be wav or none when encoding=linear16"), ["wav"]),
  sample_rate: v.optional(integer(1, 999_999), ["24000"]),
  bit_rate: v.optional(text),
  speed: v.optional(
    v.pipe(
      text,
      v.regex(/^\d(\.\d{1,4})?$/, "must be a number"),
      v.transform(Number),
      v.minValue(0.7, "must be at least 0.7"),
      v.maxValue(1.5, "must be at most 1.5"),
    ),
  ),
  mip_opt_out: v.optional(flag),
  tag: v.optional(list),
};

const schema = v.object(fields);

export const SPEAK_PARAMETERS: ReadonlySet<string> = new Set([
  ...Object.keys(fields),
  "callback",
  "callback_method",
]);

const SAMPLE_RATES: ReadonlySet<number> = new Set([8000, 16_000, 24_000, 32_000, 48_000]);

/** Turns a query (of known names) into options, or into the error to refuse it with (reference 6.2, 6.3, 6.6). */
export function parseSpeakQuery(
  query: Query,
): { ok: true; options: SpeakOptions } | { ok: false; error: WireError } {
  const refuse = (error: WireError) => ({ ok: false as const, error });
  if (query.callback !== undefined || query.callback_method !== undefined) {
    return refuse(modernQueryError("callback is not available in this engine."));
  }
  const encoding = query.encoding?.at(-1) ?? "mp3";
  if (encoding !== "linear16") {
    const what =
      query.encoding === undefined ? "encoding=mp3 (the default)" : `encoding=${encoding.slice(0, 40)}`;
    return refuse(notAvailable(`${what} is not available in this engine. Send encoding=linear16.`));
  }
  const parsed = parseQuery(schema, query);
  if (!parsed.ok) return parsed;
  const asked = parsed.value;
  if (asked.bit_rate !== undefined)
    return refuse(notAvailable("bit_rate is not applicable when encoding=linear16."));
  if (!SAMPLE_RATES.has(asked.sample_rate)) {
    return refuse(
      notAvailable("sample_rate must be 8000, 16000, 24000, 32000 or 48000 when encoding=linear16."),
    );
  }
  const voice = findVoice(asked.model);
  if (voice === undefined) return refuse(noSuchVoice());
  if (asked.speed !== undefined && !voice.hasSpeed) {
    return refuse(modernQueryError("speed is for Aura-2 voices only.", "SPEED_NOT_SUPPORTED"));
  }
  const { container, sample_rate: sampleRate } = asked;
  return { ok: true, options: { voice, container, sampleRate, speed: asked.speed ?? 1 } };
}
