import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { broadcast } from "../../cli/broadcast/broadcast.ts";
import type { Segment } from "../../client/index.ts";
import { launchBrowser } from "../support/browser.ts";
import { heardShare } from "../support/heard-share.ts";
import { captionBox, openPage } from "../support/pages.ts";
import { speech } from "../support/speech.ts";
import { startStack, type TestStack } from "../support/stack.ts";
import { startWordyProvider, wordyAudio } from "../support/wordy-provider.ts";

const evening =
  "Good evening, and welcome to the programme. The harbour is quiet tonight. Every boat has come home before the storm.";
const weather = "Tomorrow will be cold and bright, with a light wind from the north.";

let stack: TestStack;
let browser: Browser;
let briefToken: string;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  briefToken = await stack.token({ scopes: ["captions:view"], room: "brief", ttl: 1 });
});

afterAll(async () => {
  await browser?.close();
  await stack?.close();
});

const open = (path: string, from: Browser = browser) => openPage(from, new URL(path, stack.url).href);

async function say(room: string, text: string): Promise<readonly Segment[]> {
  const { segments } = await broadcast({ service: stack, room, ...(await speech(stack, text)) });
  return segments;
}

/** What stands in the caption box, paragraph after paragraph. */
const captionsOf = async (page: Page) => (await captionBox(page).locator("p").allTextContents()).join(" ");
const shownIn = async (page: Page) => words(await captionsOf(page));
const words = (text: string) => text.split(/\s+/).filter(Boolean);

const stateIs = (page: Page, id: string, text: string) =>
  page.locator(id).filter({ hasText: text }).waitFor({ state: "attached" });

describe("the watch page", () => {
  it("shows every final of a broadcast, as the room holds them", async () => {
    const { page, complaints } = await open("/watch/harbour");
    await stateIs(page, "#state", "Waiting for the broadcast to begin");
    const saying = say("harbour", evening);
    if (process.env.UPDATE_PICTURES === "1") await takePicture(page);
    const segments = await saying;
    await stateIs(page, "#announced", "The broadcast has ended");
    expect(await shownIn(page)).toEqual(words(segments.map(({ text }) => text).join(" ")));
    expect(heardShare(await captionsOf(page), evening)).toBeGreaterThan(0.7);
    expect(await captionBox(page).locator(".interim").count()).toBe(0);
    expect(complaints).toEqual([]);

    // Whoever comes later reads the same.
    const late = await open(
      `/watch/harbour#token=${await stack.token({ scopes: ["captions:view"], room: "harbour" })}`,
    );
    await captionBox(late.page).locator("p").first().waitFor();
    expect(await shownIn(late.page)).toEqual(await shownIn(page));
    expect(late.complaints).toEqual([]);
    await Promise.all([page.context().close(), late.page.context().close()]);
  });

  it("says that a link has expired", async () => {
    const { page } = await open("/watch/brief");
    await expect
      .poll(
        async () => {
          await page.goto("about:blank");
          await page.goto(new URL(`/watch/brief#token=${briefToken}`, stack.url).href);
          await page
            .locator("#announced")
            .filter({ hasText: /^(?!Connecting)./ })
            .waitFor({ state: "attached" });
          return page.locator("#announced").textContent();
        },
        { timeout: 20_000, interval: 1_000 },
      )
      .toBe("This link has expired. Ask for a new one.");
    await page.context().close();
  });
});

describe("the watch page of a room that holds more than it shows at first", () => {
  const atFirst = 500;
  let provider: Awaited<ReturnType<typeof startWordyProvider>>;
  let long: TestStack;
  let spoken: readonly string[];

  beforeAll(async () => {
    provider = await startWordyProvider();
    long = await startStack({ engineUrl: provider.url, providerUrl: provider.url });
    const { segments } = await broadcast({ service: long, room: "evening", ...wordyAudio(atFirst + 250) });
    spoken = segments.map(({ text }) => text);
    expect(spoken).toHaveLength(atFirst + 250);
  });

  afterAll(async () => {
    await long?.close();
    await provider?.close();
  });

  const sentencesOf = async (page: Page) =>
    (await captionBox(page).locator(".final").allTextContents()).map((text) => text.trim());
  const shows = (page: Page, count: number) =>
    expect.poll(() => captionBox(page).locator(".final").count(), { timeout: 20_000 }).toBe(count);
  const earlierButton = (page: Page) => page.getByRole("button", { name: "Show earlier captions" });

  /** Opened, and scrolled back to the first caption. */
  async function openAtTop() {
    const opened = await open(new URL("/watch/evening", long.url).href);
    const { page } = opened;
    await shows(page, atFirst);
    expect(await sentencesOf(page)).toEqual(spoken.slice(-atFirst));
    await page.mouse.move(640, 360);
    await page.mouse.wheel(0, -1_000_000);
    await page.getByRole("button", { name: "Jump to live" }).waitFor();
    await expect.poll(() => page.locator("#scroller").evaluate(({ scrollTop }) => scrollTop)).toBe(0);
    return opened;
  }

  it("shows the earlier captions part by part, and what is read stays where it is", async () => {
    const { page, complaints } = await openAtTop();
    /** How far below the top of the window what is read stands, on this screen and further on. */
    const places = () =>
      captionBox(page).evaluate(
        (box, texts) =>
          [...box.querySelectorAll(".final")]
            .filter((element) => texts.includes(element.textContent.trim()))
            .map((element) => Math.round(element.getBoundingClientRect().y)),
        spoken.slice(-atFirst),
      );
    const before = await places();
    expect(before).toHaveLength(atFirst);
    await earlierButton(page).focus();
    await page.keyboard.press("Enter");
    await shows(page, atFirst + 200);
    const moved = (await places()).map((y, index) => Math.abs(y - (before[index] ?? 0)));
    // Scrolling knows no fractions of a pixel.
    expect(Math.max(...moved)).toBeLessThanOrEqual(1);
    expect(await sentencesOf(page)).toEqual(spoken.slice(-atFirst - 200));
    // Whoever has no mouse goes on with the same key.
    await page.keyboard.press("Enter");
    await shows(page, atFirst + 250);
    expect(await sentencesOf(page)).toEqual(spoken);
    expect(await earlierButton(page).isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("draws the newest alone while nobody reads back, and the others when asked", async () => {
    const room = "programme";
    const { page } = await open(new URL(`/watch/${room}`, long.url).href);
    await page.locator("#announced").filter({ hasText: "Waiting" }).waitFor({ state: "attached" });
    await broadcast({ service: long, room, ...wordyAudio(700) });
    const newest = captionBox(page).locator(".final", { hasText: "This is sentence 699 of" });
    await newest.waitFor();
    const drawn = await sentencesOf(page);
    expect(drawn.length).toBeLessThanOrEqual(600);
    expect(drawn).toEqual(spoken.slice(0, 700).slice(-drawn.length));
    await page.mouse.move(640, 360);
    await page.mouse.wheel(0, -1_000_000);
    await page.getByRole("button", { name: "Jump to live" }).waitFor();
    await earlierButton(page).click();
    await shows(page, 700);
    expect(await sentencesOf(page)).toEqual(spoken.slice(0, 700));
    expect(await earlierButton(page).isVisible()).toBe(false);
    // Whoever had the button has the captions now.
    expect(
      await page.locator("live-captions").evaluate(({ shadowRoot }) => shadowRoot?.activeElement?.id),
    ).toBe("scroller");
    await page.context().close();
  });

  it("says when they cannot be fetched, and fetches them when asked again", async () => {
    const { page } = await openAtTop();
    await page.context().setOffline(true);
    await earlierButton(page).click();
    await stateIs(page, "#problem", "The earlier captions could not be fetched. Try again.");
    expect(await sentencesOf(page)).toHaveLength(atFirst);
    await page.context().setOffline(false);
    await earlierButton(page).click();
    await shows(page, atFirst + 200);
    expect(await page.locator("#problem").textContent()).toBe("");
    await page.context().close();
  });
});

describe("the overlay", () => {
  it("shows the last words on a transparent page, and clears them", async () => {
    const { page, complaints } = await open("/overlay/weather?size=6");
    await page.waitForFunction(() => document.title === "weather: overlay");
    await say("weather", weather);
    const shown = await captionsOf(page);
    expect(heardShare(shown, weather)).toBeGreaterThan(0.7);
    const box = await page.locator(".window").boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(720 * 0.95 + 1);
    expect(await alphaAt(page, 640, 100)).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(720);
    await page.waitForFunction(() => document.querySelector("#captions")?.textContent === "");
    expect(await alphaAt(page, 640, 660)).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();

    // A picture that comes up after the programme stays empty.
    const late = await open("/overlay/weather");
    await late.page.waitForFunction(() => document.title === "weather: overlay");
    expect(await late.page.locator("#captions").textContent()).toBe("");
    await late.page.context().close();
  });
});

/** The picture of the README: in the middle of a broadcast, with something being said. */
async function takePicture(page: Page): Promise<void> {
  await page.setViewportSize({ width: 960, height: 320 });
  await captionBox(page).locator(".final").nth(1).waitFor();
  await captionBox(page).locator(".interim").filter({ hasText: /.{20}/ }).waitFor();
  await page.screenshot({ path: "docs/pictures/watch.png" });
}

/** How opaque the page is at a point, 0–255, over nothing. */
async function alphaAt(page: Page, x: number, y: number): Promise<number> {
  const picture = (await page.screenshot({ omitBackground: true })).toString("base64");
  const reader = await page.context().newPage();
  try {
    return await reader.evaluate(
      async ({ picture, x, y }) => {
        const image = new Image();
        image.src = `data:image/png;base64,${picture}`;
        await image.decode();
        const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
        context?.drawImage(image, 0, 0);
        return context?.getImageData(x, y, 1, 1).data[3] ?? -1;
      },
      { picture, x, y },
    );
  } finally {
    await reader.close();
  }
}
