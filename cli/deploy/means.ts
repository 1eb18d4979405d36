import type { Asking } from "../terminal/ask.ts";
import type { Screen } from "../terminal/screen.ts";
import type { Deployed } from "./config.ts";
import type { Patience } from "./health.ts";
import type { Wrangler } from "./wrangler.ts";

/** What is deployed, and what it is deployed with. */
export type Means = {
  readonly deployed: Deployed;
  readonly environment: string | null;
  readonly wrangler: Wrangler;
  readonly buildPages: () => Promise<unknown>;
  /** Where the Worker is bundled to, to be measured. */
  readonly workerFolder: string;
  readonly asking: Asking;
  readonly env: NodeJS.ProcessEnv;
  /** The list of this Worker's API keys. */
  readonly keyFile: string;
  readonly patience: Patience;
  /** Without a terminal: domains of `wrangler.toml` may be taken from whoever has them. */
  readonly mayTakeDomains: boolean;
  /** Called when the upload begins: from then on an interrupt ends wrangler first, and what it left is looked at. */
  readonly interrupted: () => AbortSignal;
  readonly screen: Screen;
};

/** What every command of wrangler is told of the environment. */
export function envWords({ environment }: Pick<Means, "environment">): string {
  return environment === null ? "" : ` --env ${environment}`;
}
