import * as v from "valibot";

const PayloadSchema = v.object({ sub: v.string(), exp: v.number() });

/** What a token (RFC 7519) says of its tenant and its end, seconds. */
export function payloadOf(token: string): v.InferOutput<typeof PayloadSchema> {
  const [, payload = ""] = token.split(".");
  return v.parse(PayloadSchema, JSON.parse(Buffer.from(payload, "base64url").toString()));
}

/** What a service forgives, and what its clock may be behind ours. */
const forgivenMs = 5_000;
const skewMs = 3_000;

/** Waits until a token has ended by the service's clock too. */
export async function ended(token: string): Promise<void> {
  const at = payloadOf(token).exp * 1_000 + forgivenMs + skewMs;
  await new Promise((resolve) => setTimeout(resolve, at - Date.now()));
}
