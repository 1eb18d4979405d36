import * as v from "valibot";
import { ErrorFrameSchema } from "../shared/protocol.ts";
import { parseFrame } from "./frames.ts";

const RefusalSchema = v.omit(ErrorFrameSchema, ["type"]);
export type Refusal = Readonly<v.InferOutput<typeof RefusalSchema>>;

/** Why the service refused a request, in its own words. `null` when something else on the way answered. */
export async function readRefusal(answer: Response): Promise<Refusal | null> {
  return parseFrame(RefusalSchema, await answer.text());
}
