import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { startPublisher } from "../support/live.ts";
import type { OpenPage } from "../support/pages.ts";
import { answerTo, linesSpeech, startReadingProvider } from "../support/reading-provider.ts";
import { scriptedPages } from "../support/scripted-pages.ts";

const room = "air";
const lines = [
  "Good evening.",
  "A sentence that goes on for much longer than one line of any picture, so that it is wrapped again and again.",
  `Donau${"dampfschiff".repeat(40)}fahrt`,
  `${"﷽".repeat(20)} Z${"\u0301\u0321\u035c\u0489".repeat(40)}algo`,
  "مرحبا بكم في هذا البرنامج، والسلام عليكم ورحمة الله وبركاته في هذه الليلة الهادئة",
  "The end.",
];

/** Size of the picture, what its address asks for, and the safe area in per cent. */
const pictures = [
  ["1920x1080", "", 5],
  ["1280x720", "size=20&lines=10", 5],
  ["1280x720", "position=top&align=center&edge=uniform&background=none&font=mono-serif", 5],
  ["1280x720", "safe=10&width=100%25&font=small-caps&edge=drop-shadow", 10],
  ["1280x720", "safe=0&width=20&font=cursive&color=yellow&background=102030/50", 0],
  ["400x120", "size=99&lines=1&font=casual", 5],
  ["320x900", "width=200&lines=8&position=top&font=sans&edge=raised", 5],
  ["200x200", "size=64px&lines=3&edge=depressed&safe=25", 25],
] as const;

const scripted = scriptedPages(() => startReadingProvider(lines));
let opened: readonly OpenPage[];

const open = (query: string, picture = "1280x720") => {
  const [width = 0, height = 0] = picture.split("x").map(Number);
  return scripted.open(`/overlay/${room}?${query}`, { width, height });
};

/** Where the picture is not transparent, pixels. */
async function inkOf(page: Page) {
  const picture = (await page.screenshot({ omitBackground: true })).toString("base64");
  const reader = await page.context().newPage();
  try {
    return await reader.evaluate(async (data) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
      if (context === null) throw new Error("There is no canvas.");
      context.drawImage(image, 0, 0);
      const pixels = context.getImageData(0, 0, image.width, image.height).data;
      const found = { left: image.width, top: image.height, right: 0, bottom: 0 };
      for (let y = 0; y < image.height; y += 1) {
        for (let x = 0; x < image.width; x += 1) {
          if (pixels[(y * image.width + x) * 4 + 3] === 0) continue;
          found.left = Math.min(found.left, x);
          found.top = Math.min(found.top, y);
          found.right = Math.max(found.right, x + 1);
          found.bottom = Math.max(found.bottom, y + 1);
        }
      }
      return found;
    }, picture);
  } finally {
    await reader.close();
  }
}

const shows = (page: Page, text: string) =>
  page.waitForFunction((wanted) => document.querySelector("#captions")?.textContent?.includes(wanted), text);

describe("the overlay", () => {
  it("keeps to its safe area and shows no scrollbar, whatever is said and however it is set", async () => {
    opened = await Promise.all(pictures.map(([picture, query]) => open(`${query}&linger=3600`, picture)));
    await Promise.all(
      opened.map(({ page }) => page.waitForFunction(() => document.title === "air: overlay")),
    );
    const publisher = await startPublisher(scripted.stack, room, {
      format: linesSpeech.format,
      data: new Uint8Array(),
    });
    for (const index of lines.keys()) {
      publisher.write(linesSpeech.half);
      publisher.write(linesSpeech.half);
      await Promise.all(opened.map(({ page }) => shows(page, answerTo(index))));
      for (const [at, { page }] of opened.entries()) {
        const [picture, query, safe] = pictures[at] ?? ["", "", 0];
        const [width = 0, height = 0] = picture.split("x").map(Number);
        const ink = await inkOf(page);
        const name = `${picture} ${query}, line ${index}`;
        expect(ink.right, name).toBeGreaterThan(ink.left);
        expect(ink.left, name).toBeGreaterThanOrEqual(Math.floor((width * safe) / 100));
        expect(ink.right, name).toBeLessThanOrEqual(Math.ceil(width * (1 - safe / 100)));
        expect(ink.top, name).toBeGreaterThanOrEqual(Math.floor((height * safe) / 100));
        expect(ink.bottom, name).toBeLessThanOrEqual(Math.ceil(height * (1 - safe / 100)));
        const isTop = query.includes("position=top");
        expect(isTop ? ink.top < height / 2 : ink.bottom > height / 2, name).toBe(true);
        const { scrolls, bars } = await page.evaluate(() => ({
          scrolls: [scrollX, scrollY, document.querySelector(".window")?.scrollLeft],
          bars: [
            innerWidth - document.documentElement.clientWidth,
            innerHeight - document.documentElement.clientHeight,
          ],
        }));
        expect([...scrolls, ...bars], name).toEqual([0, 0, 0, 0, 0]);
      }
    }
    publisher.close();
    for (const { page, complaints } of opened) {
      expect(complaints).toEqual([]);
      await page.context().close();
    }
  });

  it("shows what is being said at once, or nothing but what no longer changes", async () => {
    const [fast, steady] = await Promise.all([open("linger=3600"), open("linger=3600&mode=steady")]);
    for (const { page } of [fast, steady]) {
      await page.waitForFunction(() => document.title.startsWith("air: overlay"));
    }
    const publisher = await startPublisher(scripted.stack, room, {
      format: linesSpeech.format,
      data: new Uint8Array(),
    });
    publisher.write(linesSpeech.half);
    await shows(fast.page, "evening");
    expect(await steady.page.locator("#captions").textContent()).toBe("");
    publisher.write(linesSpeech.half);
    await Promise.all([fast, steady].map(({ page }) => shows(page, answerTo(0))));
    expect(await steady.page.locator("#captions .interim").count()).toBe(0);
    publisher.close();
    for (const { page } of [fast, steady]) await page.context().close();
  });

  it("says what it does not understand, and for how long only whoever set it needs", async () => {
    const { page } = await open("font=papyrus&lines=3&linger=x");
    expect(await page.locator("#notice").textContent()).toBe("Not understood: font=papyrus, linger=x");
    await page.waitForFunction(() => document.querySelector("#notice")?.textContent === "");
    await page.context().close();
  });

  it("wears what a user of OBS puts on it", async () => {
    const { page, complaints } = await open("");
    await page.evaluate(() => {
      // As OBS does it.
      const sheet = document.createElement("style");
      sheet.innerHTML = ".captions { background: rgb(1, 2, 3) } .window { color: rgb(4, 5, 6) }";
      document.querySelector("head")?.appendChild(sheet);
    });
    const worn = await page.locator("#captions").evaluate((box) => {
      box.textContent = "Words.";
      const { backgroundColor, color } = getComputedStyle(box);
      return { backgroundColor, color };
    });
    expect(complaints).toEqual([]);
    expect(worn).toEqual({ backgroundColor: "rgb(1, 2, 3)", color: "rgb(4, 5, 6)" });
    await page.context().close();
  });
});
