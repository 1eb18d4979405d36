import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mintToken } from "../../../../cli/api.ts";
import { freePort } from "../../../../cli/stack/port.ts";
import { silent } from "../../../../cli/stack/progress.ts";
import { startRooms } from "../../../../cli/stack/rooms.ts";
import { localSecrets } from "../../../../cli/stack/secrets.ts";
import { startStack } from "../../../../cli/stack/stack.ts";
import { startCutProxy } from "../../../../testing/cut-proxy.ts";
import type { Target } from "../target.ts";
import { revocation } from "./revocation.ts";
import { engineTraits, speechOf } from "./speech.ts";

/** The edge Worker, and rooms under the PartyKit CLI, which it asks across HTTP. */
export async function startPartykitTarget(engineUrl: string): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), "captionwire-partykit-"));
  const wire = await startCutProxy(engineUrl);
  const port = await freePort();
  const settings = {
    port: await freePort(),
    edgeUrl: `http://127.0.0.1:${port}`,
    variables: {
      TOKEN_SECRET: localSecrets(folder).tokenSecret,
      DEEPGRAM_API_KEY: "embedded-engine",
      DEEPGRAM_BASE_URL: wire.url,
    },
  };
  let rooms = await startRooms(folder, settings);
  const stack = await startStack({
    port,
    folder,
    deepgramApiKey: undefined,
    providerUrl: wire.url,
    rooms: { url: rooms.url },
    progress: silent,
    onCrash: (message) => process.stderr.write(`${message}\n`),
  });
  return {
    name: "PartyKit",
    url: stack.url,
    token: (request) => mintToken(stack, request),
    speech: speechOf(engineUrl),
    ...engineTraits,
    revoke: revocation(stack),
    faults: {
      async evictRoom() {
        await rooms.kill();
        rooms = await startRooms(folder, settings);
      },
      dropUpstream: () => wire.cut("reset"),
    },
    async close() {
      await stack.close();
      await rooms.stop();
      await wire.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
