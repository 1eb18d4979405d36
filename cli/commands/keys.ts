import { relative, resolve } from "node:path";
import { type Command, type CommandUnknownOpts, InvalidArgumentError } from "@commander-js/extra-typings";
import * as v from "valibot";
import { TenantNameSchema } from "../../shared/claims.ts";
import { limits } from "../../shared/limits.ts";
import { utf8Bytes } from "../../shared/utf8.ts";
import {
  KeyNameSchema,
  type KeyQuery,
  keyEntry,
  namesakes,
  removal,
  theEntry,
  withEntry,
} from "../keys/entries.ts";
import { changeKeys, keyFile, listText, readKeys } from "../keys/file.ts";
import { newApiKey, newSigningSecret } from "../keys/make.ts";
import { localFolder } from "../paths.ts";
import { tell } from "../terminal/output.ts";
import { shellWord } from "../terminal/shell.ts";
import { table } from "../terminal/table.ts";

const help = `
API keys let a server mint tokens for its tenant. The list holds their SHA-256 only,
and is what the Worker's API_KEYS takes as it is. A tenant may have two keys of one
name, so that one can replace the other.

Keys and secrets stand alone on stdout, so that they can be piped. To pipe one out of
npm, keep npm silent: npm run --silent keys -- create …
`;

const tokenMaxHours = limits.tokenMaxSeconds / 3600;
/** Cloudflare's limit of a variable or secret. */
const variableMaxBytes = 5_000;

const usualFile = keyFile(localFolder);
const file = ["--file <path>", "the list; npm start knows the usual one too", usualFile] as const;
const tenant = [
  "--tenant <name>",
  "whose rooms and tokens: small letters, digits and hyphens, at most 63",
  tenantIn,
] as const;
const name = ["--name <name>", "what the key is for: 1 to 63 printable characters", nameIn] as const;

export function define(command: Command): CommandUnknownOpts {
  command
    .command("create")
    .description("make a key and show it once, alone on stdout")
    .requiredOption(...tenant)
    .requiredOption(...name)
    .option(...file)
    .action((options) => create(options.tenant, options.name, resolve(options.file)));
  command
    .command("list")
    .description("name, tenant, id and time of creation; never a key")
    .option(...file)
    .action((options) => list(resolve(options.file)));
  command
    .command("remove")
    .description("take one key off the list")
    .requiredOption(...name)
    .option(...tenant)
    .option("--id <id>", "which of two keys, as list and create say it")
    .option(...file)
    .action(({ file, ...query }) => remove(query, resolve(file)));
  command
    .command("signing")
    .description("a new secret for TOKEN_SECRET, alone on stdout, and how to bring it in")
    .action(signing);
  return command.addHelpText("after", help);
}

function create(tenant: string, name: string, path: string): void {
  const key = newApiKey();
  const entry = keyEntry(key, name, tenant, new Date());
  const entries = changeKeys(path, (before) => withEntry(before, entry, place(path)));
  process.stdout.write(`${key}\n`);
  const other = namesakes(entries, entry).find(({ id }) => id !== entry.id);
  tell(
    `API key "${name}" of tenant ${tenant}, id ${entry.id}. It is shown this once: the list keeps its hash only.`,
    ...putting(path),
    ...(other === undefined
      ? []
      : ["When nothing uses the key of before any more:", `  ${removal(other, place(path))}`]),
  );
  if (utf8Bytes(listText(entries)) > variableMaxBytes) {
    tell("The list is longer than the 5 KB Cloudflare takes in a variable: remove keys that nothing uses.");
  }
}

function list(path: string): void {
  const entries = readKeys(path);
  if (entries.length === 0) {
    tell(`There are no keys in ${shown(path)}.`);
    return;
  }
  const rows = entries.map(({ name, tenant, id, createdAt }) => [name, tenant, id, createdAt ?? "unknown"]);
  process.stdout.write(table([["name", "tenant", "id", "created"], ...rows]));
}

function remove(query: KeyQuery, path: string): void {
  const entry = theEntry(readKeys(path), query, place(path));
  const left = changeKeys(path, (before) => before.filter(({ sha256 }) => sha256 !== entry.sha256));
  tell(
    `Removed "${entry.name}" of tenant ${entry.tenant}, id ${entry.id}.`,
    ...(left.length > 0
      ? putting(path)
      : ["It was the last one, and a Worker needs one at least: create another before you tell the Worker."]),
    `Tokens minted with it live until they end, at most ${tokenMaxHours} hours; POST /v1/revocations ends them now.`,
  );
}

function signing(): void {
  process.stdout.write(`${newSigningSecret()}\n`);
  tell(
    "A first one: npx wrangler secret put TOKEN_SECRET. To replace one that is in use (each command deploys):",
    "1. npx wrangler secret put TOKEN_SECRET_OTHER, with the new one: it is understood everywhere before it signs.",
    '2. npx wrangler secret bulk, with {"TOKEN_SECRET":"<new>","TOKEN_SECRET_OTHER":"<old>"}: both swap at once.',
    `3. ${tokenMaxHours} hours later no token of the old one is left: npx wrangler secret delete TOKEN_SECRET_OTHER.`,
  );
}

/** What makes the list count: where the Worker runs, and on this machine. */
function putting(path: string): string[] {
  const local = isUsual(path) ? ["On this machine npm start reads the list when it starts."] : [];
  return ["Next, tell the Worker:", `  npx wrangler secret put API_KEYS < ${shown(path)}`, ...local];
}

function tenantIn(given: string): string {
  if (v.is(TenantNameSchema, given)) return given;
  throw new InvalidArgumentError("It takes 1 to 63 small letters, digits and hyphens, no hyphen first.");
}

function nameIn(given: string): string {
  if (v.is(KeyNameSchema, given)) return given;
  throw new InvalidArgumentError("It takes 1 to 63 printable characters, no space first or last.");
}

function isUsual(path: string): boolean {
  return path === usualFile;
}

/** What a command needs besides to work on this list. */
function place(path: string): string {
  return isUsual(path) ? "" : ` --file ${shown(path)}`;
}

/** A path as a command of this folder can name it. */
function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return shellWord(fromHere.startsWith("..") || fromHere === "" ? path : fromHere);
}
