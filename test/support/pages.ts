import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";

export type OpenPage = {
  readonly page: Page;
  /** Errors, warnings, breaches of the content policy and dialogs, as they come. A good page has none. */
  readonly complaints: readonly string[];
};

/** Opens a page in a window of its own and keeps what it complains about. */
export async function openPage(
  browser: Browser,
  url: string,
  viewport = { width: 1280, height: 720 },
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.exposeFunction("complain", (complaint: string) => complaints.push(complaint));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) => {
      Reflect.get(globalThis, "complain")(`content policy: ${effectiveDirective} ${blockedURI} ${sample}`);
    });
  });
  await page.goto(url);
  return { page, complaints };
}

/** Where a page has its captions: inside `<live-captions>`, or in the overlay itself. */
export function captionBox(page: Page): Locator {
  return page.locator("#content, .overlay #captions").first();
}
