import { readFileSync } from "node:fs";
import * as v from "valibot";
import { root } from "../../../cli/paths.ts";

const Texts = v.record(v.string(), v.string());
const PackageSchema = v.object({
  name: v.string(),
  scripts: Texts,
  dependencies: Texts,
  devDependencies: Texts,
  exports: Texts,
});

export const manifest = v.parse(PackageSchema, JSON.parse(readFileSync(`${root}package.json`, "utf8")));

/** What others import of this package, each with its file. */
export function ownModules(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(manifest.exports).map(([path, file]) => [
      `${manifest.name}${path.slice(1)}`,
      file.slice(2),
    ]),
  );
}
