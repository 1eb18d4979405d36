import { startCutProxy } from "../../../../testing/cut-proxy.ts";
import { startStack } from "../../../support/stack.ts";
import type { Target } from "../target.ts";
import { revocation } from "./revocation.ts";
import { enginePace, speechOf } from "./speech.ts";

/** The edge Worker, and rooms under the PartyKit CLI, which it asks across HTTP. */
export async function startPartykitTarget(engineUrl: string): Promise<Target> {
  const wire = await startCutProxy(engineUrl);
  const stack = await startStack({ engineUrl, providerUrl: wire.url }, "partykit");
  return {
    name: "PartyKit",
    url: stack.url,
    token: stack.token,
    speech: speechOf(engineUrl),
    pace: enginePace,
    revoke: revocation(stack),
    faults: { dropUpstream: () => wire.cut("reset") },
    async close() {
      await stack.close();
      await wire.close();
    },
  };
}
