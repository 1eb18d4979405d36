import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inRoot } from "../../../cli/paths.ts";

const ReportSchema = v.object({
  diagnostics: v.array(v.object({ category: v.string(), location: v.object({ path: v.string() }) })),
});

/** A house of a few files under our own rules. */
let house: string;

beforeEach(() => {
  house = mkdtempSync(join(tmpdir(), "captionwire-house-"));
  copyFileSync(inRoot("biome.json"), join(house, "biome.json"));
});

afterEach(() => rmSync(house, { recursive: true, force: true }));

function write(path: string, text: string): void {
  const file = join(house, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Which rules refuse which files, as `npm run check` would. */
function refused(): string[] {
  const biome = spawnSync(
    process.execPath,
    [
      inRoot("node_modules/@biomejs/biome/bin/biome"),
      "ci",
      "--reporter=json",
      "--colors=off",
      "--vcs-enabled=false",
      ".",
    ],
    { cwd: house, encoding: "utf8" },
  );
  const { diagnostics } = v.parse(ReportSchema, JSON.parse(biome.stdout));
  expect(biome.status, biome.stderr).toBe(diagnostics.length === 0 ? 0 : 1);
  return diagnostics.map(({ category, location }) => `${location.path}: ${category}`).sort();
}

describe("the rules of the house", () => {
  test("let in what follows them", () => {
    write("shared/a.ts", "export type A = { readonly a: number };\n");
    write(
      "party/room/b.ts",
      'import type { A } from "../../shared/a.ts";\n\nexport const b: A = { a: 1 };\n',
    );
    write("workers/c.ts", 'export { b } from "../party/room/b.ts";\n');
    expect(refused()).toEqual([]);
  });

  test("refuse files that import each other's types", () => {
    write("shared/a.ts", 'import type { B } from "./b.ts";\n\nexport type A = { readonly b: B | null };\n');
    write("shared/b.ts", 'import type { A } from "./a.ts";\n\nexport type B = { readonly a: A | null };\n');
    expect(refused()).toEqual([
      "shared/a.ts: lint/suspicious/noImportCycles",
      "shared/b.ts: lint/suspicious/noImportCycles",
    ]);
  });

  const platforms = [
    "cloudflare:workers",
    "node:fs",
    "partyserver",
    "partykit/server",
    "miniflare",
    "wrangler",
    "ws",
    "hono",
    "@cloudflare/workers-types",
  ];
  test.each(platforms)("refuse %s in what is free of any platform", (platform) => {
    write("party/room/a.ts", `import "${platform}";\n`);
    write("shared/b.ts", `import "${platform}";\n`);
    expect(refused()).toEqual([
      "party/room/a.ts: lint/style/noRestrictedImports",
      "shared/b.ts: lint/style/noRestrictedImports",
    ]);
  });

  test("let the room's hosts know their platform, and nothing else of party/", () => {
    write("party/server.ts", 'import "partyserver";\n');
    write("party/partykit.ts", 'import "partykit/server";\n');
    write("party/tenant/tenant.ts", 'import "cloudflare:workers";\n');
    write("party/host/a.ts", 'import "partyserver";\n');
    write("party/tenant/rooms.ts", 'import "cloudflare:workers";\n');
    expect(refused()).toEqual([
      "party/host/a.ts: lint/style/noRestrictedImports",
      "party/tenant/rooms.ts: lint/style/noRestrictedImports",
    ]);
  });

  test.each([
    ["shared/a.ts", "../party/b.ts"],
    ["party/a.ts", "../workers/b.ts"],
    ["party/room/a.ts", "../server.ts"],
    ["client/a.ts", "../party/b.ts"],
    ["web/a.ts", "../workers/b.ts"],
    ["engine/a.ts", "../shared/b.ts"],
    ["workers/a.ts", "../engine/b.ts"],
    ["cli/a.ts", "../workers/b.ts"],
  ])("refuse in %s what points the wrong way: %s", (from, to) => {
    write(from, `import "${to}";\n`);
    write(join(dirname(from), to), "export const b = 1;\n");
    expect(refused()).toEqual([`${from}: lint/style/noRestrictedImports`]);
  });

  test("refuse files that are too long, hosts first", () => {
    const lines = (count: number): string =>
      Array.from({ length: count }, (_, at) => `export const line${at} = ${at};\n`).join("");
    write("party/room/long.ts", lines(401));
    write("party/room/not-long.ts", lines(400));
    write("workers/app.ts", lines(151));
    write("party/tenant/tenant.ts", lines(150));
    expect(refused()).toEqual([
      "party/room/long.ts: lint/style/noExcessiveLinesPerFile",
      "workers/app.ts: lint/style/noExcessiveLinesPerFile",
    ]);
  });
});
