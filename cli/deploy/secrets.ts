import * as v from "valibot";
import { TenantNameSchema } from "../../shared/claims.ts";
import { UserError } from "../errors.ts";
import { type KeyEntry, KeyEntrySchema, keyEntry } from "../keys/entries.ts";
import { listText, readKeys } from "../keys/file.ts";
import { newApiKey, newSigningSecret } from "../keys/make.ts";
import type { Asking } from "../terminal/ask.ts";
import { aboutSecrets, type SecretName } from "./required.ts";

/** What was found, made or told. */
export type Gathered = {
  readonly secrets: Readonly<Partial<Record<SecretName, string>>>;
  /** A key that was made, to be shown and kept on the list before the Worker gets it. */
  readonly made: { readonly key: string; readonly entry: KeyEntry } | null;
  /** Where each came from, without any of it. */
  readonly sources: readonly string[];
};

const Secrets = {
  TOKEN_SECRET: v.pipe(v.string(), v.minLength(32, "It takes 32 characters or more.")),
  API_KEYS: v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      try {
        v.parse(v.pipe(v.array(KeyEntrySchema), v.minLength(1)), JSON.parse(dataset.value));
        return dataset.value;
      } catch {
        addIssue({ message: 'It takes a JSON list of {"name","tenant","sha256"}, one at least.' });
        return NEVER;
      }
    }),
  ),
  DEEPGRAM_API_KEY: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{16,}$/, "It takes a key without spaces.")),
} as const satisfies Record<SecretName, v.GenericSchema<string, string>>;

type Sources = {
  readonly env: NodeJS.ProcessEnv;
  readonly asking: Asking;
  /** Where `npm run keys` keeps the list for this Worker. */
  readonly keyFile: string;
  say(line: string): void;
};

/**
 * Finds or makes the secrets that are missing: from variables of the environment, from the list of keys in this folder,
 * newly made, or asked for. Throws a `UserError` that says what to do where there is nobody to ask.
 */
export async function gather(missing: readonly SecretName[], from: Sources): Promise<Gathered> {
  const { env, asking, keyFile } = from;
  const secrets: Partial<Record<SecretName, string>> = {};
  const sources: string[] = [];
  const unknown: SecretName[] = [];
  let made: Gathered["made"] = null;
  for (const name of missing) {
    const given = env[name];
    if (given !== undefined && given !== "") {
      secrets[name] = checked(name, given.trim());
      sources.push(`${name} from the environment`);
    } else if (name === "API_KEYS" && readKeys(keyFile).length > 0) {
      const keys = readKeys(keyFile);
      secrets[name] = listText(keys);
      sources.push(`${name}: the ${keys.length} of ${keyFile}`);
    } else if (!asking.isSomebody) {
      unknown.push(name);
    } else {
      from.say(`\n${name} ${aboutSecrets[name]}.`);
      switch (name) {
        case "TOKEN_SECRET": {
          const own = await ask(asking, name, "Your own, or Enter to have one made: ", true);
          secrets[name] = own ?? newSigningSecret();
          sources.push(`${name} ${own === null ? "made" : "given"}`);
          break;
        }
        case "API_KEYS": {
          const key = newApiKey();
          const entry = keyEntry(key, "first", await askTenant(from), new Date());
          made = { key, entry };
          secrets[name] = listText([entry]);
          sources.push(`${name}: a key made for ${entry.tenant}`);
          break;
        }
        case "DEEPGRAM_API_KEY":
          secrets[name] = (await ask(asking, name, "The key (it is not shown): ", false)) ?? "";
          sources.push(`${name} given`);
          break;
        default:
          name satisfies never;
      }
    }
  }
  if (unknown.length > 0) throw new UserError(withoutAnybody(unknown));
  return { secrets, made, sources };
}

/** Asks until it is good. `null` is an empty answer, where that is one. */
async function ask(
  asking: Asking,
  name: SecretName,
  question: string,
  mayBeEmpty: boolean,
): Promise<string | null> {
  for (let prompt = question; ; ) {
    const answer = await asking.hidden(prompt);
    if (answer === "" && mayBeEmpty) return null;
    const result = v.safeParse(Secrets[name], answer);
    if (result.success) return result.output;
    prompt = `${result.issues[0].message} ${question}`;
  }
}

async function askTenant({ asking }: Sources): Promise<string> {
  const question = "Whose rooms does the first key open? A name for the tenant [main]: ";
  for (let prompt = question; ; ) {
    const tenant = (await asking.text(prompt)) || "main";
    if (v.is(TenantNameSchema, tenant)) return tenant;
    prompt = `It takes 1 to 63 small letters, digits and hyphens, no hyphen first. ${question}`;
  }
}

function checked(name: SecretName, given: string): string {
  const result = v.safeParse(Secrets[name], given);
  if (result.success) return result.output;
  throw new UserError(`${name} of the environment is not right. ${result.issues[0].message}`);
}

function withoutAnybody(names: readonly SecretName[]): string {
  return [
    `The Worker misses ${names.join(", ")}, and there is no terminal to ask on, or CI is set.`,
    "Run npm run deploy in a terminal once, which asks for them, or set them as variables of the environment (a CI keeps such",
    "values as secrets). What each is:",
    ...names.map((name) => `  ${name} ${aboutSecrets[name]}.`),
  ].join("\n");
}
