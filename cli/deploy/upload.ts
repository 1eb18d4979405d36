import { messageOf, UserError } from "../errors.ts";
import { withEntry } from "../keys/entries.ts";
import { changeKeys } from "../keys/file.ts";
import { createSteps } from "../terminal/steps.ts";
import { envWords, type Means } from "./means.ts";
import type { Gathered } from "./secrets.ts";
import { type Deployment, LateFailure } from "./wrangler.ts";

/**
 * Has wrangler put it in place of the deployment `before`. Where that fails, looks at what is in place now, and the
 * `UserError` says how far it went.
 */
export async function upload(
  means: Means,
  gathered: Gathered,
  before: string | null,
  interrupted: AbortSignal,
): Promise<Deployment> {
  const { wrangler, screen } = means;
  try {
    return await run(means, gathered, interrupted);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    screen.print("  Looking at what is in place …");
    const after = await wrangler.latest().then(
      (id) => ({ isKnown: true, id }) as const,
      (reason) => ({ isKnown: false, reason: messageOf(reason) }) as const,
    );
    if (after.isKnown && after.id === before) {
      const kept = gathered.made === null ? "" : "\nThe key above stays on the list: the next try takes it.";
      throw new UserError(`It was not deployed: ${error.message}${kept}`);
    }
    if (after.isKnown && error instanceof LateFailure) {
      screen.print(`  All is in place; what came after that did not end well: ${error.message}`);
      return error.deployment;
    }
    const where = envWords(means);
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

/** Shown, this once, and on the list of this Worker's keys by its hash. A `UserError` where the list cannot be written. */
export function keep({ keyFile, screen }: Means, { key, entry }: NonNullable<Gathered["made"]>): void {
  screen.print();
  screen.print(
    `API key of tenant ${entry.tenant}, good once the deployment is in place. It is shown this once;`,
  );
  screen.print(`${keyFile} keeps its hash:`);
  screen.print(`  ${key}`);
  screen.print();
  try {
    changeKeys(keyFile, (before) => withEntry(before, entry, ` --file ${keyFile}`));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`It was not deployed, and the key above will not be good. ${error.message}`);
  }
}
