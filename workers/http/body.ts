import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as v from "valibot";
import { CaptionwireError } from "../../shared/errors.ts";

/** Refuses a longer body with `too_large`, before all of it is read. */
export function bodyUpTo(maxSize: number) {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new CaptionwireError("too_large");
    },
  });
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
