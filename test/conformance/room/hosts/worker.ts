import { startCutProxy } from "../../../../testing/cut-proxy.ts";
import { startStack } from "../../../support/stack.ts";
import type { Target } from "../target.ts";
import { revocation } from "./revocation.ts";
import { engineTraits, speechOf } from "./speech.ts";

/** The bundled Worker in its runtime, as `npm start` runs it: rooms are Durable Objects. */
export async function startWorkerTarget(engineUrl: string): Promise<Target> {
  const wire = await startCutProxy(engineUrl);
  const stack = await startStack({ engineUrl, providerUrl: wire.url });
  return {
    name: "Worker",
    url: stack.url,
    token: stack.token,
    speech: speechOf(engineUrl),
    ...engineTraits,
    revoke: revocation(stack),
    faults: {
      async evictRoom() {
        await stack.killWorker();
        await stack.restartWorker();
      },
      dropUpstream: () => wire.cut("reset"),
    },
    async close() {
      await stack.close();
      await wire.close();
    },
  };
}
