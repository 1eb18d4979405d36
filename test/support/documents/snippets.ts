import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { root } from "../../../cli/paths.ts";
import type { Document } from "./document.ts";
import { manifest, ownModules } from "./package.ts";

/** Snippets that differ from what they quote, cannot be read in their language, import what is not there, or use unknown attributes of our element. */
export async function wrongSnippets(documents: readonly Document[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { path, blocks } of documents) {
    for (const { lang, value, file } of blocks) {
      const found = file === null ? await problemsOf(lang, value) : misquoted(file, value);
      for (const problem of found) problems.push(`${path}, ${lang}: ${problem}`);
    }
  }
  return problems;
}

/** What is quoted is a file of the project, which is compiled and tested as such. */
function misquoted(file: string, value: string): readonly string[] {
  if (!existsSync(`${root}${file}`)) return [`there is no ${file}`];
  return readFileSync(`${root}${file}`, "utf8").includes(value) ? [] : [`${file} says something else`];
}

async function problemsOf(lang: string, value: string): Promise<readonly string[]> {
  switch (lang) {
    case "json":
      // One value, or several, each at the beginning of a line.
      return thrown(() => JSON.parse(value)).length === 0
        ? []
        : value.split(/\n(?=[{["])/).flatMap((one) => thrown(() => JSON.parse(one)));
    case "ts":
      return [...thrown(() => stripTypeScriptTypes(value)), ...(await unknownImports(value))];
    case "html":
      return [...unclosed(value), ...unknownAttributes(value)];
    case "sh": {
      const { status, stderr } = spawnSync("bash", ["-n"], { input: value, encoding: "utf8" });
      return status === 0 ? [] : [stderr.trim()];
    }
    case "":
    case "bat":
    case "console":
    case "css":
    case "text":
    case "toml":
    case "yaml":
      return [];
    default:
      return ["nobody here reads this language"];
  }
}

function thrown(work: () => void): string[] {
  try {
    work();
    return [];
  } catch (error) {
    return [String(error)];
  }
}

async function unknownImports(source: string): Promise<string[]> {
  const problems: string[] = [];
  for (const [, names = "", from = ""] of source.matchAll(/import (?:type )?\{([^}]*)\} from "([^"]+)"/g)) {
    const file = fileOf(from);
    if (file === null) {
      const known = { ...manifest.dependencies, ...manifest.devDependencies };
      const isKnown =
        from.startsWith("node:") || Object.keys(known).some((name) => `${from}/`.startsWith(`${name}/`));
      if (!isKnown) problems.push(`${from} is no package of this project`);
      continue;
    }
    if (!existsSync(`${root}${file}`)) {
      problems.push(`there is no ${file}`);
      continue;
    }
    // Types are not there when it runs.
    const text = readFileSync(`${root}${file}`, "utf8");
    for (const name of names.split(",").map(
      (part) =>
        part
          .trim()
          .replace(/^type /, "")
          .split(" as ")[0] ?? "",
    )) {
      if (name !== "" && !new RegExp(`\\b${name}\\b`).test(text)) problems.push(`${file} has no ${name}`);
    }
  }
  return problems;
}

/** Of a module of ours, from the root; `null` for another's. */
function fileOf(from: string): string | null {
  return from.startsWith(".") ? from.replace(/^(?:\.\.?\/)+/, "") : (ownModules()[from] ?? null);
}

const alone = new Set(["img", "link", "meta", "source", "track", "input", "br"]);

function unclosed(html: string): string[] {
  const open: string[] = [];
  for (const [, slash, name = ""] of html.matchAll(
    /<(\/?)([a-z][a-z0-9-]*)(?:\s+[\w-]+(?:="[^"]*")?)*\s*>/g,
  )) {
    if (slash === "") {
      if (!alone.has(name)) open.push(name);
    } else if (open.pop() !== name) return [`</${name}> closes nothing`];
  }
  const angles = html.match(/<\/?[a-z]/g)?.length ?? 0;
  const tags = [...html.matchAll(/<\/?[a-z][a-z0-9-]*(?:\s+[\w-]+(?:="[^"]*")?)*\s*>/g)].length;
  return [
    ...open.map((name) => `<${name}> is not closed`),
    ...(angles === tags ? [] : ["a tag is not well-formed"]),
  ];
}

/** The element's own table is what there is. */
function unknownAttributes(html: string): string[] {
  const source = readFileSync(`${root}client/element/live-captions.ts`, "utf8");
  const known = new Set([...source.matchAll(/^ \* \| `([a-z-]+)` \|/gm)].map(([, name]) => name));
  for (const name of ["id", "class", "lang", "style"]) known.add(name);
  return [...html.matchAll(/<live-captions((?:\s+[\w-]+(?:="[^"]*")?)*)\s*>/g)].flatMap(
    ([, attributes = ""]) =>
      [...attributes.matchAll(/([\w-]+)(?:="[^"]*")?/g)]
        .map(([, name = ""]) => name)
        .filter((name) => !known.has(name))
        .map((name) => `<live-captions> has no attribute ${name}`),
  );
}
