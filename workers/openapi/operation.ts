import type * as v from "valibot";
import type { Scope } from "../../shared/claims.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import type { SpeakRefusal } from "../speak/refusal.ts";
import type { ComponentName } from "./components.ts";

/** What is told of one route of the interface. What follows from the rest (most errors, security) is worked out in `errors.ts` and `security.ts`. */
export type Operation = {
  /** Unique; generated clients call their function so. */
  readonly id: string;
  readonly method: Method;
  /** With its parameters in braces. */
  readonly path: string;
  readonly tag: Tag;
  readonly summary: string;
  /** Paragraphs are parted by empty lines; code stands between backticks. */
  readonly description: string;
  readonly access: Access;
  readonly parameters?: readonly Parameter[];
  readonly body?: Body;
  /** Good answers by their status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Codes of the error table besides those that follow from the access, the path and the body. */
  readonly errors?: readonly ErrorCode[];
  /** `deepgram`: a route that stands in for Deepgram's refuses in Deepgram's shapes. */
  readonly refusesLike?: "deepgram";
  /** What such a route refuses with by itself, an instance of each. */
  readonly refusals?: readonly SpeakRefusal[];
  /** Whether the provider's own refusals are passed on with their status. */
  readonly passesRefusals?: true;
  /** Frames of a socket or of an event stream, by who sends them. */
  readonly frames?: Readonly<Record<string, ComponentName>>;
  /** A socket, which is closed with a close code of the error table. */
  readonly isSocket?: true;
};

export type Method = "get" | "put" | "post" | "patch" | "delete";

export const tags = {
  Tokens:
    "Short-lived tokens, made and revoked with an API key. For servers: keep the key out of your own pages.",
  Speech: "Text to speech, for text of any length, as Deepgram's clients know it.",
  Rooms: "Caption rooms: their list, their settings, the purge, and the socket of their members.",
  Captions: "What was said in a room: to poll, to follow, to page back in, to take away and to correct.",
  Figures:
    "How well captions work: live figures and a report of each session. Never a word of what was said.",
  Service: "The service itself.",
} as const;
export type Tag = keyof typeof tags;

export type Access =
  | { readonly kind: "anybody" }
  | { readonly kind: "apiKey" }
  | {
      readonly kind: "token";
      /** One of them is enough. */
      readonly scopes: readonly Scope[];
      /** Public rooms are read without a token. */
      readonly publicRooms?: true;
      /** Other places in which the token may stand. */
      readonly also?: readonly ("ticket" | "subprotocol")[];
    };

export type Parameter = {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly description: string;
  readonly schema: v.GenericSchema;
  readonly example?: string | number | boolean;
  /** May be given several times. */
  readonly repeated?: true;
};

export type Body = {
  readonly description?: string;
  /** Default true. */
  readonly required?: boolean;
  readonly json: ComponentName;
  readonly examples: Readonly<Record<string, unknown>>;
  /** Taken as plain text, too. */
  readonly text?: string;
};

export type HeaderName =
  | "cache-control"
  | "content-disposition"
  | "dg-char-count"
  | "dg-model-name"
  | "dg-model-uuid"
  | "dg-request-id"
  | "etag"
  | "server-timing"
  | "x-captionwire-cache";

export type Answer = {
  readonly description: string;
  readonly headers?: readonly HeaderName[];
  readonly content?: Readonly<Record<string, Content>>;
};

/** Of one media type. Text and audio have no schema of ours. */
export type Content =
  | {
      readonly kind: "json";
      readonly schema: ComponentName | readonly ComponentName[];
      readonly example?: unknown;
      /** Several, by name, in its place. */
      readonly examples?: Readonly<Record<string, unknown>>;
    }
  /** Somebody else's. */
  | { readonly kind: "object" }
  | { readonly kind: "text"; readonly example?: string }
  | { readonly kind: "binary" };
