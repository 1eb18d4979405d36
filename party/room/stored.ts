import * as v from "valibot";
import { encodings } from "../../shared/audio.ts";
import { RecognitionSchema } from "../../shared/settings.ts";
import { endReasons } from "./store.ts";

/** A session as it is read back from any storage. */
export const StoredSessionSchema = v.object({
  id: v.string(),
  key: v.nullable(v.string()),
  startedAt: v.number(),
  format: v.object({ encoding: v.picklist(encodings), sampleRate: v.number(), channels: v.number() }),
  recognition: RecognitionSchema,
  covered: v.number(),
  holes: v.array(v.object({ id: v.string(), from: v.number(), to: v.number() })),
  speakers: v.number(),
  ended: v.nullable(v.object({ at: v.number(), by: v.picklist(endReasons) })),
});
