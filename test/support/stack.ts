import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mintToken } from "../../cli/api.ts";
import { silent } from "../../cli/stack/progress.ts";
import { type Rooms, type Stack, startStack as start } from "../../cli/stack/stack.ts";
import type { FloodLimits } from "../../cli/stack/worker.ts";
import type { TokenRequest } from "../../shared/claims.ts";

export type TestStack = Stack & {
  readonly engineUrl: string;
  /** Holds secrets, rooms and logs. */
  readonly folder: string;
  token(request: TokenRequest): Promise<string>;
};

/** An engine that was started already, and the address at which the Worker is to look for it. */
export type OtherEngine = {
  readonly engineUrl: string;
  readonly providerUrl: string;
  /** Of the Worker, over those it usually has. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly floodLimits?: FloodLimits;
};

/**
 * The real thing on free ports: embedded engine, Worker in its runtime, storage in a folder that goes with it.
 * With another's engine it is the Worker alone: so several Workers share one engine, each behind a wire of its own.
 */
export async function startStack(other?: OtherEngine, rooms: Rooms = "worker"): Promise<TestStack> {
  const folder = mkdtempSync(join(tmpdir(), "captionwire-test-"));
  const stack = await start({
    port: 0,
    folder,
    deepgramApiKey: undefined,
    rooms,
    ...(other === undefined
      ? {}
      : {
          providerUrl: other.providerUrl,
          variables: other.variables ?? {},
          floodLimits: other.floodLimits ?? "off",
        }),
    progress: silent,
    onCrash: (message) => process.stderr.write(`${message}\n`),
  });
  const engineUrl = other?.engineUrl ?? stack.engineUrl;
  if (engineUrl === null) throw new Error("Tests run on the embedded engine.");
  return {
    ...stack,
    engineUrl,
    folder,
    token: (request) => mintToken(stack, request),
    async close() {
      await stack.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
