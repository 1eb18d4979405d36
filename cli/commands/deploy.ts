import { join, resolve } from "node:path";
import { type Command, type CommandUnknownOpts, InvalidArgumentError } from "@commander-js/extra-typings";
import { askingIn } from "../deploy/asking.ts";
import { readDeployed } from "../deploy/config.ts";
import { deploy, rehearse } from "../deploy/deploy.ts";
import { usualPatience } from "../deploy/health.ts";
import type { Means } from "../deploy/means.ts";
import { wranglerAt } from "../deploy/wrangler.ts";
import { keyFile } from "../keys/file.ts";
import { inRoot, localFolder } from "../paths.ts";
import { buildPages } from "../stack/pages.ts";
import { firstInterrupt } from "../terminal/interrupts.ts";
import { createScreen } from "../terminal/screen.ts";

const help = `
Builds pages and Worker and puts them into place at Cloudflare. Secrets that the Worker
misses are taken from variables of their name, made here, or asked for without being
shown; they go to Cloudflare together with the code, never over a command line. What
wrangler has to ask, such as whether a domain may be taken from another Worker, it asks in
the terminal. Then it looks whether the Worker is well and mints tokens, and says how to go back.

Log in first: npx wrangler login, or CLOUDFLARE_API_TOKEN. Of several accounts,
CLOUDFLARE_ACCOUNT_ID names one. docs/deploy.md tells all of it.

Environment:
  CAPTIONWIRE_API_KEY   mint a token with this key at the end, to see that it does
`;

export function define(command: Command): CommandUnknownOpts {
  return command
    .option("--dry-run", "build, check and measure, and say what would be asked; needs no account")
    .option("--env <name>", "an environment of wrangler.toml, such as staging", environmentName)
    .option("--keys <file>", "the list of API keys; an environment has one of its own by default")
    .option(
      "--take-domains",
      "without a terminal or in a CI: take domains of wrangler.toml from another Worker or DNS record",
    )
    .addHelpText("after", help)
    .action(run);
}

type Options = {
  readonly dryRun?: true;
  readonly env?: string;
  readonly keys?: string;
  readonly takeDomains?: true;
};

async function run({ dryRun, env, keys, takeDomains }: Options): Promise<void> {
  const environment = env ?? null;
  const usualKeys =
    environment === null ? keyFile(localFolder) : join(localFolder, `keys.${environment}.json`);
  const asking = askingIn(process.env, process.stdin, process.stdout);
  const means: Means = {
    deployed: await readDeployed(inRoot("wrangler.toml"), environment),
    environment,
    wrangler: wranglerAt(
      // Its bin starts this one as another process, which would go on when the first is killed.
      inRoot("node_modules/wrangler/wrangler-dist/cli.js"),
      environment,
      asking.isSomebody,
    ),
    buildPages,
    workerFolder: inRoot("dist/deploy"),
    asking,
    env: process.env,
    keyFile: keys === undefined ? usualKeys : resolve(keys),
    patience: usualPatience,
    mayTakeDomains: takeDomains === true,
    interrupted: firstInterrupt,
    screen: createScreen(process.stdout),
  };
  await (dryRun === true ? rehearse(means) : deploy(means));
}

function environmentName(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError("It takes the name of an environment of wrangler.toml.");
}
