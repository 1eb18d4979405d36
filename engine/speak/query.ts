import * as v from "valibot";
import { modernQueryError, noSuchVoice, type WireError } from "../wire/errors.ts";
import { flag, list, parseQuery, type Query, text } from "../wire/query.ts";
import { readFormat, type SpeakFormat } from "./formats.ts";
import { DEFAULT_VOICE, findVoice, type Voice } from "./voices.ts";

export type SpeakOptions = {
  voice: Voice;
  format: SpeakFormat;
  /** How fast to speak; 1 is the voice's own pace. */
  speed: number;
};

const schema = v.object({
  model: v.optional(text, [DEFAULT_VOICE]),
  encoding: v.optional(text, ["mp3"]),
  container: v.optional(text),
  sample_rate: v.optional(text),
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
  callback: v.optional(text),
  callback_method: v.optional(text),
});

export const SPEAK_PARAMETERS: ReadonlySet<string> = new Set(Object.keys(schema.entries));

/** Turns a query (of known names) into options, or into the error to refuse it with (reference 6.2, 6.3, 6.6). */
export function parseSpeakQuery(
  query: Query,
): { ok: true; options: SpeakOptions } | { ok: false; error: WireError } {
  const refuse = (error: WireError) => ({ ok: false as const, error });
  const parsed = parseQuery(schema, query);
  if (!parsed.ok) return parsed;
  const asked = parsed.value;
  if (asked.callback !== undefined || asked.callback_method !== undefined)
    return refuse(modernQueryError("callback is not available here."));
  const read = readFormat({
    encoding: asked.encoding,
    container: asked.container,
    sampleRate: asked.sample_rate,
    bitRate: asked.bit_rate,
  });
  if (!read.ok) return read;
  const voice = findVoice(asked.model);
  if (voice === undefined) return refuse(noSuchVoice());
  if (asked.speed !== undefined && !voice.hasSpeed)
    return refuse(modernQueryError("speed is for Aura-2 voices only.", "SPEED_NOT_SUPPORTED"));
  return { ok: true, options: { voice, format: read.format, speed: asked.speed ?? 1 } };
}
