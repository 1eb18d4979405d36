import { mkdir } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Publisher } from "../../client/index.ts";
import { type Circumstance, circumstances, sideways, violations } from "../support/accessible.ts";
import { startPublisher, type Viewer, watch } from "../support/live.ts";
import { captionBox } from "../support/pages.ts";
import { sceneSpeech, startSceneProvider } from "../support/scene-provider.ts";
import { type ScriptedPages, scriptedPages } from "../support/scripted-pages.ts";
import { startSteadyProvider, steadySpeech } from "../support/steady-speech.ts";

/** Where the pictures go when they are to be taken anew: `UPDATE_PICTURES=1 npm test -- browser`. */
const folder = process.env.UPDATE_PICTURES === "1" ? "docs/pictures" : null;
const pictureMs = 300_000;
const room = "harbour";
const said: readonly (readonly [speaker: number, text: string])[] = [
  [0, "Good evening, and welcome to the programme."],
  [0, "The harbour is quiet tonight: every boat has come home before the storm."],
  [1, "That is right, and they will stay there until Thursday at least."],
  [0, "And the ferry?"],
  [1, "The ferry sails as long as it can. We shall know more in the morning."],
];
const saying = "Until then, our advice is to stay away from";

const scripted = scriptedPages(() =>
  startSceneProvider([
    ...said.map(([speaker, text]) => ({ text, speaker, isFinal: true })),
    { text: saying, isFinal: false, speaker: 1 },
  ]),
);
let publisher: Publisher;
/** There somebody speaks on and on, and somebody reads. */
const steady = scriptedPages(startSteadyProvider);
let speaker: Publisher;
let stopSpeaking = (): void => {};
let viewer: Viewer;

beforeAll(async () => {
  publisher = await speakScene(room);
  speaker = await startPublisher(steady.stack, room, { format: steadySpeech.format, data: new Uint8Array() });
  stopSpeaking = steadySpeech.speakOn(speaker.write);
  viewer = await watch(steady.stack, room);
  if (folder !== null) await mkdir(folder, { recursive: true });
});

afterAll(async () => {
  stopSpeaking();
  viewer?.close();
  speaker?.close();
  publisher?.close();
});

async function speakScene(room: string): Promise<Publisher> {
  const publisher = await startPublisher(scripted.stack, room, {
    format: sceneSpeech.format,
    data: new Uint8Array(),
  });
  for (let step = 0; step <= said.length; step += 1) {
    publisher.write(sceneSpeech.step);
    await setTimeout(20);
  }
  return publisher;
}

/** Rooms that were made for one look. */
let rooms = 0;

const read = (page: Page) => captionBox(page).filter({ hasText: "stay away from" }).waitFor();

type Looked = { path: string; from?: ScriptedPages; ready(page: Page): Promise<unknown> };

/** Each page, how it is opened, and what has to be there before it is looked at. */
const pages: Readonly<Record<string, Looked>> = {
  home: { path: "/", ready: (page) => page.getByRole("heading", { name: "Captionwire" }).waitFor() },
  watch: { path: `/watch/${room}`, ready: read },
  settings: {
    path: `/watch/${room}`,
    async ready(page) {
      await read(page);
      await page.getByRole("button", { name: "Caption settings" }).click();
      await page.getByRole("dialog", { name: "Caption settings" }).waitFor();
    },
  },
  overlay: { path: "/overlay", ready: beOnScreen },
  plain: { path: `/plain/${room}`, ready: (page) => page.getByText("And the ferry?").waitFor() },
  speak: { path: "/speak", ready: (page) => page.getByRole("button", { name: "Speak" }).waitFor() },
  studio: { path: "/studio", ready: goOnAir },
  api: { path: "/api#putRoom", ready: tryToSet },
  stats: {
    path: `/stats/${room}`,
    from: steady,
    async ready(page) {
      await page.getByText("Live. All is well.").first().waitFor();
      await page.getByRole("img", { name: /Last median/ }).waitFor();
      // A picture is of some minutes.
      const lasting = folder === null ? /for/ : /for [2-9] min/;
      await page.getByText(lasting).and(page.locator("#session")).waitFor({ timeout: pictureMs });
    },
  },
};

/** It shows what comes while it is open, and nothing of before. */
async function beOnScreen(page: Page): Promise<void> {
  const room = `screen-${rooms++}`;
  await page.goto(new URL(`/overlay/${room}?size=7`, scripted.stack.url).href);
  await page.waitForFunction(() => document.title.endsWith(": overlay"));
  const speaker = await speakScene(room);
  await read(page);
  speaker.close();
}

/** The interface's page with an operation that was tried, and an answer and a schema that were opened. */
async function tryToSet(page: Page): Promise<void> {
  const operation = page.locator("#putRoom");
  await operation.getByRole("button", { name: "Send" }).click();
  await operation.getByText(/^200 OK, after/).waitFor();
  await operation.locator("summary").filter({ hasText: "401" }).click();
  await page.locator("#schema-RoomSettings > summary").click();
  await operation.scrollIntoViewIfNeeded();
}

/** With the browser's own microphone, in a room that nobody else is in. */
async function goOnAir(page: Page): Promise<void> {
  const field = page.getByRole("textbox", { name: "Room" });
  await field.fill(`studio-${rooms++}`);
  await field.press("Tab");
  await page.getByRole("radio", { name: "Microphone" }).check();
  await page.getByRole("button", { name: "Start" }).click();
  await read(page);
  await page.getByText(/^Words are seen/).waitFor();
}

describe.each(Object.entries(pages))("%s", (name, { path, from = scripted, ready }) => {
  const names = Object.keys(circumstances).filter((key): key is Circumstance => key in circumstances);

  it.each(names)(
    "has nothing that axe complains of, no sideways scrolling and no error: %s",
    async (key) => {
      const { viewport, ...options } = circumstances[key];
      const { page, complaints } = await from.open(path, viewport, options);
      await ready(page);
      expect(await violations(page)).toEqual([]);
      expect(await sideways(page)).toBe(0);
      expect(complaints).toEqual([]);
      if (folder !== null) await page.screenshot({ path: `${folder}/${name}-${key}.png` });
      await page.context().close();
    },
    folder === null ? undefined : pictureMs,
  );
});
