import { globSync, readFileSync } from "node:fs";
import { TrieRouter } from "hono/router/trie-router";
import * as v from "valibot";
import { root } from "../../../cli/paths.ts";
import { errorTable } from "../../../shared/errors.ts";
import type { Document } from "./document.ts";

/** What the code calls things, to hold the documents' words against. */
export type Names = {
  /** All words of the sources. */
  readonly words: ReadonlySet<string>;
  hasRoute(method: string, path: string): boolean;
};

const parts = [
  "workers",
  "party",
  "shared",
  "client",
  "web",
  "engine",
  "cli",
  "bench",
  "test",
  "testing",
  "examples",
];

/** The Worker's types are of another environment than a test's. */
const WorkerSchema = v.object({
  app: v.object({ routes: v.array(v.object({ method: v.string(), path: v.string() })) }),
});

export async function readNames(): Promise<Names> {
  const words = new Set<string>();
  const sources = globSync([`{${parts.join(",")}}/**/*.{ts,mjs,html,json}`, "*.{toml,json,ts}"], {
    cwd: root,
    exclude: (path) =>
      path === "node_modules" || path === "results" || path === "documents" || path === "house",
  });
  for (const path of sources) {
    for (const [word] of readFileSync(`${root}${path}`, "utf8").matchAll(/\w+/g)) words.add(word);
  }
  const worker = `${root}workers/app.ts`;
  const { app } = v.parse(WorkerSchema, await import(worker));
  const router = new TrieRouter<string>();
  for (const { method, path } of app.routes) {
    if (method !== "ALL" && !path.endsWith("*")) router.add(method, path, path);
  }
  const engine = readFileSync(`${root}engine/routes.ts`, "utf8");
  return {
    words,
    hasRoute(method, path) {
      const methods = method === "" ? ["GET", "POST", "PUT", "PATCH", "DELETE"] : [method];
      if (methods.some((asked) => router.match(asked, path)[0].length > 0)) return true;
      return ["", "GET", "POST"].includes(method) && engine.includes(`"${path}"`);
    },
  };
}

/** Variables of the environment: those that are used with a `$` are a document's own. */
export function unknownVariables(documents: readonly Document[], { words }: Names): string[] {
  return documents.flatMap(({ path, text, codes, blocks }) => {
    const code = [...codes, ...blocks.map(({ value }) => value)].join("\n");
    const own = new Set([...text.matchAll(/\$\{?([A-Z][A-Z0-9_]*)/g)].map(([, name]) => name));
    return [...code.matchAll(/(?<![\w$])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?!\w)|^[A-Z]+(?==\S)/gm)]
      .map(([name]) => name)
      .filter((name) => !own.has(name) && !words.has(name) && !words.has(name.toLowerCase()))
      .map((name) => `${path}: the variable ${name} is nowhere in the code`);
  });
}

/** Error codes, events of the log, fields: whatever is written like one. */
export function unknownCodes(documents: readonly Document[], { words }: Names): string[] {
  return documents.flatMap(({ path, codes }) =>
    codes
      .filter((code) => /^[a-z]+(?:_[a-z0-9]+)+$/.test(code) && !words.has(code))
      .map((code) => `${path}: ${code} is nowhere in the code`),
  );
}

/** Close codes that no error has. The bounds of the two ranges are no codes of their own. */
export function unknownCloses(documents: readonly Document[]): string[] {
  const known = new Set<string>(Object.values(errorTable).map(({ close }) => String(close)));
  for (const bound of ["4000", "4499", "4999"]) known.add(bound);
  return documents.flatMap(({ path, text }) =>
    [...text.matchAll(/(?<![\d,.:/-])4[045]\d\d(?![\d,]|\.\d| ×| ms| kB)/g)]
      .map(([close]) => close)
      .filter((close) => !known.has(close))
      .map((close) => `${path}: no error closes with ${close}`),
  );
}

/** Routes, with a method before them or not. `foreign` are paths of the reader's own. */
export function unknownRoutes(
  documents: readonly Document[],
  { hasRoute }: Names,
  foreign: ReadonlySet<string>,
): string[] {
  return documents.flatMap(({ path, codes, blocks }) => {
    const asked = codes.map((code) => /^(?:([A-Z]+) )?(\/[a-z][^\s]*)$/.exec(code));
    const called = blocks.flatMap(({ value }) =>
      [...value.matchAll(/curl (?:-X ([A-Z]+) )?(?:-\w+ )*"\$URL(\/[^"\s]*)/g)].map((match) => match),
    );
    return [...asked, ...called].flatMap((match) => {
      if (match === null) return [];
      const [, method = "", written = ""] = match;
      const route = written.replace(/[?#].*$/, "").replaceAll(/\{[a-zA-Z]+\}/g, "x");
      if (foreign.has(route) || hasRoute(method, route)) return [];
      return [`${path}: there is no route ${method} ${written}`];
    });
  });
}

/** Paths in code font that lead to nothing. One may end before its extension, or with a star. */
export function unknownPaths(documents: readonly Document[]): string[] {
  const ours = new RegExp(`^(?:${parts.join("|")}|docs)/[\\w./*-]+$`);
  return documents.flatMap(({ path, codes }) =>
    codes
      .filter((code) => ours.test(code))
      .filter((code) => globSync(`${code.replace(/\/$/, "")}*`, { cwd: root }).length === 0)
      .map((code) => `${path}: there is no file ${code}`),
  );
}
