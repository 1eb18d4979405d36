import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { listenTo } from "./heard.ts";
import { openPage } from "./pages.ts";
import { keepBodies } from "./received.ts";

/** The page, what is heard of it, and what came to it. */
export async function openSpeak(browser: Browser, { url }: { readonly url: string }, hash = "") {
  const { page, complaints } = await openPage(browser, "about:blank");
  const heard = await listenTo(page);
  const received = await keepBodies(page);
  await page.goto(new URL(`/speak${hash}`, url).href);
  await page.getByText("characters", { exact: false }).first().waitFor();
  return { page, complaints, heard, received };
}

export const stateIs = (page: Page, text: string) =>
  page
    .locator("#announced")
    .filter({ hasText: new RegExp(`^${text}$`) })
    .waitFor({ state: "attached" });
export const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
export const fact = (page: Page, name: string) =>
  page
    .locator("dl > div")
    .filter({ has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) })
    .locator("dd");
/** Shown as "1,234 ms". */
export const numberIn = async (page: Page, name: string) =>
  Number((await fact(page, name).textContent())?.replaceAll(",", "").match(/[\d.]+/)?.[0]);

/** Begins to speak; resolves with the request's id. */
export async function speak(page: Page, text: string, format: string) {
  await page.getByLabel("Text").fill(text);
  await page.getByLabel("Format").selectOption({ label: format });
  const answered = page.waitForResponse((answer) => answer.url().includes("/v1/speak?"));
  await button(page, "Speak").click();
  const answer = await answered;
  return answer.headers()["x-request-id"];
}

export const bytesOf = (bytes: Buffer) => ({
  length: bytes.length,
  sha256: createHash("sha256").update(bytes).digest("hex"),
});

export async function download(page: Page, name: string): Promise<Buffer> {
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
  return readFile(await file.path());
}
