import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Child } from "../../../cli/stack/child.ts";
import { startEngine } from "../../../cli/stack/engine.ts";
import { judgeVoice } from "../../../cli/wer/voices.ts";

/** An engine of its own, on a free port of this machine. Its log stays when it does not start. */
export async function startFuzzEngine(): Promise<Child> {
  const folder = mkdtempSync(join(tmpdir(), "captionwire-fuzz-"));
  const engine = await startEngine(folder, () => {});
  return {
    ...engine,
    async stop() {
      await engine.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Its voice is no human's: about a tenth of the words is what it always misses. */
export const tolerableWer = 0.2;

/** How much more memory all cases may leave than their first tenth. Caches take up to 200 MB, after 1,000 cases as after 40,000. */
export const maxGrowthMb = 400;

/** How wrong the engine hears what its own voice says: the sign that it still works. */
export async function selfTest(engineUrl: string): Promise<number> {
  const { summary } = await judgeVoice({ url: engineUrl, apiKey: "any" }, "aura-asteria-en");
  return summary.wer;
}
