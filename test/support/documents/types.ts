import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "../../../cli/paths.ts";
import type { Document } from "./document.ts";
import { ownModules } from "./package.ts";

/** What a reader's own code has around a snippet. */
const around = `
declare global {
  const url: string, room: string, token: string, pcm: Uint8Array;
  function fetchTokenFromYourServer(): Promise<string>;
  function render(...shown: unknown[]): void;
}
export {};
`;

function settings(toRoot: string): object {
  return {
    extends: `${root}tsconfig.json`,
    compilerOptions: {
      types: ["node"],
      lib: ["ES2024", "DOM"],
      noUnusedLocals: false,
      noUnusedParameters: false,
      // What a reader's app has installed.
      paths: Object.fromEntries(
        Object.entries(ownModules()).map(([name, file]) => [name, [join(toRoot, file)]]),
      ),
    },
    include: ["."],
  };
}

/** What the compiler has to say about the TypeScript of documents, all of them at once. */
export function wrongTypes(documents: readonly Document[]): string[] {
  // Inside of the project, so that its packages are found; not among its files.
  const cache = `${root}node_modules/.cache/captionwire`;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "snippets-"));
  try {
    const toRoot = relative(folder, root);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings(toRoot)));
    writeFileSync(join(folder, "around.d.ts"), around);
    for (const { path, blocks } of documents) {
      for (const [index, { lang, value, file }] of blocks.entries()) {
        if (lang !== "ts" || file !== null) continue;
        const source = value.replaceAll(/from "\.\//g, `from "${toRoot}/`);
        // A module, also where nothing is imported: its names are its own.
        writeFileSync(join(folder, `${path.replaceAll("/", "-")}-${index}.ts`), `${source}\nexport {};\n`);
      }
    }
    const { stdout } = spawnSync(
      process.execPath,
      [`${root}node_modules/typescript/lib/tsc.js`, "-p", folder],
      {
        cwd: folder,
        encoding: "utf8",
      },
    );
    return stdout.split("\n").filter((line) => line.includes(": error "));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
