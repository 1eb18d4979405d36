import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { piecesOf, textOf } from "../../client/display/pieces.ts";
import type { Publisher } from "../../client/index.ts";
import { closeDirections } from "../../shared/direction.ts";
import { plain } from "../../shared/export/plain.ts";
import { injections } from "../support/injections.ts";
import { startPublisher } from "../support/live.ts";
import { captionBox, type OpenPage } from "../support/pages.ts";
import { answerTo, linesSpeech, startReadingProvider } from "../support/reading-provider.ts";
import { scriptedPages } from "../support/scripted-pages.ts";

const room = "injections";
const narrow = { width: 320, height: 568 };
const texts = injections.map(({ text }) => text);
/** As pages show them: on one line, without control characters, and with an end to every change of direction. */
const shown = texts.map((text) => closeDirections(plain(text)));
/** Before they are final: without the marks behind the last word, and nothing where there is no word. */
const shownAtFirst = texts.map((text) => closeDirections(plain(textOf(piecesOf(text)))));

const scripted = scriptedPages(() => startReadingProvider(texts));
let publisher: Publisher;
let pages: readonly OpenPage[];

beforeAll(async () => {
  pages = await Promise.all([
    open(`/watch/${room}`),
    open(`/watch/${room}`, narrow),
    open(`/overlay/${room}`),
    openStudio(),
  ]);
  publisher = await startPublisher(scripted.stack, room, {
    format: linesSpeech.format,
    data: new Uint8Array(),
  });
});

afterAll(async () => {
  publisher?.close();
});

const open = (path: string, viewport?: typeof narrow) => scripted.open(path, viewport);

async function openStudio(): Promise<OpenPage> {
  const studio = await open("/studio", narrow);
  await studio.page.getByRole("textbox", { name: "Room" }).fill(room);
  await studio.page.keyboard.press("Tab");
  return studio;
}

/** The last caption but `back` ones, once it reads like this. */
const reads = (page: Page, text: string, className: string, back = 0) =>
  expect
    .poll(
      () =>
        captionBox(page).evaluate((box, back) => {
          const captions = box.querySelectorAll("span");
          const caption = captions[captions.length - 1 - back];
          return { text: caption?.textContent?.trim(), className: caption?.className };
        }, back),
      { timeout: 20_000 },
    )
    .toEqual({ text, className });

/** What no caption may change about a page. */
const stateOf = (page: Page) =>
  captionBox(page).evaluate((box) => ({
    ran: "injected" in globalThis,
    elements: [...box.querySelectorAll("*")]
      .map(({ tagName }) => tagName)
      .filter((name) => name !== "P" && name !== "SPAN"),
    nested: box.querySelectorAll("span *").length,
    others:
      // The studio's list grows with the captions; it is looked at by itself.
      document.querySelectorAll("*:not(#captions *, #corrections *)").length +
      [...(document.querySelector("#captions")?.shadowRoot?.querySelectorAll("*:not(#content *)") ?? [])]
        .length,
    attributes: [...box.querySelectorAll("*")]
      .flatMap((element) => element.getAttributeNames())
      .filter((name) => !["class", "dir", "part"].includes(name)),
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    captionsSideways: Math.max(
      ...[box, box.parentElement].map((part) => (part?.scrollWidth ?? 0) - (part?.clientWidth ?? 0)),
    ),
    address: location.pathname,
  }));

/** Whether the last caption is read from its first letter to its last, and behind the one before it. */
const lastCaptionRuns = (page: Page) =>
  captionBox(page).evaluate((box) => {
    const [last, before] = [...box.querySelectorAll("span")].reverse();
    const text = last?.firstChild;
    if (last === undefined || before === undefined || !(text instanceof Text)) return null;
    const left = (at: number) => {
      const range = new Range();
      range.setStart(text, at);
      range.setEnd(text, at + 1);
      return range.getBoundingClientRect().left;
    };
    const isLeftToRight = getComputedStyle(last).direction === "ltr";
    const starts = last.getClientRects()[0];
    const isBehind = [...before.getClientRects()]
      .filter(({ top }) => top === starts?.top)
      .every((rect) =>
        isLeftToRight ? rect.right <= (starts?.left ?? 0) + 1 : rect.left >= (starts?.right ?? 0) - 1,
      );
    // The very first character is the space that parts it from the caption before.
    return { isForwards: left(1) < left("Answer".length), isBehind };
  });

/** The studio's list of lines to correct: the last two, and what any caption may have brought into it. */
const linesToCorrect = (page: Page) =>
  page.locator("#corrections").evaluate((list) => ({
    last: [...list.querySelectorAll(".line")].slice(-2).map(({ textContent }) => textContent),
    nested: list.querySelectorAll(".line *").length,
    elements: [...new Set([...list.querySelectorAll("*")].map(({ tagName }) => tagName))].sort(),
    attributes: [...list.querySelectorAll(".line")]
      .flatMap((line) => line.getAttributeNames())
      .filter((name) => !["class", "dir"].includes(name)),
    sideways: (list.parentElement?.scrollWidth ?? 0) - (list.parentElement?.clientWidth ?? 0),
  }));

/** Room and link in words: of the overlay its title tells them. */
const stateLineOf = (page: Page) =>
  captionBox(page).evaluate((box) => {
    const page = box.getRootNode();
    const line = page instanceof ShadowRoot ? page.querySelector("#state") : null;
    const { left = 0, right = 0, top = 0 } = line?.getBoundingClientRect() ?? {};
    const words = line?.textContent ?? document.title;
    return { words, isInSight: left >= 0 && right <= innerWidth && top >= 0 };
  });

describe("captions that would be something else", () => {
  it.each(injections.map(({ name }, index) => ({ name, index })))("$name", async ({ index }) => {
    const text = shown[index] ?? "";
    const before = await Promise.all(pages.map(({ page }) => stateOf(page)));
    publisher.write(linesSpeech.half);
    const atFirst = shownAtFirst[index] ?? "";
    if (atFirst !== "") await Promise.all(pages.map(({ page }) => reads(page, atFirst, "interim")));
    publisher.write(linesSpeech.half);
    await Promise.all(pages.map(({ page }) => reads(page, answerTo(index), "final")));
    await Promise.all(pages.map(({ page }) => reads(page, text, "final", 1)));
    for (const [at, { page, complaints }] of pages.entries()) {
      const after = await stateOf(page);
      expect(after).toEqual(before[at]);
      expect(after).toMatchObject({ ran: false, elements: [], nested: 0, attributes: [] });
      expect(after).toMatchObject({ sideways: 0, captionsSideways: 0 });
      expect(await lastCaptionRuns(page)).toEqual({ isForwards: true, isBehind: true });
      expect(await stateLineOf(page)).toEqual({
        words: expect.stringMatching(/^(Live|injections: overlay)$/),
        isInSight: true,
      });
      expect(complaints).toEqual([]);
    }
    const studio = pages.find(({ page }) => page.url().includes("/studio"));
    expect(studio && (await linesToCorrect(studio.page))).toEqual({
      last: [text, answerTo(index)],
      nested: 0,
      elements: ["BUTTON", "DIV", "LI", "P", "SPAN", "TIME"],
      attributes: [],
      sideways: 0,
    });
  });

  it("are the same for who comes later", async () => {
    const late = await open(`/watch/${room}`, narrow);
    await reads(late.page, answerTo(texts.length - 1), "final");
    const captions = await captionBox(late.page).locator("span").allTextContents();
    // A space parts captions of one paragraph.
    expect(captions.map((text) => text.trim())).toEqual(
      shown.flatMap((text, index) => [text, answerTo(index)]),
    );
    expect(await stateOf(late.page)).toMatchObject({
      ran: false,
      elements: [],
      sideways: 0,
      captionsSideways: 0,
    });
    expect(late.complaints).toEqual([]);
  });
});
