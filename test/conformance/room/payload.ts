import * as v from "valibot";

const PayloadSchema = v.object({ sub: v.string(), exp: v.number() });

/** What a token (RFC 7519) says of its tenant and its end, seconds. */
export function payloadOf(token: string): v.InferOutput<typeof PayloadSchema> {
  const [, payload = ""] = token.split(".");
  return v.parse(PayloadSchema, JSON.parse(Buffer.from(payload, "base64url").toString()));
}
