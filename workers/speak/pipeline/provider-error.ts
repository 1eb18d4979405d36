import * as v from "valibot";
import { limits, timing } from "../../../shared/limits.ts";
import { type Failure, mayHeal } from "./failure.ts";
import { piecesOf } from "./pieces.ts";
import type { SpeakPorts } from "./ports.ts";
import { within } from "./wait.ts";

/** Each of Deepgram's three shapes; what else they hold is passed on as it is. */
const ErrorSchema = v.looseObject({});

/** A refusal of the provider, in its own words where they are JSON (reference 1.3). */
export async function readRefusal(response: Response, ports: SpeakPorts): Promise<Failure> {
  const { status, headers } = response;
  const text = await readSome(response, ports);
  const retryable = mayHeal(status);
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), ErrorSchema), text);
  const own = parsed.success ? parsed.output : { err_code: `HTTP_${status}`, err_msg: text.slice(0, 500) };
  return {
    kind: "refused",
    status,
    body: { ...own, retryable },
    retryAfterMs: readRetryAfter(headers.get("retry-after")),
  };
}

/**
 * RFC 9110 §10.2.3, of which providers use the seconds; a date would need both clocks to agree. None is no time at all:
 * taken at its word it would have us ask without end and without a pause.
 */
function readRetryAfter(value: string | null): number | null {
  return value !== null && /^[1-9]\d{0,4}$/.test(value) ? Number(value) * 1_000 : null;
}

/** As much as comes soon: the status alone says what matters. */
async function readSome({ body }: Response, ports: SpeakPorts): Promise<string> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  const pieces = piecesOf(body);
  let text = "";
  for (let bytes = 0; bytes < limits.speakRefusalMaxBytes; ) {
    const piece = await within(ports, timing.speakRefusalMs, pieces.next()).catch(() => null);
    if (piece === null) return text + decoder.decode();
    if (piece === "late") break;
    bytes += piece.length;
    text += decoder.decode(piece, { stream: true });
  }
  pieces.cancel().catch(() => {});
  return text;
}
