import type { Page } from "playwright-core";

/** More than any page has. */
const stopsMax = 80;

/**
 * Presses Tab until what has the focus is called `name` (or begins with it), as whoever has no mouse does. Throws with all the stops
 * on the way when it is never reached.
 */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const stops: string[] = [];
  for (let stop = 0; stop < stopsMax; stop += 1) {
    await page.keyboard.press("Tab");
    const reached = await nameOfFocus(page);
    stops.push(reached);
    if (typeof name === "string" ? reached === name : name.test(reached)) return;
  }
  throw new Error(`Tab never reached ${name}: ${stops.join(" | ")}`);
}

/** What the focused element is called: its label or its own text. */
function nameOfFocus(page: Page): Promise<string> {
  return page.evaluate(() => {
    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    const label =
      focused instanceof HTMLInputElement || focused instanceof HTMLSelectElement
        ? focused.labels?.[0]
        : undefined;
    const named = focused?.getAttribute("aria-label") ?? firstText(label) ?? focused?.textContent ?? "";
    return named.replaceAll(/\s+/g, " ").trim();

    /** A label's own words, without the choices that stand in it. */
    function firstText(label: HTMLLabelElement | undefined): string | undefined {
      return (
        [...(label?.childNodes ?? [])].find(
          (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
        )?.textContent ?? undefined
      );
    }
  });
}
