import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { buildWorker } from "../../../../cli/stack/bundle.ts";
import { startEngine } from "../../../../cli/stack/engine.ts";
import { buildPages } from "../../../../cli/stack/pages.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Address of the one speech engine that all local hosts of rooms use. */
    engineUrl: string;
  }
}

/** Once a run: the Worker as it is deployed, and a speech engine. A deployed target has its own. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (process.env.CONFORMANCE_URL !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "captionwire-conformance-"));
  const [engine] = await Promise.all([startEngine(folder, () => {}), buildPages().then(buildWorker)]);
  project.provide("engineUrl", engine.url);
  return async () => {
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
