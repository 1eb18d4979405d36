import * as v from "valibot";
import { limits } from "./limits.ts";

/** Body of Deepgram's `POST /v1/auth/grant` and of its like; an empty one asks for the default. */
export const GrantRequestSchema = v.object({
  ttl_seconds: v.nullish(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.providerGrantMaxSeconds)),
  ),
});

/** `expires_in` is in seconds. */
export const GrantAnswerSchema = v.object({ access_token: v.string(), expires_in: v.number() });
export type GrantAnswer = Readonly<v.InferOutput<typeof GrantAnswerSchema>>;
