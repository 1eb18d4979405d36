import type { SourceKind } from "./sound/level.ts";

const storageKey = "captionwire.studio.source";
const kinds = ["voice", "microphone", "tab", "file"] as const satisfies readonly SourceKind[];

/** A source by its name, `null` of anything else. */
export function sourceKind(name: string | null | undefined): SourceKind | null {
  return kinds.find((kind) => kind === name) ?? null;
}

/** What was chosen in this tab before it was loaded again; `null`: nothing. */
export function keptSource(): SourceKind | null {
  try {
    return sourceKind(sessionStorage.getItem(storageKey));
  } catch {
    return null;
  }
}

/** Keeps the choice for as long as the tab is open. */
export function keepSource(source: SourceKind): void {
  try {
    sessionStorage.setItem(storageKey, source);
  } catch {
    // No storage: the choice holds as long as the page.
  }
}
