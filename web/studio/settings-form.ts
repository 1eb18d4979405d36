import * as v from "valibot";
import type { Recognition } from "../../client/index.ts";
import {
  RecognitionSchema,
  type RoomSettings,
  RoomSettingsSchema,
  recognitionProblem,
} from "../../shared/settings.ts";
import { soundFormat } from "./sound/sound.ts";

export type Reading<T> =
  | { readonly kind: "read"; readonly value: T }
  /** In words for whoever runs the studio. */
  | { readonly kind: "problem"; readonly message: string };

const switches = ["diarize", "smartFormat", "profanityFilter"] as const;

/** What only this broadcast has otherwise. What is left empty is not said, so that the room's own settings stand. */
export function readOverrides(form: FormData): Reading<Recognition> {
  const chosen = switches.filter((name) => textOf(form, name) !== "");
  return checked(RecognitionSchema, {
    ...namesIn(form),
    ...Object.fromEntries(chosen.map((name) => [name, textOf(form, name) === "on"])),
  });
}

/** The room's settings as the form says them. Of `before` stays what the form does not ask for. */
export function readSettings(form: FormData, before: RoomSettings): Reading<RoomSettings> {
  const { endpointing } = before;
  const redact = form.getAll("redact");
  return checked(RoomSettingsSchema, {
    ...(endpointing === undefined ? {} : { endpointing }),
    ...namesIn(form),
    ...Object.fromEntries(switches.filter((name) => form.has(name)).map((name) => [name, true])),
    ...(redact.length === 0 ? {} : { redact }),
    ...(form.has("public") ? { public: true } : {}),
    ...numberIn(form, "retentionHours"),
    ...numberIn(form, "maxViewers"),
  });
}

/** Shows settings in the fields of a form that has one for each. */
export function fillSettings(form: HTMLFormElement, settings: RoomSettings): void {
  for (const field of form.elements) {
    if (field instanceof HTMLInputElement && field.type === "checkbox") {
      field.checked =
        field.name === "redact"
          ? (settings.redact ?? []).some((what) => what === field.value)
          : settingOf(settings, field.name) === true;
    } else if (
      field instanceof HTMLInputElement ||
      field instanceof HTMLTextAreaElement ||
      field instanceof HTMLSelectElement
    ) {
      field.value = asText(settingOf(settings, field.name));
    }
  }
}

function settingOf(settings: RoomSettings, name: string): unknown {
  return new Map<string, unknown>(Object.entries(settings)).get(name);
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.join("\n");
  return value === undefined ? "" : `${value}`;
}

function namesIn(form: FormData): Record<string, unknown> {
  const keyterms = textOf(form, "keyterms")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return {
    ...(textOf(form, "language") === "" ? {} : { language: textOf(form, "language") }),
    ...(textOf(form, "model") === "" ? {} : { model: textOf(form, "model") }),
    ...(keyterms.length === 0 ? {} : { keyterms }),
  };
}

function numberIn(form: FormData, name: string): Record<string, number> {
  return textOf(form, name) === "" ? {} : { [name]: Number(textOf(form, name)) };
}

function textOf(form: FormData, name: string): string {
  return `${form.get(name) ?? ""}`.trim();
}

function checked<T extends Recognition>(
  schema: v.GenericSchema<unknown, T>,
  input: Record<string, unknown>,
): Reading<T> {
  const result = v.safeParse(schema, input);
  if (!result.success) return { kind: "problem", message: problemOf(v.getDotPath(result.issues[0]) ?? "") };
  const message = recognitionProblem(result.output, soundFormat);
  return message === null ? { kind: "read", value: result.output } : { kind: "problem", message };
}

function problemOf(path: string): string {
  switch (path.split(".")[0]) {
    case "keyterms":
      return "There may be 100 key terms, each of 100 characters.";
    case "model":
      return "The model is a name such as nova-3 or flux-general-en.";
    case "retentionHours":
      return "Captions are kept for 1 hour to 365 days (8760 hours).";
    case "maxViewers":
      return "The number of viewers is too high or too low.";
    default:
      return "The language is a tag such as en, de or pt-BR, or multi.";
  }
}
