import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mintToken } from "../../../../cli/api.ts";
import { inRoot } from "../../../../cli/paths.ts";
import { startChild } from "../../../../cli/stack/child.ts";
import { freePort } from "../../../../cli/stack/port.ts";
import { apiKeyList, localSecrets } from "../../../../cli/stack/secrets.ts";
import { startCutProxy } from "../../../../testing/cut-proxy.ts";
import type { Target } from "../target.ts";
import { revocation } from "./revocation.ts";
import { engineTraits, speechOf } from "./speech.ts";

/** `wrangler dev` as a developer of the Worker runs it, with a proxy of its own in front; offline, in a folder of its own. */
export async function startWranglerDevTarget(engineUrl: string): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), "captionwire-wrangler-"));
  const wire = await startCutProxy(engineUrl);
  const { apiKey, tokenSecret } = localSecrets(folder);
  const port = await freePort();
  const start = () =>
    startChild({
      name: "wrangler dev",
      script: inRoot("test/conformance/room/hosts/wrangler-dev-process.ts"),
      settings: {
        folder,
        port,
        bindings: {
          API_KEYS: apiKeyList(apiKey),
          TOKEN_SECRET: tokenSecret,
          DEEPGRAM_API_KEY: "embedded-engine",
          DEEPGRAM_BASE_URL: wire.url,
        },
      },
      logFile: join(folder, "wrangler.log"),
      readyWithinMs: 90_000,
    });
  let child = await start();
  const service = { url: child.url, apiKey };
  return {
    name: "wrangler dev",
    url: child.url,
    token: (request) => mintToken(service, request),
    speech: speechOf(engineUrl),
    ...engineTraits,
    revoke: revocation(service),
    faults: {
      async evictRoom() {
        await child.kill();
        child = await start();
      },
      dropUpstream: () => wire.cut("reset"),
    },
    async close() {
      await child.stop();
      await wire.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
