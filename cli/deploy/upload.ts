import { messageOf, UserError } from "../errors.ts";
import { withEntry } from "../keys/entries.ts";
import { changeKeys } from "../keys/file.ts";
import { createSteps } from "../terminal/steps.ts";
import type { Means } from "./means.ts";
import type { Gathered } from "./secrets.ts";
import type { Deployment } from "./wrangler.ts";

/**
 * Has wrangler put it in place of the deployment `before`. Where that fails, looks at what is in place now: a key that the
 * Worker may know is kept and shown before the `UserError` says how far it went.
 */
export async function upload(
  means: Means,
  gathered: Gathered,
  before: string | null,
  interrupted: AbortSignal,
): Promise<Deployment> {
  const { wrangler } = means;
  try {
    return await run(means, gathered, interrupted);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const after = await wrangler.latest().then(
      (id) => ({ isKnown: true, id }) as const,
      (reason) => ({ isKnown: false, reason: messageOf(reason) }) as const,
    );
    if (after.isKnown && after.id === before) throw new UserError(`It was not deployed: ${error.message}`);
    if (gathered.made !== null) keep(means, gathered.made);
    const { environment } = means;
    const where = environment === null ? "" : ` --env ${environment}`;
    throw new UserError(
      [
        after.isKnown
          ? `It was uploaded and is in place, but ${error.message}`
          : `It may have been uploaded: ${error.message}\n${after.reason}\nnpx wrangler deployments list${where} tells.`,
        "Put right what is wrong and run npm run deploy again, which asks for nothing that the Worker has.",
        ...(before === null ? [] : [`The version before comes back with: npx wrangler rollback${where}`]),
      ].join("\n"),
    );
  }
}

async function run(
  { wrangler, screen }: Means,
  { secrets }: Gathered,
  interrupted: AbortSignal,
): Promise<Deployment> {
  if (wrangler.hasTerminal) {
    screen.print("  Deployment, in wrangler's words; where it asks, it waits for you:");
    return await wrangler.deploy(secrets, interrupted);
  }
  const steps = createSteps(screen);
  try {
    return await steps.step("Deployment").during(
      () => wrangler.deploy(secrets, interrupted),
      ({ versionId }) => versionId,
    );
  } finally {
    steps.settle();
  }
}

/** On the list of this Worker's keys, by its hash; and shown, this once. */
export function keep({ keyFile, screen }: Means, { key, entry }: NonNullable<Gathered["made"]>): void {
  changeKeys(keyFile, (before) => withEntry(before, entry, ` --file ${keyFile}`));
  screen.print();
  screen.print(`API key of tenant ${entry.tenant}, shown this once; ${keyFile} keeps its hash:`);
  screen.print(`  ${key}`);
}
