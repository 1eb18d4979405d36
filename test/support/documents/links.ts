import { existsSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { root } from "../../../cli/paths.ts";
import type { Document } from "./document.ts";

/** Links and pictures inside of the project whose file, or whose heading in it, is not there. */
export function brokenLinks(documents: readonly Document[]): string[] {
  const byPath = new Map(documents.map((document) => [document.path, document]));
  return documents.flatMap((document) =>
    document.links
      .filter((link) => !/^[a-z][a-z0-9+.-]*:/i.test(link))
      .filter((link) => {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? document.path : join(dirname(document.path), path);
        if (!existsSync(`${root}${target}`) && !byPath.has(target)) return true;
        return anchor !== undefined && byPath.get(target)?.anchors.has(anchor) !== true;
      })
      .map((link) => `${document.path}: ${link} leads nowhere`),
  );
}
