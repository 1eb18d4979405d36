import * as v from "valibot";
import { areTooManyKeyterms } from "./keyterms.ts";

/** What `Configure` may change on a live stream (reference 3.3). Omitted or `null` keeps what there is. */
const configureSchema = v.object({
  features: v.nullish(v.object({ numerals: v.nullish(v.boolean()) })),
  keyterms: v.nullish(v.array(v.string())),
  language_hints: v.nullish(v.array(v.string())),
});

export type ConfigureContext = { requestId: string; hasKeyterms: boolean };

/**
 * The one answer to a `Configure` message, and whether the stream hears nothing more from then on: too many keyterms are
 * no error, they bring transcription to a standstill (reference 3.3).
 */
export function configureMessage(message: unknown, { requestId, hasKeyterms }: ConfigureContext) {
  const failure = (code: string, description: string) => ({
    reply: { type: "ConfigureFailure" as const, request_id: requestId, code, description },
    stalls: false,
  });
  const parsed = v.safeParse(configureSchema, message);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return failure("InvalidConfigureMessage", `${v.getDotPath(issue) ?? "Configure"}: ${issue.message}`);
  }
  const keyterms = parsed.output.keyterms ?? null;
  if (keyterms !== null && !hasKeyterms)
    return failure("KeytermsNotSupported", "keyterms: this model takes none; use nova-3.");
  return {
    reply: {
      type: "ConfigureSuccess" as const,
      request_id: requestId,
      ...(keyterms === null ? {} : { keyterms }),
    },
    stalls: keyterms !== null && areTooManyKeyterms(keyterms),
  };
}
