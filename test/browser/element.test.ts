import { setTimeout } from "node:timers/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { choices, type Reader } from "../../client/element/reader.ts";
import type { Publisher } from "../../client/index.ts";
import { startElsewhere } from "../support/elsewhere.ts";
import { startPublisher } from "../support/live.ts";
import { captionBox, openPage } from "../support/pages.ts";
import { type Heard, sceneSpeech, startSceneProvider } from "../support/scene-provider.ts";
import { scriptedPages } from "../support/scripted-pages.ts";

const final = (text: string, speaker?: number): Heard => ({
  text,
  isFinal: true,
  ...(speaker === undefined ? {} : { speaker }),
});
const interim = (text: string): Heard => ({ text, isFinal: false });

const lines = Array.from({ length: 40 }, (_, index) => `Line ${index} of what was said here this evening.`);
const scene: readonly Heard[] = [
  final("Good evening to all of you.", 0),
  final("Good evening to you too.", 1),
  final("Then let us begin.", 0),
  interim("And now the"),
  interim("And now the weather for"),
  final("And now the weather for tomorrow.", 0),
  ...lines.map((text) => final(text, 0)),
];
const beforeLines = scene.length - lines.length;

const scripted = scriptedPages(() => startSceneProvider(scene));

const open = (room: string, viewport?: { width: number; height: number }) =>
  scripted.open(`/watch/${room}`, viewport);

const begin = (room: string): Promise<Publisher> =>
  startPublisher(scripted.stack, room, { format: sceneSpeech.format, data: new Uint8Array() });

async function speak(publisher: Publisher, steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    publisher.write(sceneSpeech.step);
    // All at once would be sent in longer frames than a step, and the last one would wait for more.
    await setTimeout(20);
  }
}

const finals = (page: Page) => captionBox(page).locator(".final");
const shows = (page: Page, text: string) => captionBox(page).filter({ hasText: text }).waitFor();
const says = (page: Page, text: string | RegExp) =>
  page.locator("#announced").filter({ hasText: text }).waitFor({ state: "attached" });
const styleOf = (page: Page, part: string, property: string) =>
  page
    .locator(part)
    .first()
    .evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), property);

/** Browsers scroll smoothly when they are asked by a key: resolves when they are done. */
async function restOf(page: Page): Promise<void> {
  await page.locator("#scroller").evaluate(async (scroller) => {
    for (let still = 0, top = -1; still < 5; ) {
      still = scroller.scrollTop === top ? still + 1 : 0;
      top = scroller.scrollTop;
      await new Promise(requestAnimationFrame);
    }
  });
}

async function choose(page: Page, choice: string, value: string): Promise<void> {
  await page.locator(`select[name="${choice}"]`).selectOption(value);
}

describe("the reader's settings", () => {
  it("are one click away, change what is seen at once, and are there with the next visit", async () => {
    const publisher = await begin("settings");
    const { page, complaints } = await open("settings");
    await speak(publisher, 3);
    await shows(page, "Then let us begin.");
    const letters = Number.parseFloat(await styleOf(page, "#scroller", "font-size"));
    await page.getByRole("button", { name: "Caption settings" }).click();

    const chosen: Record<string, string> = {};
    /** Chooses, and answers what the captions, and the preview with them, look like then. */
    const look = async (choice: keyof Reader, value: string, property: string): Promise<string> => {
      await choose(page, choice, value);
      chosen[choice] = value;
      const seen = await styleOf(page, "#scroller", property);
      // Its letters are of another size, and their edges with them.
      const ofPreview = await styleOf(page, ".preview .window", property);
      if (!["font-size", "text-shadow"].includes(property)) expect(ofPreview).toBe(seen);
      return seen;
    };
    for (const size of choices.size) {
      const seen = Number.parseFloat(await look("size", size, "font-size"));
      expect(seen / letters).toBeCloseTo(Number(size) / 100, 2);
    }
    const fonts = new Set<string>();
    for (const font of choices.font) {
      fonts.add(
        `${await look("font", font, "font-family")} ${await look("font", font, "font-variant-caps")}`,
      );
    }
    expect(fonts.size).toBe(8);
    const edges = new Set<string>();
    for (const edge of choices.edge) edges.add(await look("edge", edge, "text-shadow"));
    expect(edges.size).toBe(5);
    const inks = new Set<string>();
    for (const ink of choices.ink) inks.add(await look("ink", ink, "color"));
    // The page's own is nearly black, but not quite.
    expect(inks.size).toBe(9);
    await choose(page, "ink", "auto");
    const windows = new Set<string>();
    for (const window of choices.window) windows.add(await look("window", window, "background-color"));
    expect(windows.size).toBe(9);
    await choose(page, "ink", "yellow");
    await choose(page, "window", "blue");
    await choose(page, "back", "black");
    expect(await look("inkOpacity", "75", "color")).toBe("rgba(255, 255, 0, 0.75)");
    expect(await look("windowOpacity", "50", "background-color")).toBe("rgba(0, 0, 255, 0.5)");
    await choose(page, "backOpacity", "25");
    expect(await styleOf(page, "#content span", "background-color")).toBe("rgba(0, 0, 0, 0.25)");

    await choose(page, "lines", "2");
    const { height, line } = await page.locator("#scroller").evaluate((scroller) => ({
      height: scroller.getBoundingClientRect().height,
      line: Number.parseFloat(getComputedStyle(scroller).lineHeight),
    }));
    expect(height).toBeCloseTo(2 * line, 0);
    const topAt = async (position: string): Promise<number> => {
      await choose(page, "position", position);
      return page.locator("#scroller").evaluate((scroller) => scroller.getBoundingClientRect().top);
    };
    const tops = [await topAt("top"), await topAt("middle"), await topAt("bottom")];
    expect(tops).toEqual([...tops].sort((a, b) => a - b));
    expect(new Set(tops).size).toBe(3);

    await choose(page, "speakers", "names");
    expect(await mark(page, 0)).toBe('"Speaker 1: "');
    expect(await mark(page, 1)).toBe('"Speaker 2: "');
    await choose(page, "speakers", "colours");
    const voices = await captionBox(page)
      .locator("p")
      .evaluateAll((all) => all.map((paragraph) => getComputedStyle(paragraph).color));
    expect(voices[0]).toBe(voices[2]);
    expect(voices[0]).not.toBe(voices[1]);
    await choose(page, "speakers", "arrows");
    expect(await mark(page, 0)).toBe("none");
    expect(await mark(page, 1)).toContain(">> ");

    // Another page of the same reader hears of it while it is open.
    const second = await page.context().newPage();
    await second.goto(page.url());
    await shows(second, "Then let us begin.");
    await choose(page, "edge", "raised");
    await expect.poll(() => styleOf(second, "#scroller", "text-shadow")).not.toBe("none");
    await second.close();

    const looks = () =>
      Promise.all(
        ["color", "background-color", "text-shadow", "font-size", "block-size"].map((property) =>
          styleOf(page, "#scroller", property),
        ),
      );
    const before = await looks();
    await page.reload();
    await shows(page, "Then let us begin.");
    expect(await looks()).toEqual(before);
    await page.getByRole("button", { name: "Caption settings" }).click();
    expect(await page.locator('select[name="window"]').inputValue()).toBe("blue");
    await page.getByRole("button", { name: "Reset" }).click();
    expect(Number.parseFloat(await styleOf(page, "#scroller", "font-size"))).toBe(letters);
    await page.keyboard.press("Escape");
    // Whoever has no mouse is back where they were.
    expect(
      await page
        .locator("live-captions")
        .evaluate(({ shadowRoot }) => shadowRoot?.activeElement?.textContent),
    ).toBe("Caption settings");
    expect(complaints).toEqual([]);
    publisher.close();
    await page.context().close();
  });

  const mark = (page: Page, paragraph: number) =>
    captionBox(page)
      .locator("p")
      .nth(paragraph)
      .evaluate((element) => getComputedStyle(element, "::before").content);
});

describe("fast or steady", () => {
  it("shows what is being said, or waits until it is final", async () => {
    const publisher = await begin("steady");
    const [fast, steady] = await Promise.all([open("steady"), open("steady")]);
    await steady.page.getByRole("button", { name: "Caption settings" }).click();
    await choose(steady.page, "mode", "steady");
    await steady.page.keyboard.press("Escape");
    await speak(publisher, 5);
    await shows(fast.page, "And now the weather");
    expect(await captionBox(fast.page).locator(".interim").count()).toBe(1);
    await shows(steady.page, "Then let us begin.");
    expect(await captionBox(steady.page).locator(".interim").count()).toBe(0);
    // The very element in which it was said becomes that of the final.
    await captionBox(fast.page)
      .locator(".interim")
      .evaluate((element) => {
        Reflect.set(globalThis, "said", element);
      });
    await speak(publisher, 1);
    await shows(steady.page, "And now the weather for tomorrow.");
    await finals(fast.page).filter({ hasText: "And now the weather for tomorrow." }).waitFor();
    expect(await fast.page.evaluate(() => (Reflect.get(globalThis, "said") as HTMLElement).isConnected)).toBe(
      true,
    );
    publisher.close();
    await Promise.all([fast.page.context().close(), steady.page.context().close()]);
  });
});

describe("scrolling", () => {
  it("rolls up, leaves a reader who scrolls back alone, and jumps to live", async () => {
    const publisher = await begin("scrolling");
    const { page } = await open("scrolling", { width: 800, height: 400 });
    await speak(publisher, beforeLines + 20);
    await shows(page, lines[19] ?? "");
    const endOf = (index: number) =>
      finals(page)
        .filter({ hasText: lines[index] ?? "" })
        .evaluate((element) => Math.round(element.getBoundingClientRect().bottom));
    const end = await endOf(19);
    const jump = page.getByRole("button", { name: "Jump to live" });
    expect(await jump.isVisible()).toBe(false);
    await page.locator("#scroller").focus();
    await page.keyboard.press("PageUp");
    await jump.waitFor();
    await restOf(page);
    const read = await endOf(8);
    await speak(publisher, 20);
    await shows(page, lines[39] ?? "");
    expect(await endOf(8)).toBe(read);
    await jump.focus();
    await page.keyboard.press("Enter");
    await jump.waitFor({ state: "hidden" });
    expect(await endOf(39)).toBe(end);
    // The keys go on in the captions.
    await page.keyboard.press("PageUp");
    await jump.waitFor();
    publisher.close();
    await page.context().close();
  });
});

describe("for who listens", () => {
  it("the captions are no live region; the log is, when asked for, and gets finals only", async () => {
    const publisher = await begin("log");
    const { page } = await open("log");
    await speak(publisher, 1);
    await shows(page, "Good evening to all of you.");
    const live = await captionBox(page).evaluate((box) =>
      box.closest("[aria-live], [role=log], [role=status]"),
    );
    expect(live).toBeNull();
    await page.getByRole("button", { name: "Caption settings" }).click();
    await choose(page, "log", "on");
    await page.keyboard.press("Escape");
    await speak(publisher, 4);
    await shows(page, "And now the weather for");
    const entries = () => page.getByRole("log").locator("div").allTextContents();
    // What was there before is not read out.
    expect(await entries()).toEqual(["Good evening to you too.", "Then let us begin."]);
    await speak(publisher, 1);
    await expect
      .poll(entries)
      .toEqual(["Good evening to you too.", "Then let us begin.", "And now the weather for tomorrow."]);
    publisher.close();
    await page.context().close();
  });

  it("the room's states are announced, and the programme's end", async () => {
    const { page } = await open("states");
    await says(page, "Waiting for the broadcast to begin");
    const publisher = await begin("states");
    await says(page, "Live");
    await speak(publisher, 1);
    await publisher.finish();
    await says(page, "The broadcast has ended");
    await page.context().close();
  });
});

describe("scrolling back", () => {
  it("begins with one key, and larger letters do not lose the place", async () => {
    const publisher = await begin("back");
    const { page } = await scripted.open("/watch/back", { width: 800, height: 400 });
    await speak(publisher, beforeLines + 20);
    await shows(page, lines[19] ?? "");
    const jump = page.getByRole("button", { name: "Jump to live" });
    await page.locator("#scroller").focus();
    await page.keyboard.press("ArrowUp");
    await jump.waitFor();
    for (let press = 0; press < 2; press++) await page.keyboard.press("PageUp");
    await restOf(page);
    /** The first line that can be seen as a whole. */
    const first = () =>
      page.locator("#scroller").evaluate((scroller) => {
        const { top } = scroller.getBoundingClientRect();
        const seen = [...scroller.querySelectorAll(".final")];
        return seen.find((element) => element.getBoundingClientRect().top >= top)?.textContent?.trim();
      });
    const read = lines.indexOf((await first()) ?? "");
    await page.getByRole("button", { name: "Caption settings" }).click();
    await choose(page, "size", "150");
    await page.keyboard.press("Escape");
    // Lines are wrapped anew: what shared a line with the one before may have one of its own now.
    expect(Math.abs(lines.indexOf((await first()) ?? "") - read)).toBeLessThanOrEqual(1);
    publisher.close();
    await page.context().close();
  });
});

describe("an element that a page does things with", () => {
  it("keeps the reader's choices when it is moved, and nothing of a room that is left", async () => {
    const publisher = await begin("moved");
    const { page } = await open("moved");
    await page.getByRole("button", { name: "Caption settings" }).click();
    await choose(page, "mode", "steady");
    await page.keyboard.press("Escape");
    await speak(publisher, 3);
    await shows(page, "Then let us begin.");
    await page.evaluate(() => document.body.append(document.querySelector("live-captions") ?? ""));
    await shows(page, "Then let us begin.");
    await speak(publisher, 2);
    // Nothing comes that could be waited for; what would come in fast mode comes within this time.
    await expect(captionBox(page).locator(".interim").waitFor({ timeout: 2_000 })).rejects.toThrow("Timeout");
    await speak(publisher, 1);
    await shows(page, "And now the weather for tomorrow.");

    const set = (name: string, value: string | null) =>
      page.locator("live-captions").evaluate(
        (element, { name, value }) => {
          if (value === null) element.removeAttribute(name);
          else element.setAttribute(name, value);
        },
        { name, value },
      );
    await set("speaker-names", "Ann, Ben");
    await expect
      .poll(() =>
        captionBox(page)
          .locator("p[data-name]")
          .evaluateAll((all) => all.map((p) => p.getAttribute("data-name"))),
      )
      .toEqual(["Ann", "Ben", "Ann"]);
    for (const name of ["speaker-names", "lines", "clear-after", "position"]) await set(name, null);
    await expect
      .poll(() => captionBox(page).locator("p").first().getAttribute("data-name"))
      .toBe("Speaker 1");

    await set("room", "elsewhere");
    // This page's token is for the other room alone.
    await says(page, /^(?!Live|Connecting)./);
    expect(await captionBox(page).textContent()).toBe("");
    await set("room", null);
    await expect.poll(() => page.locator("#announced").textContent()).toBe("");
    publisher.close();
    await page.context().close();
  });

  it("lets the last words stand for those who were there, whatever their clock says", async () => {
    const publisher = await begin("clock");
    const { page } = await open("clock");
    await page.evaluate(() => {
      const real = Date.now.bind(Date);
      Date.now = () => real() + 3_600_000;
    });
    await speak(publisher, 2);
    await shows(page, "Good evening to you too.");
    await publisher.finish();
    await says(page, "The broadcast has ended");
    await expect(
      captionBox(page).filter({ hasText: /^$/ }).waitFor({ state: "attached", timeout: 1_000 }),
    ).rejects.toThrow("Timeout");
    await page.context().close();
  });
});

describe("on somebody else's page", () => {
  it("one script and one tag are enough, and its tokens come from where the page says", async () => {
    const tokens = async () => ({
      token: await scripted.stack.token({ scopes: ["captions:view"], room: "embedded" }),
    });
    const page = `<!doctype html><meta charset="utf-8"><title>An app</title>
      <script type="module" src="${new URL("/live-captions.js", scripted.stack.url).href}"></script>
      <live-captions src="${scripted.stack.url}" room="embedded" token-from="/captions-token" lines="2" clear-after="1"></live-captions>`;
    const elsewhere = await startElsewhere({ "/": page, "/captions-token": tokens });
    const publisher = await begin("embedded");
    const opened = await openPage(scripted.browser, elsewhere.origin);
    try {
      await says(opened.page, "Live");
      await speak(publisher, 3);
      await shows(opened.page, "Then let us begin.");
      // White on black, whatever the page: there is no better contrast.
      expect(await styleOf(opened.page, "#scroller", "color")).toBe("rgb(255, 255, 255)");
      expect(await styleOf(opened.page, "#scroller", "background-color")).toBe("rgb(0, 0, 0)");

      await publisher.finish();
      await says(opened.page, "The broadcast has ended");
      // Old words must not look like new ones.
      await expect.poll(() => captionBox(opened.page).textContent()).toBe("");
      await opened.page.getByRole("button", { name: "Show earlier captions" }).click();
      await shows(opened.page, "Then let us begin.");
      expect(opened.complaints.filter((text) => !text.includes("favicon"))).toEqual([]);
    } finally {
      await opened.page.context().close();
      await elsewhere.close();
    }
  });
});
