import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import * as v from "valibot";
import { limits } from "../../shared/limits.ts";
import {
  type RoomSettings,
  RoomSettingsSchema,
  recognitionProblem,
  redactions,
} from "../../shared/settings.ts";
import { UsageError } from "../errors.ts";
import { several, wholeNumber } from "../options.ts";

const names = v.keyof(RoomSettingsSchema).options;

/** Every setting as an option, and `--unset` for those that are to be as if never set. */
export function withSettings(command: Command<[string]>) {
  return command
    .option("--language <code>", "what is spoken: en, de, multi, …", providerName)
    .option("--model <model>", "what recognises it: nova-3, flux-general-en, …", providerName)
    .option(
      "--keyterm <term>",
      "a name or term to be expected, in place of those before; may be given several times",
      keyterms,
    )
    .option("--diarize", "tell speakers apart")
    .option("--no-diarize")
    .option(
      "--endpointing <ms>",
      "silence that ends an utterance; off leaves it to the provider",
      endpointing,
    )
    .option("--profanity-filter", "leave out swearwords")
    .option("--no-profanity-filter")
    .addOption(new Option("--redact <what...>", "leave out numbers of these kinds").choices(redactions))
    .option("--smart-format", "numbers, dates and addresses as one reads them")
    .option("--no-smart-format")
    .option("--public", "anybody may read along, without a token")
    .option("--no-public")
    .option("--max-viewers <n>", "at the same time", wholeNumber(1, limits.roomViewersMax))
    .option(
      "--retention-hours <n>",
      "captions are deleted this long after they were written down",
      wholeNumber(1, 24 * 365),
    )
    .addOption(new Option("--unset <name...>", "settings to leave out again").choices(names));
}

export type SettingOptions = ReturnType<ReturnType<typeof withSettings>["opts"]>;

/** The settings with what was asked for. Throws a usage error when nothing was, or when it does not go together. */
export function withChanges(before: RoomSettings, options: SettingOptions): RoomSettings {
  const { unset = [], keyterm, redact, ...rest } = options;
  const given = {
    ...rest,
    ...(keyterm === undefined ? {} : { keyterms: [...keyterm] }),
    ...(redact === undefined ? {} : { redact: [...redact] }),
  };
  if (Object.keys(given).length === 0 && unset.length === 0) throw new UsageError("Say what to set.");
  const kept = Object.entries(before).filter(([name]) => !unset.some((other) => other === name));
  const parsed = v.safeParse(RoomSettingsSchema, { ...Object.fromEntries(kept), ...given });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new UsageError(`${v.getDotPath(issue) ?? "The settings"}: ${issue.message}.`);
  }
  const problem = recognitionProblem(parsed.output, null);
  if (problem !== null) throw new UsageError(problem);
  return parsed.output;
}

const { language, keyterms: terms } = RoomSettingsSchema.entries;

function providerName(text: string): string {
  if (v.is(language, text)) return text;
  throw new InvalidArgumentError("It takes letters, digits, dots and hyphens.");
}

function keyterms(text: string, before?: readonly string[]): readonly string[] {
  if (v.is(terms, [text])) return several(text, before);
  throw new InvalidArgumentError("A term has 1 to 100 characters. To have none: --unset keyterms");
}

function endpointing(text: string): number | false {
  if (text === "off") return false;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 10 && value <= 10_000) return value;
  throw new InvalidArgumentError("It takes a whole number of milliseconds from 10 to 10000, or off.");
}
