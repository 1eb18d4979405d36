import type { Document } from "./document.ts";

export const shells = new Set(["sh", "bat", "console"]);

/** A command of a document: its words without what is piped, redirected or commented behind it. */
export type CommandLine = {
  readonly path: string;
  readonly words: readonly string[];
  /** In a sentence, where the rest of it may be left out. */
  readonly isMention: boolean;
};

/** The commands of all shells' blocks, and those in code font. */
export function commandLines(documents: readonly Document[]): readonly CommandLine[] {
  return documents.flatMap(({ path, blocks, codes }) => {
    const lines = blocks
      .filter(({ lang }) => shells.has(lang))
      .flatMap(({ value }) => value.replaceAll("\\\n", " ").split("\n"));
    const commandLinesOf = (text: readonly string[], isMention: boolean): CommandLine[] =>
      text.flatMap(commandsOf).map((words) => ({ path, words, isMention }));
    return [...commandLinesOf(lines, false), ...commandLinesOf(codes, true)];
  });
}

/**
 * Divides a line into its commands, and those into words. Understands as much of a shell as documents need: quotes, pipes,
 * lists, redirections, comments and `$(…)`.
 */
export function commandsOf(line: string): string[][] {
  const commands: string[][] = [[]];
  const tokens = /(?:"(?:\\.|[^"\\])*"|'[^']*'|[^\s|;&()<>"'])+|[|;&()]+|[<>]+/g;
  for (const [token] of line
    .replace(/(^|\s)#.*/, "")
    .replaceAll("$(", ";")
    .matchAll(tokens)) {
    if (/^[|;&()]+$/.test(token)) commands.push([]);
    else commands.at(-1)?.push(token);
  }
  return commands.map(withoutRedirections).filter((words) => words.length > 0);
}

function withoutRedirections(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    // The file behind it is no word of the command either.
    if (/^[<>]+$/.test(word)) at++;
    // A variable that is set for this command alone.
    else if (kept.length > 0 || !/^[A-Z][A-Z0-9_]*=/.test(word)) kept.push(unquoted(word));
  }
  return kept;
}

function unquoted(word: string): string {
  return word.replaceAll(
    /"((?:\\.|[^"\\])*)"|'([^']*)'/g,
    (_, double?: string, single?: string) => double ?? single ?? "",
  );
}
