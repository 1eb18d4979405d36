import type { IncomingMessage, ServerResponse } from "node:http";
import * as v from "valibot";
import { readBody } from "../wire/body.ts";
import { badPayload, bodyTooLarge, invalidJson, type WireError } from "../wire/errors.ts";
import type { Grants } from "../wire/grants.ts";

const MAX_BODY_BYTES = 16 * 1024;

/** Reference 2. */
const DEFAULT_TTL_SECONDS = 30;
const MAX_TTL_SECONDS = 3600;

const bodySchema = v.object({
  ttl_seconds: v.nullish(v.pipe(v.number(), v.minValue(1), v.maxValue(MAX_TTL_SECONDS)), DEFAULT_TTL_SECONDS),
});

/** How long the token is to live, from a body that may be empty; or the error to refuse it with. */
export function readTtl(
  body: Uint8Array,
): { ok: true; ttlSeconds: number } | { ok: false; error: WireError } {
  const text = new TextDecoder().decode(body).trim();
  if (text === "") return { ok: true, ttlSeconds: DEFAULT_TTL_SECONDS };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, error: invalidJson("The body is not JSON.") };
  }
  const parsed = v.safeParse(bodySchema, json);
  return parsed.success && !Array.isArray(json)
    ? { ok: true, ttlSeconds: parsed.output.ttl_seconds ?? DEFAULT_TTL_SECONDS }
    : {
        ok: false,
        error: badPayload(`Send an object whose ttl_seconds is from 1 to ${MAX_TTL_SECONDS}, or none.`),
      };
}

/** Answers `POST /v1/auth/grant` of a request whose credential has been checked (reference 2). */
export async function handleGrant(
  request: IncomingMessage,
  response: ServerResponse,
  { grants, refuse }: { grants: Grants; refuse(error: WireError): void },
): Promise<void> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === null) return refuse(bodyTooLarge("16 KB"));
  const read = readTtl(body);
  if (!read.ok) return refuse(read.error);
  const token = await grants.issue(read.ttlSeconds);
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ access_token: token, expires_in: read.ttlSeconds }));
}
