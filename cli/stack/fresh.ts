import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { inRoot, root } from "../paths.ts";
import { alone } from "./lock.ts";

export type BuildOutcome = "built" | "up to date";

type Build = {
  /** A file that the build makes: without it nothing is fresh. */
  readonly product: string;
  /** Where the fingerprint of the last build's sources is kept, next to the products. */
  readonly stamp: string;
  /** Globs, from the root. */
  readonly sources: readonly string[];
};

/** Builds only when a source changed since last time. By content: a clone or a checkout changes every file's date. */
export async function buildIfStale(build: Build, make: () => Promise<void>): Promise<BuildOutcome> {
  const now = fingerprint(build.sources);
  const stamp = inRoot(build.stamp);
  const isFresh = (): boolean =>
    existsSync(inRoot(build.product)) && existsSync(stamp) && readFileSync(stamp, "utf8") === now;
  if (isFresh()) return "up to date";
  mkdirSync(dirname(stamp), { recursive: true });
  // Test files that start at the same moment would write into each other's products.
  return alone(`${stamp}.lock`, async () => {
    if (isFresh()) return "up to date";
    await make();
    writeFileSync(stamp, now);
    return "built";
  });
}

function fingerprint(sources: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of globSync([...sources], { cwd: root }).sort()) {
    if (!/\.[a-z0-9]+$/i.test(path)) continue;
    hash
      .update(`${path}\0`)
      .update(readFileSync(inRoot(path)))
      .update("\0");
  }
  return hash.digest("hex");
}
