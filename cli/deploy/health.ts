import { setTimeout as sleep } from "node:timers/promises";
import { HealthSchema } from "../../shared/health.ts";
import { ask, mint, RefusedError, readJson } from "../api.ts";
import { UserError } from "../errors.ts";
import { newApiKey } from "../keys/make.ts";

/** How often something that may need a while is asked again. */
export type Patience = { readonly tries: number; readonly pauseMs: number };

/** A new address is there for all within a minute, mostly. */
export const usualPatience: Patience = { tries: 30, pauseMs: 2_000 };

/**
 * The address that people use: a domain of one's own before the one at workers.dev; `null` where a deployment has neither.
 * Takes what wrangler lists: `https://x.y.workers.dev`, `captions.example.com (custom domain)`, routes with `*`.
 */
export function addressOf(targets: readonly string[]): string | null {
  const custom = targets.find((target) => target.includes("(custom domain"));
  if (custom !== undefined) return `https://${custom.split(" ")[0]}`;
  return targets.find((target) => /^https?:\/\/[^*\s]+$/.test(target)) ?? null;
}

/** Waits until the Worker at this address says that it is well. Throws a `UserError` with what it said last. */
export async function awaitHealth(url: string, patience: Patience): Promise<void> {
  await untilGood(patience, async () => {
    await readJson(await ask(`${url}/healthz`, {}), HealthSchema);
  });
}

/**
 * Waits until a token is minted with this key, which needs all of the Worker's secrets but the provider's. Without a key,
 * until one that nobody has is refused: that too is said only by a Worker that knows its keys.
 */
export async function awaitTokens(url: string, apiKey: string | null, patience: Patience): Promise<void> {
  await untilGood(patience, async () => {
    try {
      await mint({ url, apiKey: apiKey ?? newApiKey() }, { scopes: ["captions:view"], ttl: 60 });
    } catch (error) {
      const isRefusedKey = error instanceof RefusedError && error.status === 401 && error.code !== null;
      if (apiKey === null && isRefusedKey) return;
      throw error;
    }
    if (apiKey === null) throw new UserError("It minted a token with a key that nobody has.");
  });
}

async function untilGood({ tries, pauseMs }: Patience, work: () => Promise<void>): Promise<void> {
  for (let left = tries; ; ) {
    try {
      return await work();
    } catch (error) {
      left -= 1;
      if (!(error instanceof UserError) || left <= 0) throw error;
    }
    await sleep(pauseMs);
  }
}
