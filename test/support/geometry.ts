import type { Page } from "playwright-core";

export type Geometry = {
  readonly frames: number;
  readonly finals: number;
  /** Finals that stood elsewhere in the text than when they were first shown, by what they say. */
  readonly moved: readonly string[];
  /** Frames whose text does not begin with that of the frame before. */
  readonly rewritten: number;
  /** Words of what was being said that stood above its last line and were moved, though all up to them were the same. */
  readonly rewrapped: number;
};

/** Looks at the captions in every frame that the browser paints, from now on until it is asked. */
export async function watchGeometry(page: Page): Promise<() => Promise<Geometry>> {
  await page.locator("#content").evaluate((content) => {
    const seen = { frames: 0, moved: [] as string[], rewritten: 0, rewrapped: 0 };
    const places = new Map<Element, string>();
    let textBefore = "";
    let wordsBefore: { text: string; x: number; y: number }[] = [];

    /** Where a part of the text stands in it, whatever was scrolled. */
    function placeOf(rects: DOMRectList): { x: number; y: number; width: number }[] {
      const { left, top } = content.getBoundingClientRect();
      return [...rects].map((rect) => ({
        x: Math.round(rect.left - left),
        y: Math.round(rect.top - top),
        width: Math.round(rect.width),
      }));
    }

    function wordsOf(element: Element | null): typeof wordsBefore {
      const node = element?.firstChild;
      if (!(node instanceof Text)) return [];
      return [...node.data.matchAll(/\S+/g)].map(({ 0: text, index }) => {
        const range = new Range();
        range.setStart(node, index);
        range.setEnd(node, index + text.length);
        return { text, ...(placeOf(range.getClientRects())[0] ?? { x: 0, y: 0 }) };
      });
    }

    function look(): void {
      seen.frames += 1;
      for (const element of content.querySelectorAll(".final")) {
        const place = JSON.stringify(placeOf(element.getClientRects()));
        const before = places.get(element);
        if (before !== undefined && before !== place) seen.moved.push(element.textContent ?? "");
        places.set(element, place);
      }
      const text = content.textContent ?? "";
      if (!text.startsWith(textBefore)) seen.rewritten += 1;
      textBefore = text;
      const words = wordsOf(content.querySelector(".interim"));
      const lastLine = wordsBefore.at(-1)?.y ?? 0;
      for (const [index, before] of wordsBefore.entries()) {
        const now = words[index];
        // What stands behind a word that was changed has a reason to move.
        if (now === undefined || now.text !== before.text || before.y === lastLine) break;
        if (now.x !== before.x || now.y !== before.y) seen.rewrapped += 1;
      }
      wordsBefore = words;
      requestAnimationFrame(look);
    }

    look();
    Reflect.set(globalThis, "geometry", () => ({ ...seen, finals: places.size }));
  });
  return () => page.evaluate(() => Reflect.get(globalThis, "geometry")());
}
