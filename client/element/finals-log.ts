import type { Segment } from "../../shared/captions.ts";
import { segmentInWords } from "../../shared/words.ts";

/** Lines kept for who reads back in the log; the captions themselves are beside it. */
const linesMax = 30;

/**
 * Writes finals into a log region (`role="log"`), one line an entry, each once. What was there when it was turned on is not
 * read out; neither is a correction of what was: the reader finds it in the captions.
 */
export function createFinalsLog(region: HTMLElement): {
  add(segments: readonly Segment[]): void;
  clear(): void;
} {
  let known: ReadonlySet<string> | null = null;

  return {
    add(segments) {
      const before = known;
      known = new Set(segments.map(({ id }) => id));
      if (before === null) return;
      // Earlier captions that were fetched are no news, and neither is a history that was replaced as a whole. What was lost
      // and is found later is.
      const first = segments.findIndex(({ id }) => before.has(id));
      if (first < 0 && before.size > 0) return;
      for (const segment of segments.slice(first + 1))
        if (!before.has(segment.id)) region.append(line(segment));
      while (region.children.length > linesMax) region.firstElementChild?.remove();
    },
    clear() {
      known = null;
      region.replaceChildren();
    },
  };
}

function line(segment: Segment): HTMLElement {
  const element = document.createElement("div");
  element.dir = "auto";
  element.textContent = segmentInWords(segment);
  return element;
}
