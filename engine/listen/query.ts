import * as v from "valibot";
import { invalidQuery, type WireError } from "../wire/errors.ts";
import { choice, flag, integer, parseQuery, type Query } from "../wire/query.ts";
import {
  diarizeModel,
  type RecognitionOptions,
  readRecognition,
  recognitionFields,
} from "./recognition-query.ts";

/** What a live session was asked for, with the defaults of Deepgram reference 3.1 filled in. */
export type ListenOptions = RecognitionOptions & {
  interimResults: boolean;
  /** Silence that ends an utterance, or `null` for never. */
  endpointingMs: number | null;
  utteranceEndMs: number | null;
  vadEvents: boolean;
};

const schema = v.object({
  ...recognitionFields,
  interim_results: v.optional(flag, ["false"]),
  endpointing: v.optional(v.union([endpointingOff(), integer(0, 60_000)], "must be false or milliseconds"), [
    "10",
  ]),
  utterance_end_ms: v.optional(integer(0, 60_000)),
  vad_events: v.optional(flag, ["false"]),
  diarize_model: diarizeModel(["latest", "v1"]),
  // Accepted without effect: finals never wait for entities here.
  no_delay: v.optional(flag),
});

function endpointingOff() {
  return v.pipe(
    choice(["false"], "must be false"),
    v.transform(() => null),
  );
}

/** Every parameter of live `/v1/listen` this engine knows by name. */
export const LISTEN_PARAMETERS: ReadonlySet<string> = new Set(Object.keys(schema.entries));

/** Turns a query (of known names) into options, or into the error to refuse it with. */
export function parseListenQuery(
  query: Query,
): { ok: true; options: ListenOptions } | { ok: false; error: WireError } {
  const parsed = parseQuery(schema, query);
  if (!parsed.ok) return parsed;
  const asked = parsed.value;
  if (asked.utterance_end_ms !== undefined && !asked.interim_results) {
    return { ok: false, error: invalidQuery("utterance_end_ms: needs interim_results=true.") };
  }
  const recognition = readRecognition(asked);
  if (!recognition.ok) return recognition;
  return {
    ok: true,
    options: {
      ...recognition.options,
      interimResults: asked.interim_results,
      endpointingMs: asked.endpointing,
      utteranceEndMs: asked.utterance_end_ms ?? null,
      vadEvents: asked.vad_events,
    },
  };
}
