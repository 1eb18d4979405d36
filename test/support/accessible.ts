import axe from "axe-core";
import type { Page } from "playwright-core";

const standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds wrong with the page as it is now, a line for each; inside of custom elements too. */
export async function violations(page: Page): Promise<readonly string[]> {
  // Evaluated by the debugger, which a content policy does not concern.
  await page.evaluate(axe.source);
  return page.evaluate(async (standards) => {
    const axe = Reflect.get(globalThis, "axe");
    const { violations } = await axe.run(document, { runOnly: standards });
    return violations.flatMap(
      ({ id, nodes }: { id: string; nodes: { target: unknown; failureSummary: string }[] }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${JSON.stringify(target)} ${failureSummary}`),
    );
  }, standards);
}

/** How far the page can be scrolled sideways, in CSS pixels: readers with large letters must never have to. */
export function sideways(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** The circumstances in which every page has to be good. */
export const circumstances = {
  wide: { viewport: { width: 1280, height: 800 } },
  narrow: { viewport: { width: 320, height: 640 } },
  /** What a window of 1280 × 800 is at 200 %. */
  zoomed: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
  forced: { viewport: { width: 1280, height: 800 }, forcedColors: "active" },
} as const;
export type Circumstance = keyof typeof circumstances;
