import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { UserError } from "../errors.ts";
import { runWrangler as run } from "./process.ts";

export type Account = { readonly id: string; readonly name: string };

/** What wrangler tells of a deployment. `addresses` as it writes them, with remarks behind some. */
export type Deployment = { readonly versionId: string; readonly addresses: readonly string[] };

/** wrangler failed after it had told of the deployment, which it does when all is in place, domains and routes too. */
export class LateFailure extends UserError {
  readonly deployment: Deployment;

  constructor(message: string, deployment: Deployment) {
    super(message);
    this.deployment = deployment;
  }
}

/** Cloudflare, as wrangler reaches it for one Worker. Failures are `UserError`s with wrangler's own words. */
export type Wrangler = {
  /** The accounts of whoever is logged in; `null` when nobody is. */
  accounts(): Promise<readonly Account[] | null>;
  /** Names of the secrets that the Worker has; `null` when there is no such Worker yet. */
  secretNames(): Promise<readonly string[] | null>;
  /** Bundles the Worker into a folder and checks it, as a deployment would. Asks nobody. */
  bundle(folder: string): Promise<void>;
  /** Whether a deployment has our terminal: wrangler then asks there what it has to, and shows there what it does. */
  readonly hasTerminal: boolean;
  /** Which deployment is in place; `null` where there is none. */
  latest(): Promise<string | null>;
  /**
   * Uploads the Worker and puts it in place, with these secrets besides those it has: both or neither. It may fail after
   * that too, over domains and routes: `latest` tells; or over what is no part of it, which is a `LateFailure`.
   * `interrupted` ends it wherever it is.
   */
  deploy(secrets: Readonly<Record<string, string>>, interrupted: AbortSignal): Promise<Deployment>;
};

const WhoSchema = v.variant("loggedIn", [
  v.object({ loggedIn: v.literal(false) }),
  v.object({
    loggedIn: v.literal(true),
    accounts: v.array(v.object({ id: v.string(), name: v.string() })),
  }),
]);
/** The newest of the deployments; it may share the requests among several versions. */
const LatestSchema = v.object({ id: v.string() });
const SecretListSchema = v.array(v.object({ name: v.string() }));
/** Of what wrangler writes into the file that WRANGLER_OUTPUT_FILE_PATH names: a line of JSON an event. */
const DeployedSchema = v.object({
  type: v.literal("deploy"),
  /** `null`: wrangler asked whether to go on, and was told not to. */
  version_id: v.nullable(v.string()),
  targets: v.optional(v.array(v.string()), []),
});

/** What Cloudflare says of a Worker that it does not know, and wrangler of one that was never deployed. */
const noDeployment = /\[code: (?:10007|10090)\]|The Worker \S+ has no deployments/;

/**
 * `script`: wrangler's program, which has to be one process: what it starts would not be ended with it. `environment`: one
 * of `wrangler.toml`, or `null` for what stands at its top. `hasTerminal`: our input and output are one.
 */
export function wranglerAt(script: string, environment: string | null, hasTerminal: boolean): Wrangler {
  // An empty one says that the top is meant: without it, wrangler warns.
  const where = ["--env", environment ?? ""];

  return {
    hasTerminal,

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

    async latest() {
      const { code, stdout, text } = await run(script, ["deployments", "status", "--json", ...where]);
      const latest = v.safeParse(v.pipe(v.string(), v.parseJson(), LatestSchema), stdout);
      if (code === 0 && latest.success) return latest.output.id;
      if (noDeployment.test(text)) return null;
      throw failure("The Worker's deployments could not be listed", text);
    },

    async deploy(secrets, interrupted) {
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
          env: { WRANGLER_OUTPUT_FILE_PATH: events },
          inTerminal: hasTerminal,
          signal: interrupted,
        });
        const said = withoutSecrets(text, secrets);
        const event = readEvent(events);
        const deployment = event === null ? null : deploymentOf(event);
        if (code !== 0) {
          const failed = failure(interrupted.aborted ? "wrangler was interrupted" : "wrangler failed", said);
          // At its end it may ask what has nothing to do with the deployment, and takes a Ctrl-C there for a failure.
          throw deployment === null ? failed : new LateFailure(failed.message, deployment);
        }
        if (event === null) throw failure("wrangler did not say what it deployed", said);
        if (deployment === null) throw failure("wrangler was told not to go on", said);
        return deployment;
      } finally {
        process.off("exit", remove);
        remove();
      }
    },
  };
}

type DeployEvent = v.InferOutput<typeof DeployedSchema>;

function deploymentOf({ version_id, targets }: DeployEvent): Deployment | null {
  return version_id === null ? null : { versionId: version_id, addresses: targets };
}

function readEvent(events: string): DeployEvent | null {
  if (!existsSync(events)) return null;
  for (const line of readFileSync(events, "utf8").split("\n")) {
    const event = v.safeParse(v.pipe(v.string(), v.parseJson(), DeployedSchema), line);
    if (event.success) return event.output;
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
  if (lines.length === 0) return new UserError(`${what}.`);
  return new UserError(`${what}. wrangler says:\n${lines.map((line) => `  ${line}`).join("\n")}`);
}
