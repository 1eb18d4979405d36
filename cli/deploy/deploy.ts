import { UserError } from "../errors.ts";
import { inRoot } from "../paths.ts";
import { createSteps } from "../terminal/steps.ts";
import { addressOf, awaitHealth, awaitTokens } from "./health.ts";
import { envWords, type Means } from "./means.ts";
import { aboutSecrets, requiredSecrets } from "./required.ts";
import { gather } from "./secrets.ts";
import { checkSizes, measureSizes, type Sizes, sizesText } from "./sizes.ts";
import { keep, upload } from "./upload.ts";
import type { Deployment } from "./wrangler.ts";

/** Builds, measures and checks what would be deployed. Needs no account and asks nobody. */
export async function rehearse(means: Means): Promise<void> {
  const { screen, deployed } = means;
  const sizes = await build(means);
  screen.print();
  for (const line of sizesText(sizes).split("\n")) screen.print(line);
  screen.print();
  screen.print(
    `Worker ${deployed.worker}, classes of Durable Objects as of migration ${deployed.lastMigration}.`,
  );
  if (deployed.customDomains.length > 0) {
    screen.print(
      `Domains ${deployed.customDomains.join(", ")}: without a terminal only with --take-domains.`,
    );
  }
  screen.print("A deployment would ask for those of these secrets that the Worker does not have yet:");
  for (const name of requiredSecrets) screen.print(`  ${name} ${aboutSecrets[name]}.`);
  screen.print("Nothing was deployed.");
}

/**
 * Deploys: builds, asks for the secrets that are missing, uploads code and secrets as one, and sees that the Worker is well.
 * Throws a `UserError` that says what to do next. A Worker that was there before stays as it was unless all was uploaded.
 */
export async function deploy(means: Means): Promise<void> {
  const { wrangler, screen, env } = means;
  refuseToTakeDomains(means);
  const sizes = await build(means);
  const steps = createSteps(screen);
  let names: readonly string[] | null;
  try {
    await steps.step("Account").during(() => findAccount(means), String);
    names = await steps.step("Secrets").during(
      () => wrangler.secretNames(),
      (there) => (there === null ? "none: a new Worker" : `${there.length} are there`),
    );
  } finally {
    steps.settle();
  }
  const missing = requiredSecrets.filter((name) => names?.includes(name) !== true);
  const gathered = await gather(missing, { ...means, say: (line) => screen.print(line) });
  for (const source of gathered.sources) screen.print(`    ${source}`);

  const before = names === null ? null : await wrangler.latest();
  // Whatever happens from here on, nobody loses a key that the Worker may know.
  if (gathered.made !== null) keep(means, gathered.made);
  const interrupted = means.interrupted();
  const deployment = await upload(means, gathered, before, interrupted);
  const address = addressOf(deployment.addresses);
  tellOutcome(means, deployment, address, sizes);
  if (address === null || interrupted.aborted) return;
  // Nothing is half done any more.
  interrupted.addEventListener("abort", () => process.exit(130));
  await see(means, address, gathered.made?.key ?? (env.CAPTIONWIRE_API_KEY || null));
}

/** Without a terminal wrangler asks nobody, and takes a domain from another Worker, or over a DNS record, as it finds it. */
function refuseToTakeDomains({ wrangler, deployed, mayTakeDomains }: Means): void {
  if (wrangler.hasTerminal || mayTakeDomains || deployed.customDomains.length === 0) return;
  throw new UserError(
    [
      `wrangler.toml gives the Worker ${deployed.customDomains.join(", ")}, and there is no terminal to ask on, or CI is set: if another Worker has`,
      "that domain, or a DNS record stands there, it would be taken over without a question. Run npm run deploy in a terminal,",
      "which asks, or say that it is meant: npm run deploy -- --take-domains",
    ].join("\n"),
  );
}

async function build({ wrangler, screen, buildPages, workerFolder }: Means): Promise<Sizes> {
  const steps = createSteps(screen);
  try {
    await steps.step("Pages").during(buildPages, () => "built");
    return await steps.step("Worker").during(
      async () => {
        await wrangler.bundle(workerFolder);
        const sizes = measureSizes(workerFolder, inRoot("dist/web"));
        checkSizes(sizes);
        return sizes;
      },
      () => "built",
    );
  } finally {
    steps.settle();
  }
}

/** Whose account it goes to. Nobody's, and one of several, are for the person to settle. */
async function findAccount({ wrangler, deployed, env }: Means): Promise<string> {
  const accounts = await wrangler.accounts();
  if (accounts === null) {
    throw new UserError(
      "Nobody is logged in at Cloudflare. Run npx wrangler login, or set CLOUDFLARE_API_TOKEN, made from the template " +
        "“Edit Cloudflare Workers” at https://dash.cloudflare.com/profile/api-tokens.",
    );
  }
  const chosen = env.CLOUDFLARE_ACCOUNT_ID || deployed.accountId;
  const [only, ...others] = accounts;
  if (chosen) return accounts.find(({ id }) => id === chosen)?.name ?? chosen;
  if (only === undefined) throw new UserError("Whoever is logged in has no account at Cloudflare.");
  if (others.length > 0) {
    const list = accounts.map(({ id, name }) => `  CLOUDFLARE_ACCOUNT_ID=${id}   # ${name}`);
    throw new UserError(`Which account? Set one of these and run it again:\n${list.join("\n")}`);
  }
  return only.name;
}

function tellOutcome(
  means: Means,
  { versionId, addresses }: Deployment,
  address: string | null,
  sizes: Sizes,
): void {
  const { screen, deployed } = means;
  const where = envWords(means);
  screen.print();
  screen.print(`Address  ${address ?? `none of its own: ${addresses.join(", ") || "no route"}`}`);
  screen.print(`Version  ${versionId}`);
  for (const line of sizesText(sizes).split("\n")) screen.print(line);
  screen.print();
  screen.print(
    `Back     npx wrangler rollback${where}   # not beyond the version that brought migration ${deployed.lastMigration}`,
  );
  screen.print(`Log      npx wrangler tail${where}`);
}

/** The Worker answers, and mints tokens. */
async function see(means: Means, address: string, apiKey: string | null): Promise<void> {
  const { screen, patience } = means;
  const steps = createSteps(screen);
  screen.print();
  try {
    await steps.step("Health").during(
      () => awaitHealth(address, patience),
      () => "it is well",
    );
    await steps.step("Tokens").during(
      () => awaitTokens(address, apiKey, patience),
      () => (apiKey === null ? "it knows its keys" : "one was minted"),
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const where = envWords(means);
    throw new UserError(
      [
        `It was deployed, and is not well. ${error.message}`,
        "A domain that is new may need minutes for its certificate: look at",
        `  ${address}/healthz`,
        "Otherwise its log says why, and the version before comes back with:",
        `  npx wrangler tail${where}`,
        `  npx wrangler rollback${where}`,
      ].join("\n"),
    );
  } finally {
    steps.settle();
  }
  if (apiKey === null) {
    screen.print("With CAPTIONWIRE_API_KEY set, a token is minted as well, to see that it does.");
  }
}
