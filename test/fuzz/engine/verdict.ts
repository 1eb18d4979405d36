import * as v from "valibot";
import { errorBodySchema } from "../../conformance/deepgram/rest-schemas.ts";
import { parameters } from "./parameters.ts";

/** Reference 1.4, 2 and 6.6: how each route may refuse what these cases send. A 5xx is no answer to a bad request. */
const refusals = {
  live: [400, 402, 403, 431],
  flux: [400, 402, 403, 431],
  "/v1/speak": [400, 413, 415, 422],
  "/v1/listen": [400, 413, 415, 422],
  "/v1/auth/grant": [400, 403, 413, 415],
} as const;

export function checkRefusal(
  { status, headers, body }: { status: number; headers: Record<string, unknown>; body: string },
  route: keyof typeof refusals,
  also: readonly number[] = [],
): void {
  const told = `${status} ${body.slice(0, 300)}`;
  const documented: readonly number[] = refusals[route];
  if (!documented.includes(status) && !also.includes(status)) throw new Error(`Not documented: ${told}`);
  // Said by the HTTP parser, before anything of ours.
  if (status === 431) return;
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new Error(`No JSON: ${told}`);
  }
  const parsed = v.safeParse(errorBodySchema, json);
  if (!parsed.success) throw new Error(`No error of any documented shape: ${told}`);
  if (typeof headers["dg-error"] !== "string") throw new Error(`No dg-error: ${told}`);
  if (typeof parsed.output !== "string" && headers["dg-request-id"] !== parsed.output.request_id) {
    throw new Error(`dg-request-id is not the body's: ${told}`);
  }
}

/** Names no document knows are refused whatever else is right. */
export function mustBeRefused(route: keyof typeof parameters, query: string): boolean {
  const known = parameters[route];
  return [...new URLSearchParams(query).keys()].some((name) => !Object.hasOwn(known, name));
}
