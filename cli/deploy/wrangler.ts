import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import * as v from "valibot";
import { UserError } from "../errors.ts";
import { root } from "../paths.ts";
import { quiet } from "../stack/tool.ts";

export type Account = { readonly id: string; readonly name: string };

/** What wrangler tells of a deployment. `addresses` as it writes them, with remarks behind some. */
export type Deployment = { readonly versionId: string; readonly addresses: readonly string[] };

/** Cloudflare, as wrangler reaches it for one Worker. Failures are `UserError`s with wrangler's own words. */
export type Wrangler = {
  /** The accounts of whoever is logged in; `null` when nobody is. */
  accounts(): Promise<readonly Account[] | null>;
  /** Names of the secrets that the Worker has; `null` when there is no such Worker yet. */
  secretNames(): Promise<readonly string[] | null>;
  /** Bundles the Worker into a folder and checks it, as a deployment would. Asks nobody. */
  bundle(folder: string): Promise<void>;
  /** Uploads the Worker and puts it in place, with these secrets besides those it has: both or neither. */
  deploy(secrets: Readonly<Record<string, string>>): Promise<Deployment>;
};

const WhoSchema = v.variant("loggedIn", [
  v.object({ loggedIn: v.literal(false) }),
  v.object({
    loggedIn: v.literal(true),
    accounts: v.array(v.object({ id: v.string(), name: v.string() })),
  }),
]);
const SecretListSchema = v.array(v.object({ name: v.string() }));
/** Of what wrangler writes into the file that WRANGLER_OUTPUT_FILE_PATH names: a line of JSON an event. */
const DeployedSchema = v.object({
  type: v.literal("deploy"),
  version_id: v.string(),
  targets: v.optional(v.array(v.string()), []),
});

/** `script`: wrangler's program. `environment`: one of `wrangler.toml`, or `null` for what stands at its top. */
export function wranglerAt(script: string, environment: string | null): Wrangler {
  // An empty one says that the top is meant: without it, wrangler warns.
  const where = ["--env", environment ?? ""];

  return {
    async accounts() {
      const { stdout, text } = await run(script, ["whoami", "--json"]);
      const who = v.safeParse(v.pipe(v.string(), v.parseJson(), WhoSchema), stdout);
      if (!who.success) throw failure("wrangler could not tell who is logged in", text);
      return who.output.loggedIn ? who.output.accounts : null;
    },

    async secretNames() {
      const { code, stdout, text } = await run(script, ["secret", "list", "--format", "json", ...where]);
      if (code === 0) {
        const list = v.safeParse(v.pipe(v.string(), v.parseJson(), SecretListSchema), stdout);
        if (list.success) return list.output.map(({ name }) => name);
      } else if (/Worker "[^"]*"(?: \(env: [^)]*\))? not found/.test(text)) {
        return null;
      }
      throw failure("The Worker's secrets could not be listed", text);
    },

    async bundle(folder) {
      const { code, text } = await run(script, ["deploy", "--dry-run", "--outdir", folder, ...where]);
      if (code !== 0) throw failure("The Worker could not be built", text);
    },

    async deploy(secrets) {
      const folder = mkdtempSync(join(tmpdir(), "captionwire-deploy-"));
      const remove = (): void => rmSync(folder, { recursive: true, force: true });
      process.once("exit", remove);
      try {
        const given: string[] = [];
        if (Object.keys(secrets).length > 0) {
          // In a file, which only this user can read and which is gone afterwards: a command line is seen by everybody.
          const file = join(folder, "secrets.json");
          writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
          given.push("--secrets-file", file);
        }
        const events = join(folder, "events.ndjson");
        const { code, text } = await run(script, ["deploy", ...where, ...given], {
          WRANGLER_OUTPUT_FILE_PATH: events,
        });
        if (code !== 0) throw failure("It was not deployed", withoutSecrets(text, secrets));
        const deployed = readDeployment(events);
        if (deployed === null) {
          throw failure("wrangler deployed, and did not say what", withoutSecrets(text, secrets));
        }
        return deployed;
      } finally {
        process.off("exit", remove);
        remove();
      }
    },
  };
}

function readDeployment(events: string): Deployment | null {
  if (!existsSync(events)) return null;
  for (const line of readFileSync(events, "utf8").split("\n")) {
    const event = v.safeParse(v.pipe(v.string(), v.parseJson(), DeployedSchema), line);
    if (event.success) return { versionId: event.output.version_id, addresses: event.output.targets };
  }
  return null;
}

/** Nothing that wrangler may repeat of a secret gets on. */
function withoutSecrets(text: string, secrets: Readonly<Record<string, string>>): string {
  return Object.entries(secrets).reduce(
    (clean, [name, secret]) => clean.replaceAll(secret, `<${name}>`),
    text,
  );
}

function failure(what: string, said: string): UserError {
  const lines = said.split("\n").filter((line) => line.trim() !== "" && !/Logs were written to/.test(line));
  return new UserError(`${what}. wrangler says:\n${lines.map((line) => `  ${line}`).join("\n")}`);
}

type Ran = { readonly code: number | null; readonly stdout: string; readonly text: string };

/** Runs wrangler to its end. It asks nothing: where it would, it takes what is usual or fails. */
async function run(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...quiet, ...env },
  });
  let stdout = "";
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    stdout += piece;
    text += piece;
  });
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", (error) =>
        reject(new UserError(`wrangler could not be started: ${error.message}`)),
      );
      child.once("close", resolve);
    });
    return { code, stdout, text: stripVTControlCharacters(text) };
  } finally {
    process.off("exit", kill);
  }
}
