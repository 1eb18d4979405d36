import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contestant } from "./contestant.ts";
import { ScriptedProvider } from "./provider.ts";
import { Viewers, type ViewersOptions } from "./viewers.ts";

/** Where a benchmark takes place: what is started here ends with it, however it ends. */
export type Stage = {
  readonly folder: string;
  readonly provider: ScriptedProvider;
  contestant<C extends Contestant>(starting: Promise<C>): Promise<C>;
  viewers(options: Omit<ViewersOptions, "folder">): Promise<Viewers>;
};

export async function onStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "captionwire-bench-"));
  const contestants: Contestant[] = [];
  const viewers: Viewers[] = [];
  const provider = await ScriptedProvider.start(folder);
  try {
    return await work({
      folder,
      provider,
      async contestant(starting) {
        const started = await starting;
        contestants.push(started);
        return started;
      },
      async viewers(options) {
        const started = await Viewers.start({ ...options, folder });
        viewers.push(started);
        return started;
      },
    });
  } finally {
    await Promise.all(viewers.map((each) => each.stop()));
    await Promise.all(contestants.map((each) => each.close()));
    await provider.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
