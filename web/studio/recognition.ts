import * as v from "valibot";
import type { Recognition } from "../../client/index.ts";
import { RecognitionSchema, recognitionProblem } from "../../shared/settings.ts";
import { soundFormat } from "./sound.ts";

export type Reading =
  | { readonly kind: "read"; readonly recognition: Recognition }
  /** In words for whoever runs the studio. */
  | { readonly kind: "problem"; readonly message: string };

/** Reads the studio's fieldset. What is left empty or unticked is not said, so that the room's own settings stand. */
export function readRecognition(form: FormData): Reading {
  const text = (name: string) => `${form.get(name) ?? ""}`.trim();
  const keyterms = text("keyterms")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const result = v.safeParse(RecognitionSchema, {
    ...(text("language") === "" ? {} : { language: text("language") }),
    ...(text("model") === "" ? {} : { model: text("model") }),
    ...(keyterms.length === 0 ? {} : { keyterms }),
    ...(form.has("diarize") ? { diarize: true } : {}),
    ...(form.has("profanityFilter") ? { profanityFilter: true } : {}),
    ...(form.has("smartFormat") ? { smartFormat: true } : {}),
  });
  if (!result.success) {
    const isKeyterms = v.getDotPath(result.issues[0])?.startsWith("keyterms") === true;
    const message = isKeyterms
      ? "There may be 100 key terms, each of 100 characters."
      : "The language is a tag such as en, de or pt-BR.";
    return { kind: "problem", message };
  }
  const message = recognitionProblem(result.output, soundFormat);
  return message === null ? { kind: "read", recognition: result.output } : { kind: "problem", message };
}
