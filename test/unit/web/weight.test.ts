import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { describe, expect, it } from "vitest";
import { tooYoung } from "../../support/too-young.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** What each page has to load before it is there, gzipped, in bytes: HTML, scripts and sheets. README.md says it too. */
const limits: Readonly<Record<string, number>> = {
  "index.html": 1_600,
  "watch/index.html": 36_000,
  "overlay/index.html": 24_300,
  "speak/index.html": 52_000,
  "stats/index.html": 55_000,
  "studio/index.html": 77_500,
  "api/index.html": 14_500,
  "live-captions.js": 33_000,
};

type File = { readonly source: string; readonly bytes: number; readonly loads: readonly string[] };

/** The pages as they are deployed, by file name. */
async function built(): Promise<ReadonlyMap<string, File>> {
  // A test runner's environment would bring the libraries' code for debugging.
  process.env.NODE_ENV = "production";
  const output = await build({
    root: `${root}web`,
    configFile: `${root}web/vite.config.ts`,
    logLevel: "silent",
    build: { write: false },
  });
  if (Array.isArray(output) || !("output" in output)) throw new Error("One build was expected.");
  return new Map(
    output.output.map((file) => {
      const source = String(file.type === "chunk" ? file.code : file.source);
      const loads = file.type === "chunk" ? file.imports : loadsOf(source);
      return [file.fileName, { source, bytes: gzipSync(source).length, loads }];
    }),
  );
}

function loadsOf(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].flatMap(({ 1: file }) => file ?? []);
}

/** A file and all that it loads, each once. */
function allOf(files: ReadonlyMap<string, File>, name: string, seen = new Map<string, File>()) {
  const file = files.get(name);
  if (file === undefined) throw new Error(`${name} is not there.`);
  if (seen.has(name)) return seen;
  seen.set(name, file);
  for (const next of file.loads) allOf(files, next, seen);
  return seen;
}

describe("the weight of a page", async () => {
  const files = await built();

  it.each(Object.entries(limits))("%s", (page, limit) => {
    const bytes = [...allOf(files, page).values()].reduce((sum, file) => sum + file.bytes, 0);
    expect(bytes).toBeLessThanOrEqual(limit);
    // Whoever makes it lighter says so here.
    expect(bytes).toBeGreaterThan(limit * 0.85);
  });

  it.each(["watch/index.html", "overlay/index.html", "live-captions.js"])(
    "%s runs in the oldest browsers that it is made for",
    (page) => {
      for (const { source } of allOf(files, page).values()) expect(source).not.toMatch(tooYoung);
    },
  );
});
