import * as v from "valibot";
import { limits } from "../../../shared/limits.ts";
import { badPayload, noText, notJson, textTooLong, wrongMediaType } from "../refusal.ts";

/** What is to be spoken. */
export type SpeakBody =
  | { readonly kind: "text"; readonly text: string; readonly characters: number }
  /** The provider is to fetch the text itself. */
  | { readonly kind: "url"; readonly url: string };

/** A body of JSON. */
export const SpeakBodySchema = v.object({ text: v.optional(v.string()), url: v.optional(v.string()) });

/**
 * Reads a body of JSON or plain text (reference 6.1). Characters are code points. Throws a `SpeakRefusal`.
 *
 * @param allowsUrl whether a client may have the provider fetch an address
 */
export function readBody(contentType: string | undefined, bytes: ArrayBuffer, allowsUrl: boolean): SpeakBody {
  const mediaType = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType !== "application/json" && mediaType !== "text/plain") throw wrongMediaType();
  const raw = decode(bytes);
  if (mediaType === "text/plain") return textOf(raw);
  const body = v.safeParse(SpeakBodySchema, parseJson(raw));
  if (!body.success) throw badPayload("Send exactly one of text (a string) and url.");
  const { text, url } = body.output;
  if (text !== undefined && url === undefined) return textOf(text);
  if (url !== undefined && text === undefined) {
    if (allowsUrl) return { kind: "url", url };
    throw badPayload("url is not available here; send the text itself.");
  }
  throw badPayload("Send exactly one of text and url.");
}

function textOf(text: string): SpeakBody {
  // A lone surrogate is no character; on the wire it would become U+FFFD, and be counted and spoken as that.
  if (!text.isWellFormed()) throw badPayload("The text holds half a surrogate pair.");
  if (text.trim() === "") throw noText();
  let characters = 0;
  for (const _ of text) characters += 1;
  if (characters > limits.speakMaxCharacters) throw textTooLong(limits.speakMaxCharacters);
  return { kind: "text", text, characters };
}

function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw badPayload("The body is not valid UTF-8.");
  }
}

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    throw notJson();
  }
}
