import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../testing/wait.ts";
import { violations } from "../support/accessible.ts";
import { launchBrowser } from "../support/browser.ts";
import { gapsIn, type PlayedPiece } from "../support/heard.ts";
import { reportOn } from "../support/speak-client.ts";
import {
  button,
  bytesOf,
  download,
  fact,
  numberIn,
  openSpeak,
  speak,
  stateIs,
} from "../support/speak-page.ts";
import { prose } from "../support/speak-text.ts";
import { startStack, type TestStack } from "../support/stack.ts";

let stack: TestStack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await stack?.close();
});

const short = "Good evening, and welcome.";

describe("each format", () => {
  it.each([
    ["Linear 16 bit, WAV", "samples", "Download WAV"],
    ["Linear 16 bit, raw", "samples", "Download raw samples"],
    ["µ-law, WAV", "samples", "Download WAV"],
    ["A-law, raw", "samples", "Download raw samples"],
    ["MP3", "media", "Download MP3"],
    ["Opus in Ogg", "media", "Download OGG"],
  ])("%s is heard, and can be kept as it came", async (format, how, link) => {
    const { page, complaints, heard, received } = await openSpeak(browser, stack);
    const { tokens } = askedOf(page);
    const requestId = await speak(page, short, format);
    await stateIs(page, "Finished");
    const sound = await heard();
    if (how === "samples") {
      expect(sound.loudest).toBeGreaterThan(0.05);
      expect(sound.contexts).toEqual(["closed"]);
    } else {
      expect(sound.mediaSeconds).toBeGreaterThan(0.5);
    }
    const file = await download(page, link);
    expect(file.length).toBeGreaterThan(1_000);
    // A WAV stream's header cannot know its length; the file's does.
    const header = link === "Download WAV" ? 44 : 0;
    expect(bytesOf(file.subarray(header))).toEqual(await received(header));
    if (header > 0)
      expect([file.readUInt32LE(4), file.readUInt32LE(40)]).toEqual([file.length - 8, file.length - 44]);

    expect(await fact(page, "Size").textContent()).toBe(`${file.length.toLocaleString("en")} bytes`);
    expect(await fact(page, "Request").textContent()).toBe(requestId);
    for (const name of ["First byte", "First sound", "Whole answer", "Audio", "Speed"])
      await expect.poll(() => numberIn(page, name)).toBeGreaterThan(0);
    await page.getByText("How the service saw it").click();
    expect(await fact(page, "Ended").textContent()).toBe("complete");
    // The second is for the report: a long text may be heard for longer than the first is good for.
    expect(tokens).toHaveLength(2);
    expect(await fact(page, "Characters delivered").textContent()).toBe(`${short.length} characters`);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each(["FLAC", "AAC"])("%s is refused in the service's own words", async (format) => {
    const { page, complaints } = await openSpeak(browser, stack);
    await speak(page, short, format);
    await stateIs(page, "The service said no: .*not available here.*");
    expect(await page.getByRole("link", { name: "Download" }).count()).toBe(0);
    // Every browser writes down an answer that is an error.
    expect(complaints.filter((complaint) => !complaint.includes("400 (Bad Request)"))).toEqual([]);
    await page.context().close();
  });
});

describe("a long text", () => {
  const long = prose(5_000);

  it("is heard before all of it has come, and without a seam", async () => {
    const { page, complaints, heard, received } = await openSpeak(browser, stack);
    await speak(page, long, "Linear 16 bit, raw");
    await stateIs(page, "Speaking, all of it has come");
    const { pieces } = await heard();
    expect(pieces[0]?.state).toMatch(/^(Asking for speech|Speaking)$/);
    expect(await numberIn(page, "First sound")).toBeLessThan(await numberIn(page, "Whole answer"));
    expect(pieces.length).toBeGreaterThan(3);
    expect(gapsIn(pieces).filter((gap) => gap !== 0)).toHaveLength((await numberIn(page, "Pauses")) || 0);

    // What is heard makes room for what comes next: not all of it is decoded at once.
    await eventually("more is played", heard, (now) => now.pieces.length > pieces.length);
    await button(page, "Stop").click();
    await stateIs(page, "Stopped");
    const file = await download(page, "Download raw samples");
    expect(bytesOf(file)).toEqual(await received());
    const played = pieces.flatMap(({ samples }) => samples);
    expect(played).toEqual(played.map((_, at) => file.readInt16LE(at * 2) / 32_768));
    expect(played.length).toBeLessThan(file.length / 2);
    const first = pieces.slice(0, 12);
    const gaps = gapsIn(first);
    const wanted = first.flatMap(({ samples }, at) => [...Array<number>(gaps[at] ?? 0).fill(0), ...samples]);
    const mixed = await rendered(page, first);
    expect(mixed).toHaveLength(wanted.length);
    // The mixer calculates with fractions; a sample lost or doubled at a border is a thousand times as far off.
    const furthest = mixed.reduce(
      (most, sample, at) => Math.max(most, Math.abs(sample - (wanted[at] ?? 1))),
      0,
    );
    expect(furthest).toBeLessThan(1e-6);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("as MP3 is heard while it comes, too", async () => {
    const { page, complaints } = await openSpeak(browser, stack);
    await speak(page, long, "MP3");
    await stateIs(page, "Speaking, all of it has come");
    expect(await numberIn(page, "First sound")).toBeLessThan(await numberIn(page, "Whole answer"));
    await button(page, "Stop").click();
    await stateIs(page, "Stopped");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("ends with Stop: the request as well as the sound, and what came is kept", async () => {
    const { page, complaints, heard } = await openSpeak(browser, stack);
    const requestId = await speak(page, prose(40_000), "Linear 16 bit, WAV");
    await expect.poll(async () => (await heard()).pieces.length).toBeGreaterThan(0);
    // By the keyboard, and the focus stays.
    await button(page, "Stop").focus();
    await page.keyboard.press("Enter");
    await stateIs(page, "Stopped");
    const { pieces, contexts } = await heard();
    expect(contexts).toEqual(["closed"]);
    expect(await button(page, "Stop").evaluate((element) => element === document.activeElement)).toBe(true);
    const token = await stack.token({ scopes: ["speak"] });
    await expect
      .poll(async () => (await reportOn(stack.url, token, requestId))?.state, { timeout: 20_000 })
      .toBe("cancelled");
    await page.getByText("How the service saw it").click();
    expect(await fact(page, "Ended").textContent()).toMatch(/^cancelled/);
    expect((await heard()).pieces).toHaveLength(pieces.length);
    const file = await download(page, "Download WAV");
    expect(file.length).toBeGreaterThan(44);
    expect(file.readUInt32LE(40)).toBe(file.length - 44);
    // Who asks at once how it went may be told that nothing is written down yet, and asks again.
    expect(complaints.filter((complaint) => !complaint.includes("status of 404"))).toEqual([]);
    await page.context().close();
  });
});

describe("measuring", () => {
  it("draws real requests and says their lines in words", async () => {
    const { page, complaints, heard } = await openSpeak(browser, stack);
    const { tokens, asked } = askedOf(page);
    await page.getByLabel("Requests of each length").fill("1");
    await button(page, "Measure").click();
    await stateIs(page, "Measured");
    // Each with one of its own, which is good for a while only.
    expect(asked).toHaveLength(9);
    expect(tokens).toHaveLength(asked.length);
    const words = (await page.locator("#words p").allTextContents()).join("\n");
    expect(words).toMatch(/^First byte: -?[\d,]+ ms [+−] [\d.e-]+ ms per character\.$/m);
    expect(words).toMatch(/^Whole answer: -?[\d,]+ ms [+−] [\d.e-]+ ms per character\.$/m);
    expect(words).toMatch(
      /^5,9\d\d characters, spoken in chunks: first byte after [\d,]+ ms; of the shorter texts after [\d,]+ ms /m,
    );
    const picture = page.getByRole("img", { name: /^Milliseconds by length of the text\. First byte: / });
    expect(await inkOf(picture)).toBeGreaterThan(3);
    await page.getByText("Every request").click();
    const rows = await page.locator("#requests tr").allTextContents();
    expect(rows).toHaveLength(8);
    for (const row of rows) expect(row).toMatch(/^[\d,]+ ?[\d,]+ ms[\d,]+ ms$/);
    expect((await heard()).pieces).toEqual([]);
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 720 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("stops when asked, and keeps what it has", async () => {
    const { page, complaints } = await openSpeak(browser, stack);
    await page.getByLabel("Requests of each length").fill("10");
    await button(page, "Measure").click();
    await page.locator("#requests tr").nth(1).waitFor({ state: "attached" });
    expect(await button(page, "Speak").getAttribute("aria-disabled")).toBe("true");
    await button(page, "Stop measuring").click();
    await stateIs(page, "Measuring was stopped");
    expect(await page.locator("#requests tr").count()).toBeLessThan(80);
    expect(await button(page, "Speak").getAttribute("aria-disabled")).toBe("false");
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("the page", () => {
  it("says what to do without a token that may speak", async () => {
    const { page } = await openSpeak(
      browser,
      stack,
      `#token=${await stack.token({ scopes: ["captions:view"], room: "demo" })}`,
    );
    await speak(page, short, "MP3");
    await stateIs(page, "The service said no: .+");
    await page.context().close();
    const { page: other } = await openSpeak(browser, stack);
    // Of a service that gives no tokens to its pages.
    await other.route("**/v1/local/tokens", (route) => route.fulfill({ status: 404 }));
    await other.getByLabel("Text").fill(short);
    await button(other, "Speak").click();
    await stateIs(other, "This page needs a link with a token. Ask for one. It looks like /speak#token=…");
    await other.context().close();
  });

  it.each([
    ["light", 1280, "none"],
    ["dark", 320, "none"],
    ["light", 320, "active"],
  ] as const)(
    "is accessible: %s, %i px wide, forced colours %s",
    async (colorScheme, width, forcedColors) => {
      const { page, complaints } = await openSpeak(browser, stack);
      await page.emulateMedia({ colorScheme, forcedColors });
      await page.setViewportSize({ width, height: 720 });
      await speak(page, short, "Linear 16 bit, raw");
      await stateIs(page, "Finished");
      await page.getByText("How the service saw it").click();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );
});

/** The addresses of the tokens and of the speech that the page asks for, as it does. */
function askedOf(page: Page) {
  const [tokens, asked]: [string[], string[]] = [[], []];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname === "/v1/local/tokens") tokens.push(pathname);
    if (pathname === "/v1/speak") asked.push(pathname);
  });
  return { tokens, asked };
}

/** What the browser's own mixer makes of these pieces, on a clock that begins with the first. */
function rendered(page: Page, pieces: readonly PlayedPiece[]): Promise<number[]> {
  return page.evaluate(async (given) => {
    const [{ at: beginning, rate } = { at: 0, rate: 1 }] = given;
    const last = given.at(-1);
    const length = last === undefined ? 1 : Math.round((last.at - beginning) * rate) + last.samples.length;
    const context = new OfflineAudioContext(1, length, rate);
    for (const { at, samples } of given) {
      const buffer = context.createBuffer(1, samples.length, rate);
      buffer.copyToChannel(Float32Array.from(samples), 0);
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(context.destination);
      source.start(at - beginning);
    }
    const mixed = await context.startRendering();
    return [...mixed.getChannelData(0)];
  }, pieces);
}

/** How many colours there are in a plot's canvas: none when nothing was drawn. */
function inkOf(picture: ReturnType<Page["getByRole"]>): Promise<number> {
  return picture.locator("canvas").evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return 0;
    const data = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    const colours = new Set<string>();
    for (let at = 0; at < data.length; at += 4) {
      if ((data[at + 3] ?? 0) === 255) colours.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
    }
    return colours.size;
  });
}
