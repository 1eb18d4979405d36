import { CaptionwireError, type ErrorCode, errorTable, ruleOf } from "../../shared/errors.ts";
import type { SpeakRefusal } from "../speak/refusal.ts";
import { inDeepgramsWords } from "../speak/refused.ts";
import { allCodes } from "./codes.ts";
import type { Access, Operation } from "./operation.ts";
import { referenceTo } from "./schemas.ts";

/** Whatever is asked: a flood, a Worker without keys, and what nobody thought of. */
const always: readonly ErrorCode[] = ["rate_limited", "not_configured", "internal"];

/** `draining`: the room moves, or is at an address (`ROOMS_URL`) that does not answer; see `party/bridge/ask.ts`. */
const ofRooms: readonly ErrorCode[] = ["room_name_invalid", "room_forbidden", "ticket_used", "draining"];

function ofAccess(access: Access): readonly ErrorCode[] {
  switch (access.kind) {
    case "anybody":
      return [];
    case "apiKey":
      return ["unauthenticated", "token_invalid", "origin_forbidden"];
    case "token":
      return [
        "unauthenticated",
        "token_invalid",
        "token_expired",
        "token_revoked",
        "scope_missing",
        "origin_forbidden",
      ];
    default:
      return access satisfies never;
  }
}

/** All codes of the table that an operation can give, in the table's order. */
export function codesOf({ access, path, body, errors = [] }: Operation): readonly ErrorCode[] {
  const isOfRoom = path.includes("{room}");
  const codes = new Set<ErrorCode>([
    ...always,
    ...ofAccess(access),
    ...(isOfRoom ? ofRooms : []),
    ...(body === undefined ? [] : (["bad_request", "too_large"] as const)),
    ...errors,
  ]);
  return allCodes.filter((code) => codes.has(code));
}

/** The answers of an operation that are refusals, by their status. */
export function errorAnswers(operation: Operation): Record<string, object> {
  return operation.refusesLike === "deepgram" ? deepgramAnswers(operation) : ownAnswers(operation);
}

function ownAnswers(operation: Operation): Record<string, object> {
  const byStatus = Map.groupBy(codesOf(operation), (code) => errorTable[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${errorTable[code].message}`).join("\n\n"),
        headers: headersOf(codes.some((code) => ruleOf(code).retryAfterS !== undefined)),
        content: {
          "application/json": {
            schema: { allOf: [referenceTo("Error")], properties: { code: { enum: codes } } },
            examples: Object.fromEntries(codes.map((code) => [code, exampleReference(code)])),
          },
        },
      },
    ]),
  );
}

function deepgramAnswers(operation: Operation): Record<string, object> {
  const { refusals = [], passesRefusals = false } = operation;
  const told = codesOf(operation).map((code) => inDeepgramsWords(new CaptionwireError(code)));
  const byStatus = Map.groupBy([...told, ...refusals], ({ status }) => status);
  const schema = { anyOf: [referenceTo("DeepgramError"), referenceTo("DeepgramDetails")] };
  const others = {
    description: "What the provider refuses is passed on with its status and in its words.",
    headers: headersOf(true),
    content: { "application/json": { schema } },
  };
  const answers = [...byStatus].map(([status, all]): [string, object] => [
    String(status),
    {
      description: all.map((refusal) => `\`${wordOf(refusal)}\`: ${refusal.message}`).join("\n\n"),
      headers: headersOf(all.some(({ retryAfterS }) => retryAfterS !== null)),
      content: {
        "application/json": {
          schema,
          examples: Object.fromEntries(
            all.map(({ body }, at) => [`refusal-${at + 1}`, { value: { request_id: exampleId, ...body } }]),
          ),
        },
      },
    },
  ]);
  return { ...Object.fromEntries(answers), ...(passesRefusals ? { default: others } : {}) };
}

const exampleId = "0b6dbd4e-7a1c-4f0e-9d3e-0d8a3c5b9a11";

/** The code, or the category where Deepgram has that. */
function wordOf({ body }: SpeakRefusal): string {
  return String(body.err_code ?? body.category);
}

/** One example a code, which all operations share. */
export function errorExamples(): Record<string, object> {
  return Object.fromEntries(
    allCodes.map((code) => {
      const { message, retry } = errorTable[code];
      return [code, { summary: message, value: { code, message, retry, requestId: exampleId } }];
    }),
  );
}

const exampleReference = (code: ErrorCode) => ({ $ref: `#/components/examples/${code}` });

function headersOf(tellsWhen: boolean): object {
  const name = "retry-after";
  return {
    "x-request-id": { $ref: "#/components/headers/x-request-id" },
    ...(tellsWhen ? { [name]: { $ref: `#/components/headers/${name}` } } : {}),
  };
}
