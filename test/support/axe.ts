import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

const source = readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** What axe-core finds wrong with a page as it stands: rule and place. A good page has none. */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  // As a script of the page it would be refused by the content policy.
  await page.evaluate(await source);
  return page.evaluate(async () => {
    const axe = Reflect.get(globalThis, "axe") as typeof import("axe-core");
    const { violations } = await axe.run(document);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
  });
}
