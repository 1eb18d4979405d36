import { type BuildOutcome, buildIfStale } from "./fresh.ts";
import { runTool } from "./tool.ts";

/** The pages in `dist/web`, as the Worker serves them. */
export function buildPages(): Promise<BuildOutcome> {
  const build = {
    product: "dist/web",
    stamp: "dist/web.stamp",
    sources: ["web/**/*.*", "client/**/*.*", "shared/**/*.*", "package-lock.json"],
  };
  return buildIfStale(build, () =>
    runTool("The pages", "vite/bin/vite.js", ["build", "web", "--logLevel", "warn"]),
  );
}
