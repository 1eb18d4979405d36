import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { breaksIn, toneAudio } from "../support/continuity.ts";
import { heardShare } from "../support/heard-share.ts";
import { captionBox, openPage } from "../support/pages.ts";
import { speech } from "../support/speech.ts";
import { startStack, type TestStack } from "../support/stack.ts";
import { wavFile } from "../support/wav-file.ts";

const weather = "Tomorrow will be cold and bright, with a light wind from the north.";
const toneHz = 400;
/** Chrome says so of whatever asks for a picture, also of another tab's, which it then gives. */
const cameraNote = "Permissions policy violation: camera is not allowed in this document.";

let stack: TestStack;
let folder: string;
let speechFile: string;
/** Hears speech as its microphone, and what a tab plays. */
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "captionwire-studio-"));
  stack = await startStack();
  const { format, data } = await speech(stack, weather);
  speechFile = join(folder, "speech.wav");
  await writeFile(speechFile, wavFile(format, data));
  browser = await launchBrowser({ microphone: speechFile });
});

afterAll(async () => {
  await browser?.close();
  await stack?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

type Source = "Demo voice" | "Microphone" | "Browser tab" | "File";

/** The studio, in a room of its own. */
async function openStudio(room: string, source: Source, from: Browser = browser) {
  const opened = await openPage(from, new URL(`/studio/${room}`, stack.url).href);
  await opened.page.getByRole("radio", { name: source }).check();
  return opened;
}

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const captionsOf = async (page: Page) => (await captionBox(page).locator("p").allTextContents()).join(" ");
const broadcastIs = (page: Page, text: string) =>
  page.locator("#broadcast-announced").filter({ hasText: text }).waitFor({ state: "attached" });
const levelIs = (page: Page, text: string) =>
  page.locator("#level-announced").filter({ hasText: text }).waitFor({ state: "attached" });
const reads = (page: Page) =>
  expect
    .poll(async () => heardShare(await captionsOf(page), weather), { timeout: 20_000 })
    .toBeGreaterThan(0.7);

describe("the studio's sound", () => {
  it("is the demo voice, from the first word to the last", async () => {
    const { page, complaints } = await openStudio("studio-voice", "Demo voice");
    await page.getByLabel("Words to speak").fill(weather);
    await press(page, "Start");
    await broadcastIs(page, "On air");
    await levelIs(page, "Level is good");
    await broadcastIs(page, "Finished");
    await reads(page);
    expect(await page.locator("#first").textContent()).toMatch(
      /^First caption \d+\.\d s after the first sound$/,
    );
    await expect
      .poll(() => page.locator("#latency-words").textContent())
      .toMatch(/^Words are seen \d+\.\d s after they are said .* They are final \d+\.\d s/);
    const happened = await page.locator("#history li").allTextContents();
    expect(happened.slice(0, 4)).toEqual(
      [/Finished/, /Waiting for the last words/, /On air/, /Connecting/].map((words) =>
        expect.stringMatching(words),
      ),
    );
    // Whether the viewer's link or the hand at the button is quicker is not for us to say.
    expect(
      happened
        .slice(4)
        .map((line) => line.replace(/^.*[AP]M /, ""))
        .sort(),
    ).toEqual([/Captions are followed/, /Opening/].map((words) => expect.stringMatching(words)));
    expect(await page.locator("#watch").getAttribute("href")).toMatch(/\/watch\/studio-voice$/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("is no voice without a network, and that is said in words", async () => {
    const { page } = await openStudio("studio-offline", "Demo voice");
    await page.route("**/v1/speak?*", (route) => route.abort());
    await press(page, "Start");
    await broadcastIs(page, "The voice cannot be reached.");
    await page.context().close();
  });

  it("is a file", async () => {
    const { page, complaints } = await openStudio("studio-file", "File");
    await press(page, "Start");
    await broadcastIs(page, "Choose a sound file first.");
    await page
      .getByLabel("Sound file")
      .setInputFiles({ name: "notes.mp3", mimeType: "audio/mpeg", buffer: Buffer.from("No sound at all.") });
    await press(page, "Start");
    await broadcastIs(page, "The browser cannot decode “notes.mp3”.");
    await page.getByLabel("Sound file").setInputFiles(speechFile);
    await press(page, "Start");
    await broadcastIs(page, "Finished");
    await reads(page);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("is a microphone: checked first, then heard until it is stopped", async () => {
    const { page, complaints } = await openStudio("studio-microphone", "Microphone");
    await press(page, "Check sound");
    await levelIs(page, "Level is good");
    // Nothing of it was sent.
    expect(await captionsOf(page)).toBe("");
    expect(await page.locator("#broadcast-announced").textContent()).toBe("Off air");
    await press(page, "Start");
    await broadcastIs(page, "On air");
    expect(await page.title()).toBe("On air – Caption studio");
    // Switched off meanwhile, and the focus stays.
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("start");
    await reads(page);
    await press(page, "Stop");
    await broadcastIs(page, "Finished");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("is what another tab plays", async () => {
    const { page, complaints } = await openStudio("studio-tab", "Browser tab");
    await press(page, "Start");
    await broadcastIs(page, "On air");
    await levelIs(page, "Level is good");
    // As browsers want it that ask for nothing else.
    const returnValue = await page.evaluate(() => {
      const leaving = document.createEvent("BeforeUnloadEvent");
      leaving.initEvent("beforeunload", false, true);
      dispatchEvent(leaving);
      return leaving.returnValue;
    });
    expect(returnValue).toBeTruthy();
    // Whoever closes the page on air is asked whether that is meant.
    await page.close({ runBeforeUnload: true });
    await expect.poll(() => complaints.filter((complaint) => complaint !== cameraNote)).toEqual(["dialog: "]);
    await press(page, "Stop");
    await broadcastIs(page, "Finished");
    await page.context().close();
  });
});

describe("a page that stands still for three seconds", () => {
  const sampleRate = 48_000;
  let listening: Browser;

  beforeAll(async () => {
    const file = join(folder, "tone.wav");
    const format = { encoding: "linear16", sampleRate, channels: 1 } as const;
    // Long enough to be heard once: where it begins again, the browser's stand-in for a microphone stumbles.
    await writeFile(file, wavFile(format, toneAudio(sampleRate, toneHz, 40)));
    listening = await launchBrowser({ microphone: file });
  });

  afterAll(() => listening?.close());

  // The stand-in for a microphone skips by itself on a machine that is very busy; what we would lose is lost every time.
  it("loses nothing of what its microphone hears", { retry: 2 }, async () => {
    const { page, complaints } = await openPage(listening, "about:blank");
    // What goes to the room, as it goes.
    await page.addInitScript(() => {
      const sent: number[] = [];
      Reflect.set(globalThis, "sent", sent);
      const send = WebSocket.prototype.send;
      WebSocket.prototype.send = function (data) {
        if (ArrayBuffer.isView(data)) {
          const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
          for (let at = 0; at < view.byteLength; at += 2) sent.push(view.getInt16(at, true));
        }
        send.call(this, data);
      };
    });
    await page.goto(new URL("/studio/studio-stall", stack.url).href);
    await page.getByRole("radio", { name: "Microphone" }).check();
    // The browser would take a tone for noise.
    await page.getByRole("checkbox", { name: "Let the browser take out echo" }).uncheck();
    await press(page, "Start");
    await broadcastIs(page, "On air");
    const sentSamples = () => page.evaluate(() => Reflect.get(globalThis, "sent").length);
    await expect.poll(sentSamples, { timeout: 10_000 }).toBeGreaterThan(8_000);
    const before = await sentSamples();
    await page.evaluate(() => {
      const until = performance.now() + 3_000;
      while (performance.now() < until);
    });
    await expect.poll(sentSamples, { timeout: 10_000 }).toBeGreaterThan(before + 4 * 16_000);
    await press(page, "Stop");
    await broadcastIs(page, "Finished");
    const all = Int16Array.from(await page.evaluate((): number[] => Reflect.get(globalThis, "sent")));
    // A capture fades in, and the last block may be a part.
    const samples = all.subarray(4_000, -800);
    expect(breaksIn(samples, 16_000, toneHz)).toEqual([]);
    // The same test finds a piece of 50 ms that is missing there.
    const torn = Int16Array.from([...samples.subarray(0, 16_000), ...samples.subarray(16_810)]);
    expect(breaksIn(torn, 16_000, toneHz)).not.toEqual([]);
    expect(await page.locator("#history").textContent()).not.toContain("stood still");
    expect(complaints).toEqual([]);
  });
});

it("sound that stood still is noticed once it goes on", async () => {
  const { page, complaints } = await openPage(browser, "about:blank");
  await page.addInitScript(() => {
    const { createMediaStreamSource } = AudioContext.prototype;
    AudioContext.prototype.createMediaStreamSource = function (stream) {
      Reflect.set(globalThis, "context", this);
      return createMediaStreamSource.call(this, stream);
    };
  });
  await page.goto(new URL("/studio/studio-still", stack.url).href);
  await page.getByRole("radio", { name: "Microphone" }).check();
  await press(page, "Check sound");
  await levelIs(page, "Level is good");
  const heldMs = await page.evaluate(async () => {
    const context: AudioContext = Reflect.get(globalThis, "context");
    // The page would go on at once; a machine that is asleep does not.
    const resume = context.resume.bind(context);
    context.resume = () => Promise.resolve();
    await context.suspend();
    const from = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const heldMs = Date.now() - from;
    await resume();
    return heldMs;
  });
  const told = page.locator("#history li").filter({ hasText: "The sound stood still for" });
  await told.waitFor();
  const seconds = Number((await told.textContent())?.match(/for (\d+) s/)?.[1]);
  expect(seconds).toBeGreaterThanOrEqual(Math.floor(heldMs / 1000));
  expect(complaints).toEqual([]);
  await page.context().close();
});

describe("sound that is slow to open", () => {
  it("is given up with Stop, and stopped when it comes after all", async () => {
    const { page, complaints } = await openPage(browser, "about:blank");
    await page.addInitScript(() => {
      const { mediaDevices } = navigator;
      const ask = mediaDevices.getUserMedia.bind(mediaDevices);
      // Whoever is asked takes their time.
      mediaDevices.getUserMedia = async (constraints) => {
        await new Promise((resolve) => Reflect.set(globalThis, "answer", resolve));
        const stream = await ask(constraints);
        Reflect.set(globalThis, "stream", stream);
        return stream;
      };
    });
    await page.goto(new URL("/studio/studio-given-up", stack.url).href);
    await page.getByRole("radio", { name: "Microphone" }).check();
    await press(page, "Start");
    await broadcastIs(page, "Opening the sound");
    await press(page, "Stop");
    await broadcastIs(page, "Off air");
    expect(await page.getByRole("button", { name: "Start" }).isEnabled()).toBe(true);
    await page.evaluate(() => Reflect.get(globalThis, "answer")());
    await page.waitForFunction(() => {
      const stream: MediaStream | undefined = Reflect.get(globalThis, "stream");
      return stream?.getTracks().every(({ readyState }) => readyState === "ended");
    });
    expect(await page.locator("#broadcast-announced").textContent()).toBe("Off air");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("is told when the browser never starts it", async () => {
    const { page, complaints } = await openPage(browser, "about:blank");
    await page.addInitScript(() => {
      AudioContext.prototype.resume = () => new Promise(() => {});
    });
    await page.clock.install();
    await page.goto(new URL("/studio/studio-silent", stack.url).href);
    await page.getByRole("radio", { name: "Microphone" }).check();
    await press(page, "Start");
    await broadcastIs(page, "Opening the sound");
    await expect
      .poll(async () => {
        await page.clock.runFor(1_000);
        return page.locator("#broadcast-announced").textContent();
      })
      .toContain("The browser does not start its sound.");
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("a microphone or a tab that is not to be had", () => {
  it("is told with what to do when the browser may not use it", async () => {
    const refusing = await launchBrowser({ answer: "deny" });
    try {
      const { page, complaints } = await openStudio("studio-denied", "Microphone", refusing);
      await press(page, "Check sound");
      await page
        .locator("#check-said")
        .filter({ hasText: "The browser may not use the microphone. Allow it beside" })
        .waitFor();
      await press(page, "Start");
      await broadcastIs(page, "The browser may not use the microphone. Allow it beside");
      // Nobody is left on a button that is gone, nor sent away from one that is off for a while.
      expect(await page.evaluate(() => document.activeElement?.id)).toBe("start");
      await page.getByRole("radio", { name: "Browser tab" }).check();
      await press(page, "Start");
      await broadcastIs(page, "Nothing was shared.");
      expect(complaints.filter((complaint) => complaint !== cameraNote)).toEqual([]);
    } finally {
      await refusing.close();
    }
  });

  /** Whatever stream the page asks for is kept, to be tampered with. */
  const keepStreams = (page: Page) =>
    page.addInitScript(() => {
      const { mediaDevices } = navigator;
      for (const name of ["getUserMedia", "getDisplayMedia"] as const) {
        const ask = mediaDevices[name].bind(mediaDevices);
        mediaDevices[name] = async (constraints) => {
          const stream = await ask(constraints);
          Reflect.set(globalThis, "stream", stream);
          return stream;
        };
      }
    });

  it("is told when it is unplugged on air; what was said until then is captioned", async () => {
    const { page, complaints } = await openPage(browser, "about:blank");
    await keepStreams(page);
    await page.goto(new URL("/studio/studio-unplugged", stack.url).href);
    await page.getByRole("radio", { name: "Microphone" }).check();
    await press(page, "Start");
    await reads(page);
    await page.evaluate(() => {
      const stream: MediaStream = Reflect.get(globalThis, "stream");
      for (const track of stream.getTracks()) track.dispatchEvent(new Event("ended"));
    });
    await broadcastIs(page, "The microphone is gone: unplugged, or switched off.");
    // At once, not only after the last words.
    expect((await page.locator("#history li").allTextContents()).join("\n")).toMatch(
      /The microphone is gone.* Waiting for the last words/,
    );
    await page
      .locator("#announced")
      .filter({ hasText: "The broadcast has ended" })
      .waitFor({ state: "attached" });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("is given back when the browser has no more contexts for it", async () => {
    const { page, complaints } = await openPage(browser, "about:blank");
    await keepStreams(page);
    await page.addInitScript(() => {
      Reflect.set(globalThis, "AudioContext", function refuse() {
        throw new DOMException("Too many.", "NotSupportedError");
      });
    });
    await page.goto(new URL("/studio/studio-contexts", stack.url).href);
    await page.getByRole("radio", { name: "Microphone" }).check();
    await press(page, "Start");
    await broadcastIs(page, "The browser could not listen to this sound.");
    const states = await page.evaluate(() => {
      const stream: MediaStream = Reflect.get(globalThis, "stream");
      return stream.getTracks().map(({ readyState }) => readyState);
    });
    expect(states).toEqual(["ended"]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("is told when what was shared has no sound", async () => {
    const { page } = await openPage(browser, "about:blank");
    await page.addInitScript(() => {
      const { mediaDevices } = navigator;
      const ask = mediaDevices.getDisplayMedia.bind(mediaDevices);
      mediaDevices.getDisplayMedia = (constraints) => ask({ ...constraints, audio: false });
    });
    await page.goto(new URL("/studio/studio-mute", stack.url).href);
    await page.getByRole("radio", { name: "Browser tab" }).check();
    await press(page, "Check sound");
    await page.locator("#check-said").filter({ hasText: "What you chose has no sound." }).waitFor();
    await page.context().close();
  });
});
