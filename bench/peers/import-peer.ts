import { createRequire } from "node:module";
import * as v from "valibot";

const require = createRequire(import.meta.url);
const VersionSchema = v.object({ version: v.string() });

/** What a package of the benchmarks' own tree exports; by a name that is not type-checked: it need not be installed. */
export function importPeer(name: string): object {
  return { ...require(name) };
}

/** Null when it is not installed. */
export function peerVersion(name: string): string | null {
  try {
    return v.parse(VersionSchema, require(`${name}/package.json`)).version;
  } catch {
    return null;
  }
}
