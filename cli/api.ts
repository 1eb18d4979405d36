import * as v from "valibot";
import type { TokenRequest } from "../shared/claims.ts";
import { DeepgramDetailsSchema, DeepgramErrorSchema, ErrorAnswerSchema } from "../shared/error-answer.ts";
import { type Minted, MintedSchema } from "../shared/minted.ts";
import { UserError } from "./errors.ts";

/** A running Captionwire and the key that mints tokens for it. */
export type Service = { readonly url: string; readonly apiKey: string };

/** Has a token made, and tells its id and when it ends (epoch milliseconds). */
export async function mint(service: Service, request: TokenRequest): Promise<Minted> {
  const response = await ask(`${service.url}/v1/tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${service.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  return readJson(response, MintedSchema);
}

export async function mintToken(service: Service, request: TokenRequest): Promise<string> {
  return (await mint(service, request)).token;
}

/** The service answered, with an error. `code` is its word for it, where it has one. */
export class RefusedError extends UserError {
  readonly status: number;
  readonly code: string | null;

  constructor(message: string, status: number, code: string | null) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const answerWithinMs = 60_000;

/**
 * The answer, when it is a good one; the body may take its time. Throws `RefusedError`, or a `UserError` when there is none;
 * what `init.signal` aborts rejects as `fetch` does.
 */
export async function ask(url: string, init: RequestInit): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error("no answer came")), answerWithinMs);
  const given = init.signal ?? null;
  let response: Response;
  try {
    response = await fetch(url, {
      ...init,
      signal: given === null ? late.signal : AbortSignal.any([given, late.signal]),
    });
  } catch (error) {
    if (given?.aborted) throw error;
    throw new UserError(
      `${new URL(url).origin} cannot be reached: ${reasonOf(error)}. Does it run there? npm start runs one on this machine.`,
    );
  } finally {
    clearTimeout(timer);
  }
  if (response.ok) return response;
  const said = (await response.text()).slice(0, 1_000);
  const { code, message } = toldIn(said);
  throw new RefusedError(
    `${init.method ?? "GET"} ${new URL(url).pathname} answered ${response.status}: ${message}`,
    response.status,
    code,
  );
}

/** The answer's JSON; one of another shape is a `UserError`. */
export async function readJson<Schema extends v.GenericSchema>(
  response: Response,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const parsed = v.safeParse(schema, await response.json().catch(() => null));
  if (parsed.success) return parsed.output;
  throw new UserError(`${response.url} answered something else than a Captionwire of this version does.`);
}

/** What is read of our own errors; other programs on the way may answer in their shape. */
const OwnErrorSchema = v.pick(ErrorAnswerSchema, ["code", "message"]);

/** What an error's body says, on one line, and the service's word for it; `null` where no Captionwire speaks. */
export function toldIn(body: string): { code: string | null; message: string } {
  let json: unknown = null;
  try {
    json = JSON.parse(body);
  } catch {
    // Whatever answered does not speak JSON.
  }
  if (v.is(OwnErrorSchema, json)) return { code: json.code, message: json.message };
  if (v.is(DeepgramErrorSchema, json)) return { code: json.err_code, message: json.err_msg };
  if (v.is(DeepgramDetailsSchema, json)) {
    const { category, message, details } = json;
    return { code: category, message: [message, details].filter(Boolean).join(" ") };
  }
  // A page is for a browser; of another text a person may read the beginning.
  if (/^\s*</.test(body)) return { code: null, message: "a page, which is not what a Captionwire says." };
  return { code: null, message: body.replaceAll(/\s+/g, " ").trim().slice(0, 300) || "nothing more" };
}

/** What `fetch` hides behind "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error.cause instanceof Error)) return error.message;
  // Several addresses were tried, and the error of all of them has no message.
  return error.cause.message || ("code" in error.cause ? String(error.cause.code) : error.message);
}
