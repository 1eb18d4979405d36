import * as v from "valibot";
import { urlIn } from "../../../cli/access.ts";
import { ask, mintToken, type Service } from "../../../cli/api.ts";
import { messageOf, UserError } from "../../../cli/errors.ts";
import { HealthSchema } from "../../../shared/health.ts";

const answerWithinMs = 10_000;

/** The address of a service, without a slash at the end. Throws a `UserError` where an API key should not be sent to it. */
export function addressIn(text: string): string {
  const url = new URL(originIn(text));
  // Whoever is on the way would read the key.
  if (url.protocol === "http:" && !/^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname)) {
    throw new UserError(`${url.origin} would be sent the API key in clear. Give an address with https.`);
  }
  return url.origin;
}

function originIn(text: string): string {
  try {
    return urlIn(text);
  } catch (error) {
    throw new UserError(`${text} cannot be tried. ${messageOf(error)}`);
  }
}

/**
 * Whether the rules can be tried at all: a Captionwire answers there, and the key makes tokens. The key is sent to nobody
 * else. Throws a `UserError` that says what is wrong.
 */
export async function preflight(service: Service): Promise<void> {
  const signal = AbortSignal.timeout(answerWithinMs);
  // Its redirection would be another address than the one that was given.
  const health = await ask(`${service.url}/healthz`, { signal, redirect: "error" }).catch(
    (error: unknown) => {
      if (signal.aborted)
        throw new UserError(`${service.url} did not answer within ${answerWithinMs / 1_000} s.`);
      throw error;
    },
  );
  const said: unknown = await health.json().catch(() => null);
  if (!v.is(HealthSchema, said)) throw new UserError(`What answers at ${service.url} is no Captionwire.`);
  await mintToken(service, { scopes: ["captions:view"], room: "conformance-preflight", ttl: 60 });
}
