import { existsSync, readFileSync } from "node:fs";
import { type Document, root } from "./document.ts";

/** Quotes of files that are not there, or say something else. */
export function wrongQuotes(documents: readonly Document[]): string[] {
  return documents.flatMap(({ path, quotes }) =>
    quotes
      .filter(({ file, value }) => {
        const from = `${root}${file}`;
        return !existsSync(from) || readFileSync(from, "utf8").trim() !== value.trim();
      })
      .map(({ file }) => `${path} quotes ${file} otherwise than it is`),
  );
}
