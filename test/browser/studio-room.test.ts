import { once } from "node:events";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Publisher } from "../../client/index.ts";
import { startCutProxy } from "../../testing/cut-proxy.ts";
import { type Circumstance, circumstances, sideways, violations } from "../support/accessible.ts";
import { startPublisher } from "../support/live.ts";
import { captionBox, type OpenPage, openPage } from "../support/pages.ts";
import { linesSpeech, startReadingProvider } from "../support/reading-provider.ts";
import { scriptedPages } from "../support/scripted-pages.ts";
import { startStack } from "../support/stack.ts";

const lines = ["Good evening.", "The harbour is quite.", "Every boat has come home."];

const scripted = scriptedPages(() => startReadingProvider(lines));

const open = (path: string, viewport?: { width: number; height: number }, options?: BrowserContextOptions) =>
  scripted.open(path, viewport, options);

/** Somebody speaks the lines, each followed by its answer; the room is still on air then. */
async function speakLines(room: string, count = lines.length): Promise<Publisher> {
  const publisher = await startPublisher(scripted.stack, room, {
    format: linesSpeech.format,
    data: new Uint8Array(),
  });
  // With a little more, because the last audio waits for a whole frame.
  for (let half = 0; half < 2 * count + 2; half++) publisher.write(linesSpeech.half);
  return publisher;
}

/** A publisher's socket, once it may send; `position` is the first sample that it still has. */
async function publisherSocket(room: string, key: string, position?: number): Promise<WebSocket> {
  const token = await scripted.stack.token({ scopes: ["captions:publish"], room });
  const url = `${scripted.stack.url.replace("http", "ws")}/parties/captions/${room}?role=publisher`;
  const socket = new WebSocket(url, ["captionwire.1", `bearer.${token}`]);
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "start", ...linesSpeech.format, key, position }));
  await once(socket, "message");
  return socket;
}

/** Says the first line, goes away, and comes back without the five seconds after it. */
async function leaveGap(room: string): Promise<WebSocket> {
  const key = "the-key-of-one-publisher";
  const before = await publisherSocket(room, key);
  for (let half = 0; half < 2; half++) before.send(linesSpeech.half);
  await expect.poll(async () => (await segmentsOf(room)).length).toBe(2);
  before.close();
  await once(before, "close");
  return publisherSocket(room, key, 6 * linesSpeech.format.sampleRate);
}

const rows = (page: Page) => page.locator("#corrections li");
const rowOf = (page: Page, text: string) => rows(page).filter({ hasText: text });
const linesOf = (page: Page) => page.locator("#corrections .line").allTextContents();
const hasFocus = (page: Page, text: string) =>
  expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain(text);
const reads = (page: Page, text: string) =>
  expect.poll(async () => (await captionBox(page).locator("p").allTextContents()).join(" ")).toContain(text);
const says = (page: Page, id: string, text: string | RegExp) =>
  page.locator(`#${id}`).filter({ hasText: text }).waitFor({ state: "attached" });
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

/** As another operator does it. */
async function correctByApi(room: string, id: string, text: string): Promise<number> {
  const token = await scripted.stack.token({ scopes: ["captions:edit"], room });
  const answer = await fetch(`${scripted.stack.url}/v1/rooms/${room}/captions/${id}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ text }),
  });
  return answer.status;
}

async function segmentsOf(room: string): Promise<readonly { id: string; text: string }[]> {
  const token = await scripted.stack.token({ scopes: ["captions:view"], room });
  const answer = await fetch(`${scripted.stack.url}/v1/rooms/${room}/captions`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return (await answer.json()).segments;
}

describe("a correction in the studio", () => {
  let studio: OpenPage;
  let watch: OpenPage;
  let publisher: Publisher;
  const room = "corrected";

  beforeAll(async () => {
    [studio, watch] = await Promise.all([open(`/studio/${room}`), open(`/watch/${room}`)]);
    publisher = await speakLines(room);
    await rows(studio.page).nth(5).waitFor();
  });

  afterAll(async () => {
    publisher?.close();
    await Promise.all([studio?.page.context().close(), watch?.page.context().close()]);
  });

  it("is made with the keyboard alone, and every viewer has it", async () => {
    const { page } = studio;
    await rows(page).last().focus();
    for (let up = 0; up < 3; up++) await page.keyboard.press("ArrowUp");
    await hasFocus(page, "The harbour is quite.");
    await page.keyboard.press("Enter");
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("The harbour is quiet.");
    await page.keyboard.press("Enter");
    await rowOf(page, "The harbour is quiet.").filter({ hasText: "corrected" }).waitFor();
    await hasFocus(page, "The harbour is quiet.");
    await reads(watch.page, "The harbour is quiet.");
    await reads(page, "The harbour is quiet.");
  });

  it("is left by Escape, with the line as it was", async () => {
    const { page } = studio;
    await rowOf(page, "Good evening.").getByRole("button", { name: "Correct" }).click();
    await page.keyboard.type(" Nothing of this.");
    await page.keyboard.press("Escape");
    await hasFocus(page, "Good evening.");
    expect(await linesOf(page)).toContain("Good evening.");
    expect((await segmentsOf(room))[0]?.text).toBe("Good evening.");
  });

  it("waits while the room goes on, and is told what others have made of the line", async () => {
    const { page } = studio;
    const [first] = await segmentsOf(room);
    await rowOf(page, "Good evening.").getByRole("button", { name: "Correct" }).click();
    const field = page.locator("#corrections textarea");
    await field.fill("Good evening, all.");
    expect(await correctByApi(room, first?.id ?? "", "Good morning.")).toBe(200);
    await page.locator("#corrections .problem").filter({ hasText: "changed to “Good morning.”" }).waitFor();
    expect(await field.inputValue()).toBe("Good evening, all.");
    await page.keyboard.press("Enter");
    await reads(watch.page, "Good evening, all.");
    await expect.poll(() => linesOf(page)).toContain("Good evening, all.");
  });

  it("keeps what was typed when the line is gone or the service away", async () => {
    const { page } = studio;
    const gone = (await segmentsOf(room)).find(({ text }) => text === "Answer 0.");
    await rowOf(page, "Answer 0.").getByRole("button", { name: "Correct" }).click();
    const field = page.locator("#corrections textarea");
    await field.fill("The first answer.");
    await page.context().setOffline(true);
    await page.keyboard.press("Enter");
    await page.locator("#corrections .problem").filter({ hasText: "Not saved." }).waitFor();
    await page.context().setOffline(false);
    expect(await correctByApi(room, gone?.id ?? "", "")).toBe(204);
    await page
      .locator("#corrections .problem")
      .filter({ hasText: "was removed meanwhile" })
      .waitFor({ timeout: 20_000 });
    expect(await field.inputValue()).toBe("The first answer.");
    await page.keyboard.press("Escape");
    await expect.poll(() => linesOf(page)).toHaveLength(5);
    // The focus is on the line that came after it.
    await hasFocus(page, "The harbour is quiet.");
  });

  it("removes a line after it has asked, and only then", async () => {
    const { page } = studio;
    await rowOf(page, "Answer 2.").focus();
    await page.keyboard.press("Delete");
    await hasFocus(page, "Keep");
    await page.keyboard.press("Enter");
    await hasFocus(page, "Answer 2.");
    expect(await linesOf(page)).toContain("Answer 2.");
    await page.keyboard.press("Delete");
    await rows(page).getByRole("button", { name: "Remove this line for everybody" }).click();
    await expect.poll(() => linesOf(page)).not.toContain("Answer 2.");
    await hasFocus(page, "Every boat has come home.");
    await expect
      .poll(async () => (await captionBox(watch.page).locator("p").allTextContents()).join(" "))
      .not.toContain("Answer 2.");
  });
});

describe("captions that were lost", () => {
  it("are written down in their place by whoever heard them", async () => {
    const room = "lost";
    const [studio, watch] = await Promise.all([open(`/studio/${room}`), open(`/watch/${room}`)]);
    const { page } = studio;
    const publisher = await leaveGap(room);
    const gap = rowOf(page, "captions lost");
    await gap.waitFor();
    await says(page, "history", /Captions lost: \d+ s/);
    expect(await gap.getByRole("button").allTextContents()).toEqual([expect.stringMatching(/^Fill in/)]);
    await gap.getByRole("button", { name: "Fill in" }).click();
    await page.keyboard.press("Enter");
    await page.locator("#corrections .problem").filter({ hasText: "Write what was said" }).waitFor();
    await page.keyboard.type("And now the weather.");
    await page.keyboard.press("Enter");
    await reads(watch.page, "And now the weather.");
    await says(page, "history", /A gap of \d+ s was filled/);
    await rowOf(page, "And now the weather.").filter({ hasText: "corrected" }).waitFor();
    expect([...studio.complaints, ...watch.complaints]).toEqual([]);
    publisher.close();
    await Promise.all([page.context().close(), watch.page.context().close()]);
  });
});

describe("the settings of a room", () => {
  const room = "set";

  it("are saved, kept after a reload, and those that are not on the page stay", async () => {
    const { page, complaints } = await open(`/studio/${room}`);
    const form = page.locator("#settings");
    const save = form.getByRole("button", { name: "Save settings" });
    await expect.poll(() => save.isEnabled()).toBe(true);
    await form.getByLabel("Public").check();
    await form.getByLabel("Key terms").fill("Zürich\nKanton Uri");
    await form.getByLabel("Keep captions, hours").fill("24");
    await says(page, "settings-said", "Not saved yet.");
    await save.click();
    await says(page, "settings-said", "Saved.");
    await says(page, "access", "The room is public");
    await page.reload();
    await expect.poll(() => form.getByLabel("Public").isChecked()).toBe(true);
    expect(await form.getByLabel("Key terms").inputValue()).toBe("Zürich\nKanton Uri");
    expect(await form.getByLabel("Keep captions, hours").inputValue()).toBe("24");
    await form.getByLabel("Model").fill("flux-general-en");
    await form.getByLabel("Tell speakers apart").check();
    await save.click();
    await says(page, "settings-said", "Not saved. flux-general-en does not tell speakers apart");
    expect(complaints).toEqual([]);

    // Whoever reads along needs no token now.
    const answer = await fetch(`${scripted.stack.url}/v1/rooms/${room}/captions?tenant=local`);
    expect(answer.status).toBe(200);
    await page.context().close();
  });

  it("are not written over what somebody else has set meanwhile", async () => {
    const room = "set-by-two";
    const token = await scripted.stack.token({ scopes: ["rooms:admin"], room });
    const address = `${scripted.stack.url}/v1/rooms/${room}`;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const put = async (settings: unknown) => {
      const answer = await fetch(address, { method: "PUT", headers, body: JSON.stringify(settings) });
      expect(answer.status).toBe(200);
    };
    await put({ public: true, language: "de" });
    const { page, complaints } = await open(`/studio/${room}`);
    const form = page.locator("#settings");
    await expect.poll(() => form.getByLabel("Public").isChecked()).toBe(true);
    await put({ public: false, language: "de" });
    await form.getByLabel("Key terms").fill("Uri");
    await press(page, "Save settings");
    await says(page, "settings-said", "Not saved. Somebody else has changed these settings");
    expect(await form.getByLabel("Key terms").inputValue()).toBe("Uri");
    const { settings } = await (await fetch(address, { headers })).json();
    expect(settings).toEqual({ public: false, language: "de" });
    await press(page, "Load again");
    await expect.poll(() => form.getByLabel("Public").isChecked()).toBe(false);
    await form.getByLabel("Key terms").fill("Uri");
    await press(page, "Save settings");
    await says(page, "settings-said", "Saved.");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("are those of the room that is entered", async () => {
    const { page } = await open(`/studio/${room}`);
    await expect.poll(() => page.locator("#settings").getByLabel("Public").isChecked()).toBe(true);
    await page.getByRole("textbox", { name: "Room" }).fill("another");
    await page.keyboard.press("Tab");
    await expect.poll(() => page.locator("#settings").getByLabel("Public").isChecked()).toBe(false);
    expect(await page.locator("#embed").textContent()).toContain('<live-captions room="another">');
    await page.context().close();
  });

  it("are not those of a room whose name is still being typed", async () => {
    const { page } = await open(`/studio/${room}`);
    await expect.poll(() => page.locator("#settings").getByLabel("Public").isChecked()).toBe(true);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.getByRole("textbox", { name: "Room" }).fill("half");
    // As when a connection comes back.
    await page.locator("live-captions").dispatchEvent("link");
    await page.getByRole("textbox", { name: "Room" }).fill("whole");
    await page.keyboard.press("Tab");
    await expect.poll(() => asked).toContain("/v1/rooms/whole");
    expect(asked).not.toContain("/v1/rooms/half");
    await page.context().close();
  });

  it("are not for a link that may only publish", async () => {
    const token = await scripted.stack.token({ scopes: ["captions:publish", "captions:view"], room });
    const { page, complaints } = await open(`/studio#token=${token}`);
    await says(page, "settings-said", "This link may not change the room's settings");
    await says(page, "rights", "This link is good until");
    await says(page, "correct-note", "This link may not correct captions");
    expect(await page.getByRole("textbox", { name: "Room" }).inputValue()).toBe(room);
    expect(await page.getByRole("button", { name: "Save settings" }).isDisabled()).toBe(true);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("what only this broadcast has otherwise", () => {
  it("is said to be wrong, and shown, also when it was folded away", async () => {
    const { page, complaints } = await open("/studio/overrides");
    const details = page.getByText("Only for this broadcast").first();
    const language = page.locator("#overrides").getByLabel("Language");
    await details.click();
    await language.fill("english (uk)");
    await details.click();
    await press(page, "Start");
    await says(page, "broadcast-announced", "The language is a tag such as en, de or pt-BR");
    expect(await language.isVisible()).toBe(true);
    const bottom = await page.locator("#broadcast").evaluate((line) => line.getBoundingClientRect().bottom);
    expect(bottom).toBeLessThanOrEqual(720);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("the source of the sound", () => {
  const chosen = (page: Page) =>
    page.evaluate(() => document.querySelector<HTMLInputElement>("[name=source]:checked")?.value);

  it("is the microphone for whoever comes with a link, and stays what was chosen after a reload", async () => {
    const room = "sources";
    const token = await scripted.stack.token({ scopes: ["captions:publish", "captions:view"], room });
    const { page, complaints } = await open(`/studio#token=${token}`);
    expect(await chosen(page)).toBe("microphone");
    expect(await page.getByLabel("Let the browser take out echo").isVisible()).toBe(true);
    await page.getByRole("radio", { name: "File" }).check();
    await page.reload();
    await expect.poll(() => chosen(page)).toBe("file");
    expect(complaints).toEqual([]);
    await page.context().close();
    const local = await open(`/studio/${room}`);
    expect(await chosen(local.page)).toBe("voice");
    await local.page.context().close();
  });
});

describe("a room that is taken", () => {
  it("is said to be, and taken over by whoever may", async () => {
    const room = "taken";
    const publisher = await speakLines(room, 1);
    const { page, complaints } = await open(`/studio/${room}`);
    await page.getByRole("radio", { name: "Microphone" }).check();
    await press(page, "Start");
    await says(page, "broadcast-announced", "Somebody else is on air in this room.");
    await press(page, "Take over the room");
    await says(page, "broadcast-announced", "On air");
    await expect.poll(() => publisher.state.state).toBe("failed");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("stop");

    const other = await open(`/studio/${room}`);
    await other.page.getByRole("radio", { name: "Microphone" }).check();
    await press(other.page, "Start");
    await press(other.page, "Take over the room");
    await says(page, "broadcast-announced", "Somebody else has taken over this room.");
    expect([...complaints, ...other.complaints]).toEqual([]);
    await Promise.all([page.context().close(), other.page.context().close()]);
  });

  it("is not offered any more once another one is typed", async () => {
    const room = "taken-here";
    const publisher = await speakLines(room, 1);
    const { page, complaints } = await open(`/studio/${room}`);
    await page.getByRole("radio", { name: "Microphone" }).check();
    await press(page, "Start");
    const takeover = page.getByRole("button", { name: "Take over the room" });
    await takeover.waitFor();
    await page.getByRole("textbox", { name: "Room" }).fill("elsewhere");
    expect(await takeover.isVisible()).toBe(false);
    await page.keyboard.press("Tab");
    await says(page, "broadcast-announced", "Off air");
    publisher.close();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("offers nothing to a link that may not take it over", async () => {
    const room = "taken-for-good";
    const publisher = await speakLines(room, 1);
    const token = await scripted.stack.token({ scopes: ["captions:publish", "captions:view"], room });
    const { page } = await open(`/studio#token=${token}`);
    await page.getByRole("radio", { name: "Microphone" }).check();
    await press(page, "Start");
    await says(page, "broadcast-announced", "Somebody else is on air in this room.");
    expect(await page.getByRole("button", { name: "Take over the room" }).count()).toBe(0);
    publisher.close();
    await page.context().close();
  });
});

describe("a speech service that goes away on air", () => {
  it("is told of while the sound is kept, and written down", async () => {
    const failing = await startReadingProvider([]);
    const other = await startStack({ engineUrl: failing.url, providerUrl: failing.url });
    try {
      const { page, complaints } = await openPage(scripted.browser, `${other.url}/studio/away`);
      await page.getByRole("radio", { name: "Microphone" }).check();
      await press(page, "Start");
      await says(page, "broadcast-announced", /^On air$/);
      await failing.close();
      await says(
        page,
        "broadcast-announced",
        "On air, but the speech service cannot be reached. The newest 2 minutes of sound are kept",
      );
      await says(page, "history", "On air, but the speech service cannot be reached");
      expect(await page.getByRole("button", { name: "Stop" }).isEnabled()).toBe(true);
      expect(complaints).toEqual([]);
      await page.context().close();
    } finally {
      await other.close();
    }
  });
});

describe("a connection that is lost for good", () => {
  it("is given up by whoever does not want to wait for the last words", async () => {
    const wire = await startCutProxy(scripted.stack.url);
    const { page } = await openPage(scripted.browser, `${wire.url}/studio/given-up`);
    await page.getByRole("radio", { name: "Microphone" }).check();
    await press(page, "Start");
    await says(page, "broadcast-announced", /^On air$/);
    wire.refuse();
    await says(page, "broadcast-announced", "Connection lost.");
    await press(page, "Stop");
    await press(page, "Give up");
    await says(
      page,
      "broadcast-announced",
      "Given up. The last words that had not reached the room are lost.",
    );
    expect(await page.getByRole("button", { name: "Start" }).getAttribute("aria-disabled")).toBe("false");
    await page.context().close();
    await wire.close();
  });
});

describe("a microphone that is unplugged", () => {
  it("is the chosen one still, and again when it is back", async () => {
    const { page, complaints } = await openPage(scripted.browser, "about:blank");
    await page.addInitScript(() => {
      const all = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
      navigator.mediaDevices.enumerateDevices = async () =>
        (await all()).filter(({ deviceId }) => deviceId !== Reflect.get(globalThis, "unplugged"));
    });
    await page.goto(new URL("/studio/unplugged", scripted.stack.url).href);
    await page.getByRole("radio", { name: "Microphone" }).check();
    await press(page, "Check sound");
    const devices = page.getByRole("combobox", { name: "Microphone" });
    await expect.poll(() => devices.locator("option").count()).toBeGreaterThan(1);
    const chosen = devices.locator("option").last();
    const [id = "", name = ""] = [await chosen.getAttribute("value"), await chosen.textContent()].map(
      (text) => text ?? "",
    );
    await devices.selectOption(id);
    const plug = (unplugged: string) =>
      page.evaluate((unplugged) => {
        Reflect.set(globalThis, "unplugged", unplugged);
        navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
      }, unplugged);
    const shown = () =>
      devices.evaluate((select: HTMLSelectElement) => [select.value, select.selectedOptions[0]?.text]);
    await plug(id);
    await expect.poll(shown).toEqual([id, `${name} (not connected)`]);
    await plug("");
    await expect.poll(shown).toEqual([id, name]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("everybody can use the studio", () => {
  const names = Object.keys(circumstances).filter((key): key is Circumstance => key in circumstances);

  it.each(names)("axe finds nothing wrong with it, and it is never too wide: %s", async (name) => {
    const { viewport, ...options } = circumstances[name];
    const room = `axe-${name}`;
    const { page, complaints } = await open(`/studio/${room}`, viewport, options);
    const publisher = await speakLines(room);
    await rows(page).nth(5).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await sideways(page)).toBe(0);
    // All of it: what is folded, a microphone that is checked, a line being corrected and one being removed.
    await page.getByText("Only for this broadcast").first().click();
    await page.getByRole("radio", { name: "Microphone" }).check();
    await rowOf(page, "Good evening.").getByRole("button", { name: "Correct" }).click();
    await rowOf(page, "Answer 0.").getByRole("button", { name: "Remove" }).click();
    await press(page, "Check sound");
    await says(page, "level-announced", /./);
    expect(await violations(page)).toEqual([]);
    expect(await sideways(page)).toBe(0);
    expect(complaints).toEqual([]);
    publisher.close();
    await page.context().close();
  });

  it("the list of lines is one stop of the Tab key, however long it is", async () => {
    const room = "stops";
    const { page } = await open(`/studio/${room}`);
    const publisher = await speakLines(room);
    await expect.poll(() => linesOf(page)).toHaveLength(6);
    await rows(page).last().focus();
    // The line, its two buttons, and then it is behind us.
    for (let tab = 0; tab < 3; tab++) await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.closest("#corrections") ?? null)).toBeNull();
    publisher.close();
    await page.context().close();
  });
});
