import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as v from "valibot";
import { CaptionwireError } from "../../shared/errors.ts";

/** Refuses a longer body with `too_large`, before all of it is read. */
export function bodyUpTo(maxSize: number): MiddlewareHandler {
  const limited = bodyLimit({
    maxSize,
    onError: () => {
      throw new CaptionwireError("too_large");
    },
  });
  // A body of unknown length is read there. What fails behind it has been answered before it comes back here.
  return (c, next) => whole(limited(c, next));
}

/** A body that breaks off, or is not framed as it says, is the client's fault. Throws `bad_request`. */
export async function whole<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw error instanceof CaptionwireError
      ? error
      : new CaptionwireError("bad_request", "The body broke off.");
  }
}

/**
 * The body as JSON of a shape. Throws `bad_request`, naming what is wrong.
 *
 * @param example what to send instead of something that is no JSON object at all
 */
export async function readJson<const S extends v.GenericSchema>(
  c: Context,
  schema: S,
  example: string,
): Promise<v.InferOutput<S>> {
  const body: unknown = await c.req.json().catch(() => undefined);
  // valibot takes an array for an object without keys.
  const read = v.safeParse(schema, Array.isArray(body) ? undefined : body);
  if (read.success) return read.output;
  const path = v.getDotPath(read.issues[0]);
  throw new CaptionwireError(
    "bad_request",
    path === null ? `Send JSON such as ${example}.` : `"${path}" is not valid.`,
  );
}
