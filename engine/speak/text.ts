import * as v from "valibot";
import {
  badPayload,
  emptyText,
  invalidJson,
  textTooLong,
  unsupportedMediaType,
  type WireError,
} from "../wire/errors.ts";

/** Counted in code points (reference 6.6 leaves the unit open). */
const MAX_CHARACTERS = 2000;

const bodySchema = v.object({ text: v.optional(v.string()), url: v.optional(v.string()) });

/** The text to speak in a request body, or the error to refuse it with. */
export function readText(
  contentType: string | undefined,
  body: Uint8Array,
): { ok: true; text: string; characters: number } | { ok: false; error: WireError } {
  const refuse = (error: WireError) => ({ ok: false as const, error });
  let raw: string;
  try {
    raw = new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return refuse(badPayload("The body is not valid UTF-8."));
  }
  const mediaType = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  let text: string;
  if (mediaType === "text/plain") text = raw;
  else if (mediaType === "application/json") {
    let json: unknown;
    try {
      json = JSON.parse(raw);
    } catch {
      return refuse(invalidJson("The body is not JSON."));
    }
    const parsed = v.safeParse(bodySchema, json);
    if (!parsed.success) return refuse(badPayload("Send exactly one of text (a string) and url."));
    if (parsed.output.url !== undefined) {
      return refuse(badPayload("url is not available in this engine; send exactly one text."));
    }
    if (parsed.output.text === undefined) return refuse(badPayload("Send exactly one of text and url."));
    text = parsed.output.text;
  } else return refuse(unsupportedMediaType());

  const characters = [...text].length;
  if (text.trim() === "") return refuse(emptyText());
  if (characters > MAX_CHARACTERS) return refuse(textTooLong());
  return { ok: true, text, characters };
}
