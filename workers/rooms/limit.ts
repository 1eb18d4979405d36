import * as v from "valibot";
import { CaptionwireError } from "../../shared/errors.ts";

const DigitsSchema = v.pipe(v.string(), v.regex(/^\d{1,4}$/), v.transform(Number));

/** `?limit=`, from 1 to `max`. Throws `bad_request`. */
export function readLimit(text: string, max: number): number {
  const read = v.safeParse(v.pipe(DigitsSchema, v.minValue(1), v.maxValue(max)), text);
  if (read.success) return read.output;
  throw new CaptionwireError("bad_request", `limit is a number from 1 to ${max}.`);
}
