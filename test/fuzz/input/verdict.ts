import * as v from "valibot";
import { errorTable, isErrorCode } from "../../../shared/errors.ts";
import { providerFaults } from "./bodies.ts";
import type { RequestCase } from "./case.ts";
import { type Answer, headerOf } from "./http-answer.ts";
import { leakIn } from "./leaks.ts";
import { isSomebodys } from "./secrets.ts";

const ErrorSchema = v.strictObject({
  code: v.string(),
  message: v.string(),
  retry: v.boolean(),
  requestId: v.pipe(v.string(), v.minLength(1)),
});
/** Deepgram's two shapes, ours being allowed to say whether to try again. */
const words = { request_id: v.pipe(v.string(), v.minLength(1)), retryable: v.optional(v.boolean()) };
const DeepgramErrorSchema = v.union([
  v.strictObject({ ...words, err_code: v.string(), err_msg: v.string() }),
  v.strictObject({ ...words, category: v.string(), message: v.string(), details: v.string() }),
]);

/**
 * What the runtime (workerd 1.20261023) answers by itself, before there is a request for the Worker: plain text. Cloudflare's
 * edge refuses such requests in words of its own.
 */
const runtimeWords: Readonly<Record<number, RegExp>> = {
  400: /^(?:Bad Request|Invalid Host header|invalid .*|ERROR: .*|data did not match any variant.*|)$/,
  403: /^Invalid Origin header$/,
  408: /^$/,
  413: /^$/,
  414: /^URI too long$/,
  426: /^ERROR: The requested WebSocket version is not supported\.$/,
  431: /^.*$/,
  501: /^ERROR: Unrecognized request method\.$/,
};

/** Whose errors the clients of Deepgram read. */
const deepgramPaths = ["/v1/speak", "/speak", "/v1/auth/grant", "/v1/provider/grant"];

/** How a refusal or a success is called in the report; throws when it may not be. */
export function judgeAnswer(asked: Asked, answer: Answer, secrets: readonly string[]): string {
  const { status, body } = answer;
  const type = headerOf(answer, "content-type") ?? "";
  const isText = /json|text|^$/.test(type);
  const text = isText ? body.toString() : "";
  const told = `${status} ${type} ${text.slice(0, 300)}`;
  const leak = leakIn(
    `${text}\n${[...answer.headers.values()].join("\n")}`,
    asked.isMinting && status < 300 ? [] : secrets,
  );
  if (isRuntimes(asked, answer, text)) return `the runtime refused ${status}`;
  if (leak !== null) throw new Error(`It tells ${leak}: ${told}`);
  if (answer.how === "torn") {
    if (asked.hasProviderFault) return `${asked.label} torn as the provider's`;
    throw new Error(`The answer broke off: ${told}`);
  }
  const to = headerOf(answer, "location");
  if (to !== null && !/^\/(?![/\\])/.test(to)) throw new Error(`It leads away, to ${to}: ${told}`);
  if (status < 400) {
    if (status < 300 && asked.isClosed) throw new Error(`It was let in: ${told}`);
    return `${asked.label} answered ${status}`;
  }
  const code = asked.isHead ? headlessCode(status) : codeOf(asked, text, told);
  if (isErrorCode(code) && errorTable[code].status !== status)
    throw new Error(`${code} has another status: ${told}`);
  if (status >= 500 && !isDocumented(asked, status, code)) throw new Error(`A failure: ${told}`);
  return `${asked.label} refused ${status} ${code}`;
}

export type Asked = {
  readonly label: string;
  readonly method: string;
  /** As far as it can be read. */
  readonly pathname: string;
  readonly isHead: boolean;
  /** Nobody without somebody's credential may have it. */
  readonly isClosed: boolean;
  /** Its answer is a token. */
  readonly isMinting: boolean;
  readonly hasProviderFault: boolean;
  /** Its head is such that the runtime fails at it by itself. */
  readonly breaksRuntime: boolean;
};

export function askedBy(one: RequestCase): Asked {
  const { target, headers, body } = one;
  // What asks for a WebSocket is a GET to the runtime, whatever its method.
  const isUpgrade = headers.some(([name, value]) => name === "upgrade" && /^websocket$/i.test(value));
  const method = isUpgrade ? "GET" : one.method;
  const pathname = pathOf(target);
  const isApi = /^\/(?:v1\/|speak$|parties\/captions\/)/.test(pathname);
  const isReading =
    /^\/(?:v1\/rooms\/[^/]+\/(?:captions|events)|parties\/)/.test(pathname) && target.includes("tenant=");
  const route = /^\/(?:v1\/\w+|parties|\w*)/.exec(pathname)?.[0] ?? "?";
  const text = body !== null && "text" in body ? body.text : "";
  return {
    label: `${/^[A-Z]+$/.test(method) ? method : "?"} ${route.length < 20 ? route : "?"}`,
    method,
    pathname,
    isHead: one.method === "HEAD",
    isClosed: isApi && method !== "OPTIONS" && !isSomebodys(one.credential) && !isReading,
    isMinting:
      pathname === "/v1/tokens" || pathname === "/v1/auth/grant" || pathname === "/v1/provider/grant",
    // The provider here speaks no Ogg.
    hasProviderFault: target.includes("opus") || providerFaults.some((fault) => text.includes(fault)),
    breaksRuntime: method === "CONNECT" || headers.some(([name]) => name.toLowerCase() === "host"),
  };
}

/** Of what nobody knows what it asks for. */
export const unreadable: Asked = {
  label: "bytes",
  method: "GET",
  pathname: "/",
  isHead: false,
  isClosed: false,
  isMinting: false,
  hasProviderFault: false,
  breaksRuntime: true,
};

/** Characters that need not be encoded are read as what they are; the rest stays. */
function pathOf(target: string): string {
  const path = URL.canParse(target, "http://127.0.0.1")
    ? new URL(target, "http://127.0.0.1").pathname
    : target;
  return path.replaceAll(/%[2-7][0-9a-f]/gi, decodeURIComponent);
}

function isRuntimes({ breaksRuntime, isHead }: Asked, answer: Answer, text: string): boolean {
  const type = headerOf(answer, "content-type");
  if (type !== null && !type.startsWith("text/plain")) return false;
  if (headerOf(answer, "x-request-id") !== null) return false;
  if (answer.status !== 500)
    return runtimeWords[answer.status]?.test(text) === true || (isHead && answer.status === 414);
  // A host that is none, CONNECT, and `OPTIONS *`, at which the local runtime's own entry fails (with its stack).
  return (
    breaksRuntime &&
    /^(?:Internal Server Error|TypeError: Fetch API cannot load: .*\n\s+at .*entry\.worker\.js.*|)$/.test(
      text,
    )
  );
}

const statuses: ReadonlySet<number> = new Set(Object.values(errorTable).map(({ status }) => status));

/** Without a body only the status tells. */
function headlessCode(status: number): string {
  if (!statuses.has(status)) throw new Error(`No status of the error table: ${status}`);
  return "";
}

function codeOf({ method, pathname, hasProviderFault }: Asked, text: string, told: string): string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`No JSON: ${told}`);
  }
  const ours = v.safeParse(ErrorSchema, json);
  if (ours.success) {
    const { code, retry } = ours.output;
    if (!isErrorCode(code)) throw new Error(`No code of the error table: ${told}`);
    if (errorTable[code].retry !== retry) throw new Error(`"retry" is not the table's: ${told}`);
    if (method === "POST" && deepgramPaths.includes(pathname) && code !== "not_found")
      throw new Error(`Not in Deepgram's shape: ${told}`);
    return code;
  }
  const deepgrams = v.safeParse(DeepgramErrorSchema, json);
  if (!deepgrams.success) throw new Error(`No error of any shape: ${told}`);
  if (!deepgramPaths.some((path) => pathname === path || pathname.startsWith(`${path}/`)))
    throw new Error(`Deepgram's shape in another place: ${told}`);
  const { output } = deepgrams;
  const code = "err_code" in output ? output.err_code : output.category;
  if (isErrorCode(code.toLowerCase()) && code === code.toUpperCase()) return code.toLowerCase();
  if (hasProviderFault && /^(?:PROVIDER_[A-Z_]+|HTTP_\d{3})$/.test(code)) return code;
  if (!deepgramCodes.has(code)) throw new Error(`No code of Deepgram's: ${told}`);
  return code;
}

const deepgramCodes: ReadonlySet<string> = new Set([
  "INVALID_AUTH",
  "INSUFFICIENT_PERMISSIONS",
  "PAYLOAD_TOO_LARGE",
  "TOO_MANY_REQUESTS",
  "Bad Request",
  "Payload Too Large",
  "INVALID_QUERY_PARAMETER",
  "UNSUPPORTED_AUDIO_FORMAT",
  "PAYLOAD_ERROR",
  "INVALID_JSON",
  "UNSUPPORTED_MEDIA_TYPE",
]);

/** 503 is the table's own; 502 and 504 only where the provider failed, as some texts have it do. */
function isDocumented({ hasProviderFault }: Asked, status: number, code: string): boolean {
  if (status === 503) return code === "draining";
  return hasProviderFault && code !== "internal";
}
