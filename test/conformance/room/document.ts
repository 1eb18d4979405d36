import { readFileSync } from "node:fs";
import type { ListItem } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { visit } from "unist-util-visit";
import { inRoot } from "../../../cli/paths.ts";
import { wordsOf } from "../../support/documents/document.ts";

/** A rule as PROTOCOL.md has it. */
export type DocumentedRule = { readonly id: string; readonly text: string };

/** A row of its table of errors. `back`: whether, and after how many seconds, one may come back. */
export type DocumentedError = {
  readonly code: string;
  readonly status: number;
  readonly close: number;
  readonly back: string;
};

export type Protocol = {
  readonly rules: readonly DocumentedRule[];
  readonly errors: readonly DocumentedError[];
  /** Every object that stands in an example of JSON. */
  readonly examples: readonly unknown[];
};

const idOfRule = /^[A-Z]\d+$/;

/** PROTOCOL.md as its tests read it: rules are items of lists that begin with their id in bold. */
export function readProtocol(source = readFileSync(inRoot("PROTOCOL.md"), "utf8")): Protocol {
  const tree = fromMarkdown(source);
  const rules: DocumentedRule[] = [];
  const examples: unknown[] = [];
  visit(tree, (node) => {
    if (node.type === "listItem") rules.push(...ruleIn(node));
    // One example holds several frames, each beginning a line.
    if (node.type === "code" && node.lang === "json")
      examples.push(...node.value.split(/\n(?=\{)/).map((text): unknown => JSON.parse(text)));
  });
  return { rules, errors: errorsIn(source), examples };
}

function ruleIn(item: ListItem): DocumentedRule[] {
  const [paragraph] = item.children;
  if (paragraph?.type !== "paragraph") return [];
  const [name, ...rest] = paragraph.children;
  if (name?.type !== "strong" || !idOfRule.test(wordsOf(name))) return [];
  return [{ id: wordsOf(name), text: rest.map(wordsOf).join("").replaceAll(/\s+/g, " ").trim() }];
}

/** Tables are no part of plain Markdown, and its parser leaves them as they are. */
function errorsIn(source: string): DocumentedError[] {
  const rows = source.matchAll(/^\| `(\w+)` \| (\d{3}) \| (\d{4}) \| ([^|]+?) \|/gm);
  return [...rows].map(([, code = "", status, close, back = ""]) => ({
    code,
    status: Number(status),
    close: Number(close),
    back,
  }));
}
