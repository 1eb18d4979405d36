import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readRecording } from "../../cli/wer/corpus.ts";
import { startCutProxy } from "../../testing/cut-proxy.ts";
import { launchBrowser } from "../support/browser.ts";
import { heardShare } from "../support/heard-share.ts";
import { tabTo } from "../support/keyboard.ts";
import { captionBox, openPage } from "../support/pages.ts";
import { speech } from "../support/speech.ts";
import { startStack, type TestStack } from "../support/stack.ts";
import { wavFile } from "../support/wav-file.ts";

const room = "story";
/** A folder of recordings, of which one is spoken in place of the engine's voice. */
const folder = process.env.RECORDINGS;
const spoken =
  folder === undefined
    ? "Tomorrow will be cold and bright, with a light wind from the north. The harbour is quiet tonight."
    : "And so my fellow Americans ask not what your country can do for you ask what you can do for your country";

let stack: TestStack;
let temporary: string;
let browser: Browser;

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "captionwire-story-"));
  stack = await startStack();
  const { format, data } =
    folder === undefined ? await speech(stack, spoken) : readRecording(folder, "jfk.wav");
  const microphone = join(temporary, "speech.wav");
  await writeFile(microphone, wavFile(format, data));
  browser = await launchBrowser({ microphone });
});

afterAll(async () => {
  await browser?.close();
  await stack?.close();
  if (temporary) await rm(temporary, { recursive: true, force: true });
});

const says = (page: Page, id: string, text: string | RegExp) =>
  page.locator(id).filter({ hasText: text }).waitFor({ state: "attached" });
const textOf = async (page: Page) => ((await captionBox(page).textContent()) ?? "").trim();
const finals = async (page: Page) =>
  (await captionBox(page).locator(".final").allTextContents()).map((text) => text.trim());
/** What a browser says of a network that is gone, whatever the page does about it. */
const isOfNetwork = (complaint: string) =>
  /WebSocket connection to|Failed to load resource: net::/.test(complaint);

it("is spoken in the studio, read on every page, interrupted, corrected and finished, all by keyboard", async () => {
  const wire = await startCutProxy(stack.url);
  const at = (path: string, through = stack.url) => new URL(path, through).href;
  const studio = await openPage(browser, at(`/studio/${room}`));
  const watch = await openPage(browser, at(`/watch/${room}`, wire.url));
  const overlay = await openPage(browser, at(`/overlay/${room}?linger=3`));

  // On air, with the microphone.
  await tabTo(studio.page, "Demo voice");
  await studio.page.keyboard.press("ArrowDown");
  await tabTo(studio.page, "Start");
  await studio.page.keyboard.press("Enter");
  await says(studio.page, "#broadcast-announced", "On air");
  for (const { page } of [studio, watch, overlay]) {
    await expect
      .poll(async () => heardShare(await textOf(page), spoken), { timeout: 30_000 })
      .toBeGreaterThan(0.4);
  }

  // A reader's settings, and the next visit.
  await tabTo(watch.page, "Caption settings");
  await watch.page.keyboard.press("Enter");
  const size = () =>
    captionBox(watch.page).evaluate((box) => Number.parseFloat(getComputedStyle(box).fontSize));
  const before = await size();
  await tabTo(watch.page, "Size");
  await watch.page.keyboard.press("End");
  await expect.poll(size).toBe(2 * before);
  await tabTo(watch.page, "Done");
  await watch.page.keyboard.press("Enter");
  await watch.page.reload();
  await expect.poll(async () => (await finals(watch.page)).length, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(await size()).toBe(2 * before);

  // The network goes, and comes back: nothing is missing.
  wire.refuse();
  await says(watch.page, "#announced", /Connection lost|No connection/);
  const held = (await finals(watch.page)).length;
  await expect
    .poll(async () => (await finals(studio.page)).length, { timeout: 30_000 })
    .toBeGreaterThan(held + 1);
  wire.heal();
  await says(watch.page, "#announced", "Live");
  const inStudio = await finals(studio.page);
  await expect
    .poll(async () => (await finals(watch.page)).slice(0, inStudio.length), { timeout: 20_000 })
    .toEqual(inStudio);

  // A line is put right, before the eyes of all.
  await tabTo(studio.page, /^Correct the line of/);
  await studio.page.keyboard.press("Enter");
  await studio.page.keyboard.press("ControlOrMeta+A");
  await studio.page.keyboard.type("This line was put right.");
  await studio.page.keyboard.press("Enter");
  await captionBox(watch.page).locator(".final", { hasText: "This line was put right." }).waitFor();

  // Finished: the last words are there, and the picture is empty again.
  await tabTo(studio.page, "Stop");
  await studio.page.keyboard.press("Enter");
  await says(studio.page, "#broadcast-announced", "Finished. The last words are in the room.");
  await says(watch.page, "#announced", "The broadcast has ended");
  expect(await finals(watch.page)).toEqual(await finals(studio.page));
  await expect.poll(() => textOf(overlay.page), { timeout: 20_000 }).toBe("");

  expect(studio.complaints).toEqual([]);
  expect(overlay.complaints).toEqual([]);
  expect(watch.complaints.filter((complaint) => !isOfNetwork(complaint))).toEqual([]);
  await wire.close();
}, 180_000);
