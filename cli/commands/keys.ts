import { relative, resolve } from "node:path";
import * as v from "valibot";
import { TenantNameSchema } from "../../shared/claims.ts";
import { limits } from "../../shared/limits.ts";
import { utf8Bytes } from "../../shared/utf8.ts";
import { type Command, parse, UsageError } from "../command.ts";
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
import { shellWord } from "../terminal/shell.ts";

const help = `Usage: npm run keys -- create --tenant acme --name web [--file PATH]
       npm run keys -- list [--file PATH]
       npm run keys -- remove --name web [--tenant acme] [--id ID] [--file PATH]
       npm run keys -- signing

API keys let a server mint tokens for its tenant. The list holds their SHA-256 only,
and is what the Worker's API_KEYS takes as it is.

  create    makes a key and shows it once, alone on stdout. To pipe it, keep npm
            silent: npm run --silent keys -- create …
            A tenant may have two keys of one name, so that one can replace the other.
  list      name, tenant, id and time of creation; never a key
  remove    takes one key off the list
  signing   a new secret for TOKEN_SECRET, alone on stdout, and how to bring it in

  --tenant T   whose rooms and tokens: small letters, digits and hyphens, at most 63
  --name N     what the key is for: 1 to 63 printable characters
  --id ID      which of two keys, as \`list\` and \`create\` say it
  --file PATH  the list (default .captionwire/keys.json, which npm start knows too)
  --help       this text
`;

export const command: Command = {
  summary: "API keys and the secret that signs tokens: make, list, remove",
  help,
  run,
};

const tokenMaxHours = limits.tokenMaxSeconds / 3600;
/** Cloudflare's limit of a variable or secret. */
const variableMaxBytes = 5_000;

const file = { type: "string", default: keyFile(localFolder) } as const;
const text = { type: "string" } as const;

async function run([action, ...args]: string[]): Promise<number> {
  switch (action) {
    case "create": {
      const { values } = parse({ args, options: { tenant: text, name: text, file } });
      create(tenantIn(values.tenant), nameIn(values.name), resolve(values.file));
      return 0;
    }
    case "list":
      list(resolve(parse({ args, options: { file } }).values.file));
      return 0;
    case "remove": {
      const { values } = parse({ args, options: { tenant: text, name: text, id: text, file } });
      const tenant = values.tenant === undefined ? undefined : tenantIn(values.tenant);
      remove({ name: nameIn(values.name), tenant, id: values.id }, resolve(values.file));
      return 0;
    }
    case "signing":
      parse({ args, options: {} });
      signing();
      return 0;
    default:
      throw new UsageError(
        `keys takes create, list, remove or signing${action === undefined ? "" : `, not "${action}"`}.`,
      );
  }
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

function tenantIn(given: string | undefined): string {
  if (v.is(TenantNameSchema, given)) return given;
  throw new UsageError("--tenant takes 1 to 63 small letters, digits and hyphens, no hyphen first.");
}

function nameIn(given: string | undefined): string {
  if (v.is(KeyNameSchema, given)) return given;
  throw new UsageError("--name takes 1 to 63 printable characters, no space first or last.");
}

/** stdout is for what may be piped on. */
function tell(...lines: readonly string[]): void {
  process.stderr.write(`${lines.join("\n")}\n`);
}

function isUsual(path: string): boolean {
  return path === file.default;
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

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}
