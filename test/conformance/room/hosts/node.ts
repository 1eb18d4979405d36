import { newSigningSecret } from "../../../../cli/keys/make.ts";
import { startCutProxy } from "../../../../testing/cut-proxy.ts";
import { startStack } from "../../../support/stack.ts";
import type { Target } from "../target.ts";
import { NodeRooms } from "./node-rooms.ts";
import { revocation } from "./revocation.ts";
import { engineTraits, speechOf } from "./speech.ts";

/** The tenant of the key that a stack makes for itself. */
const tenant = "local";

/** The edge Worker in its runtime, and its rooms in the process of the test: the core over a key-value storage. */
export async function startNodeTarget(engineUrl: string): Promise<Target> {
  const wire = await startCutProxy(engineUrl);
  const TOKEN_SECRET = newSigningSecret();
  const rooms = await NodeRooms.start({
    TOKEN_SECRET,
    DEEPGRAM_BASE_URL: wire.url,
    DEEPGRAM_API_KEY: "any",
  });
  const variables = { TOKEN_SECRET, ROOMS_URL: rooms.url };
  const stack = await startStack({ engineUrl, providerUrl: engineUrl, variables });
  rooms.edgeAt(stack.url);
  return {
    name: "Node",
    url: stack.url,
    token: stack.token,
    speech: speechOf(engineUrl),
    ...engineTraits,
    revoke: revocation(stack),
    faults: {
      async evictRoom(room) {
        await rooms.evict(`${tenant}/${room}`);
      },
      dropUpstream: () => wire.cut("reset"),
    },
    async close() {
      await stack.close();
      await rooms.close();
      await wire.close();
    },
  };
}
