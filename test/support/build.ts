import { buildWorker } from "../../cli/stack/bundle.ts";
import { buildPages } from "../../cli/stack/pages.ts";

/** Once a run, before the first test that needs them. Costs nothing when no source has changed. */
export default async function setup(): Promise<void> {
  await buildPages();
  await buildWorker();
}
