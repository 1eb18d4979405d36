import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { broadcast } from "../../cli/broadcast/broadcast.ts";
import { readCorpus, readRecording } from "../../cli/wer/corpus.ts";
import { launchBrowser } from "../support/browser.ts";
import { watchGeometry } from "../support/geometry.ts";
import { openPage } from "../support/pages.ts";
import { type Speech, speech } from "../support/speech.ts";
import { startStack, type TestStack } from "../support/stack.ts";

const spoken =
  "Good evening, and welcome to the programme. The harbour is quiet tonight, and every boat has come home before the " +
  "storm. Tomorrow will be cold and bright, with a light wind from the north. The council meets on Thursday to decide " +
  "about the old bridge, which has been closed to lorries since the spring.";
/** A folder of recordings with its `transcripts.tsv`, to be looked at besides. */
const folder = process.env.RECORDINGS;

let stack: TestStack;
let browser: Browser;

beforeAll(async () => {
  // A scrollbar that comes late would wrap every line anew.
  [stack, browser] = await Promise.all([startStack(), launchBrowser({ scrollbars: true })]);
});

afterAll(async () => {
  await browser?.close();
  await stack?.close();
});

async function open(room: string, mode: "fast" | "steady", viewport: { width: number; height: number }) {
  const opened = await openPage(browser, new URL(`/watch/${room}`, stack.url).href, viewport);
  await opened.page.getByRole("button", { name: "Caption settings" }).click();
  await opened.page.locator('select[name="mode"]').selectOption(mode);
  await opened.page.keyboard.press("Escape");
  return opened.page;
}

const finished = (page: Page) =>
  page.locator("#announced").filter({ hasText: "The broadcast has ended" }).waitFor({ state: "attached" });

const sources: readonly (readonly [name: string, load: () => Promise<Speech>])[] = [
  ["a voice", () => speech(stack, spoken)],
  ...(folder === undefined
    ? []
    : readCorpus(folder).map(({ file }) => [file, async () => readRecording(folder, file)] as const)),
];

it.each(sources)("finals of a whole recording stay where they were first shown: %s", async (name, load) => {
  const room = `geometry-${name.replaceAll(/[^a-z0-9]+/g, "-")}`;
  const recording = await load();
  const pages = await Promise.all([
    open(room, "fast", { width: 800, height: 600 }),
    open(room, "fast", { width: 320, height: 360 }),
    open(room, "steady", { width: 320, height: 360 }),
  ]);
  const looks = await Promise.all(pages.map(watchGeometry));
  const { segments } = await broadcast({ service: stack, room, ...recording });
  await Promise.all(pages.map(finished));
  const [wide, narrow, steady] = await Promise.all(looks.map((look) => look()));
  for (const seen of [wide, narrow, steady]) {
    expect(seen?.frames).toBeGreaterThan(60);
    expect(seen?.finals).toBe(segments.length);
    expect(seen?.moved).toEqual([]);
    expect(seen?.rewrapped).toBe(0);
  }
  // Text is only ever added.
  expect(steady?.rewritten).toBe(0);
  await Promise.all(pages.map((page) => page.context().close()));
});
