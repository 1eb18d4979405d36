import * as v from "valibot";
import type { FluxSettings, SettingsChange } from "./settings.ts";
import { type TurnInfo, type TurnMessage, textOf } from "./turns.ts";

const RECOGNISER_RATE = 16_000;

const strings = v.array(v.string());

/** Control messages a client may send as text (reference 5.2). There is no KeepAlive among them. */
const clientMessageSchema = v.variant("type", [
  v.object({
    type: v.literal("Configure"),
    thresholds: v.nullish(
      v.object({
        eot_threshold: v.nullish(v.number()),
        eager_eot_threshold: v.nullish(v.number()),
        eot_timeout_ms: v.nullish(v.pipe(v.number(), v.integer("eot_timeout_ms must be an integer"))),
      }),
    ),
    keyterms: v.nullish(strings),
    language_hints: v.nullish(strings),
  }),
  v.object({ type: v.literal("ForceEndTurn") }),
  v.object({ type: v.literal("CloseStream") }),
]);

export type FluxClientMessage =
  | { type: "Configure"; change: SettingsChange }
  | { type: "ForceEndTurn" }
  | { type: "CloseStream" };

/** The message in a text frame, or what is wrong with it. */
export function parseFluxMessage(
  frame: string,
): { ok: true; message: FluxClientMessage } | { ok: false; description: string } {
  let json: unknown;
  try {
    json = JSON.parse(frame);
  } catch {
    return { ok: false, description: `${UNPARSABLE}: not JSON.` };
  }
  const parsed = v.safeParse(clientMessageSchema, json);
  if (!parsed.success) return { ok: false, description: `${UNPARSABLE}: ${parsed.issues[0].message}.` };
  const message = parsed.output;
  if (message.type !== "Configure") return { ok: true, message };
  const change: SettingsChange = {
    eotThreshold: message.thresholds?.eot_threshold ?? null,
    eagerEotThreshold: message.thresholds?.eager_eot_threshold ?? null,
    eotTimeoutMs: message.thresholds?.eot_timeout_ms ?? null,
    keyterms: message.keyterms ?? null,
    languageHints: message.language_hints ?? null,
  };
  return { ok: true, message: { type: "Configure", change } };
}

const UNPARSABLE = "Could not deserialize last text message";

/** A message as it goes over the wire (reference 5.3). Times are seconds on this socket's audio clock. */
export function wireMessage(message: TurnMessage, requestId: string) {
  const { type, sequenceId: sequence_id } = message;
  const head = { type, request_id: requestId, sequence_id };
  switch (message.type) {
    case "Connected":
      return head;
    case "TurnInfo":
      return { ...head, ...turnInfoFields(message) };
    case "ConfigureSuccess":
      return { ...head, ...settingsFields(message.settings) };
    case "ConfigureFailure": {
      const code = message.code === null ? {} : { code: message.code };
      return { ...head, ...code, description: message.description };
    }
    case "Warning":
    case "Error":
      return { type, sequence_id, code: message.code, description: message.description };
  }
}

function turnInfoFields(info: TurnInfo) {
  return {
    event: info.event,
    turn_index: info.turnIndex,
    audio_window_start: seconds(info.from),
    audio_window_end: seconds(info.to),
    transcript: textOf(info.words),
    words: info.words.map((word) => ({
      word: word.text,
      confidence: round(word.confidence),
      start: seconds(word.start),
      end: seconds(word.end),
    })),
    end_of_turn_confidence: round(info.confidence),
    ...(info.trigger === null ? {} : { trigger: info.trigger }),
    // Only the multilingual model tells of languages, and the only one recognised here is English.
    ...(info.languageHints === null
      ? {}
      : { languages: info.words.length === 0 ? [] : ["en"], languages_hinted: info.languageHints }),
  };
}

function settingsFields(settings: FluxSettings) {
  return {
    thresholds: {
      eot_threshold: settings.eotThreshold,
      ...(settings.eagerEotThreshold === null ? {} : { eager_eot_threshold: settings.eagerEotThreshold }),
      eot_timeout_ms: settings.eotTimeoutMs,
    },
    keyterms: settings.keyterms,
    ...(settings.languageHints === null ? {} : { language_hints: settings.languageHints }),
  };
}

function seconds(position: number): number {
  return round(position / RECOGNISER_RATE);
}

function round(value: number): number {
  return Math.round(value * 1e7) / 1e7;
}
