import { globSync, readFileSync } from "node:fs";
import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { visit } from "unist-util-visit";
import { root } from "../../../cli/paths.ts";

/** One of the documents, taken apart. */
export type Document = {
  /** From the root. */
  readonly path: string;
  readonly text: string;
  /** What stands behind a `#` of a link to its headings. */
  readonly anchors: ReadonlySet<string>;
  /** Addresses of links and pictures. */
  readonly links: readonly string[];
  /** Words in code font. */
  readonly codes: readonly string[];
  readonly blocks: readonly Block[];
};

export type Block = {
  readonly lang: string;
  readonly value: string;
  /** What it quotes, where the block says so: a path from the root. */
  readonly file: string | null;
};

export function readDocuments(): readonly Document[] {
  const paths = ["*.md", "docs/*.md", "bench/README.md"];
  return globSync(paths, { cwd: root })
    .sort()
    .map((path) => documentOf(path, readFileSync(`${root}${path}`, "utf8")));
}

export function documentOf(path: string, text: string): Document {
  const anchors = new Set<string>();
  const links: string[] = [];
  const codes: string[] = [];
  const blocks: Block[] = [];
  visit(fromMarkdown(text), (node) => {
    switch (node.type) {
      case "heading":
        anchors.add(slugOf(wordsOf(node)));
        break;
      case "link":
      case "image":
      case "definition":
        links.push(node.url);
        break;
      case "inlineCode":
        codes.push(node.value);
        break;
      case "code":
        blocks.push({ lang: node.lang ?? "", value: node.value, file: node.meta ?? null });
        break;
    }
  });
  return { path, text, anchors, links, codes, blocks };
}

/** As GitHub makes it. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\- ]/gu, "")
    .replaceAll(" ", "-");
}

/** Its text, without marks. */
export function wordsOf(node: Nodes): string {
  if ("value" in node) return node.value;
  return "children" in node ? node.children.map(wordsOf).join("") : "";
}
