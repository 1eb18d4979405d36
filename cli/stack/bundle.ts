import { mkdirSync } from "node:fs";
import { inRoot } from "../paths.ts";
import { type BuildOutcome, buildIfStale } from "./fresh.ts";
import { runTool } from "./tool.ts";

export const bundleFolder = "dist/worker";
export const bundleEntry = `${bundleFolder}/index.js`;

/** The Worker as `wrangler deploy` would upload it, so that what runs here is what runs there. */
export function buildWorker(): Promise<BuildOutcome> {
  const build = {
    product: bundleEntry,
    stamp: "dist/worker.stamp",
    sources: ["workers/**/*.*", "party/**/*.*", "shared/**/*.*", "wrangler.toml", "package-lock.json"],
  };
  // The dry run insists on the folder of pages, which may still be in the making.
  mkdirSync(inRoot("dist/web"), { recursive: true });
  return buildIfStale(build, () =>
    runTool("The Worker", "wrangler/bin/wrangler.js", ["deploy", "--dry-run", "--outdir", bundleFolder]),
  );
}
