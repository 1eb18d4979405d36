import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Publisher } from "../../client/index.ts";
import type { Scope } from "../../shared/claims.ts";
import { errorFrame, ruleOf } from "../../shared/errors.ts";
import { QualityReportSchema } from "../../shared/quality-report.ts";
import { type CutProxy, startCutProxy } from "../../testing/cut-proxy.ts";
import { violations } from "../support/accessible.ts";
import { launchBrowser } from "../support/browser.ts";
import { tabTo } from "../support/keyboard.ts";
import { startPublisher, watch } from "../support/live.ts";
import type { LiveProvider } from "../support/live-provider.ts";
import { type OpenPage, openPage } from "../support/pages.ts";
import { startStack, type TestStack } from "../support/stack.ts";
import { startSteadyProvider, steadySpeech } from "../support/steady-speech.ts";

let provider: LiveProvider;
/** Between the Worker and the speech service. */
let serviceWire: CutProxy;
let stack: TestStack;
/** Between the pages and the Worker. */
let wire: CutProxy;
let browser: Browser;

beforeAll(async () => {
  provider = await startSteadyProvider();
  serviceWire = await startCutProxy(provider.url);
  [stack, browser] = await Promise.all([
    startStack({ engineUrl: provider.url, providerUrl: serviceWire.url }),
    launchBrowser(),
  ]);
  wire = await startCutProxy(stack.url);
});

afterAll(async () => {
  await browser?.close();
  await wire?.close();
  await stack?.close();
  await serviceWire?.close();
  await provider?.close();
});

type OnAir = { readonly publisher: Publisher; stop(): void };

async function goOnAir(room: string): Promise<OnAir> {
  const publisher = await startPublisher(stack, room, {
    format: steadySpeech.format,
    data: new Uint8Array(),
  });
  return { publisher, stop: steadySpeech.speakOn(publisher.write) };
}

const open = (room: string, through = stack.url): Promise<OpenPage> =>
  openPage(browser, new URL(`/stats/${room}`, through).href);

/** Figures come every two seconds. */
const soon = { timeout: 20_000 };

const says = (page: Page, id: string, text: string | RegExp) =>
  page.locator(`#${id}`).filter({ hasText: text }).waitFor({ state: "attached" });
const figure = (page: Page, name: string) =>
  page.locator("#key-figures > div").filter({ has: page.getByText(name, { exact: true }) });
const shown = async (page: Page, name: string) =>
  (await figure(page, name).locator(".value").textContent()) ?? "";
/** Of the whole session. */
async function counted(page: Page, name: string): Promise<number> {
  const row = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) });
  return Number((await row.getByRole("cell").textContent())?.replaceAll(",", ""));
}
/** What a browser says of a network that is gone, whatever the page does about it. */
const isOfNetwork = (complaint: string) => /Failed to load resource/.test(complaint);
const withToken = async (room: string, scopes: Scope[]) =>
  new URL(`/stats/${room}#token=${await stack.token({ scopes, room })}`, stack.url).href;

describe("the figures of a room", () => {
  it("wait for a room that nobody has used, then appear and move, and end with its session", async () => {
    const room = "figures";
    const { page, complaints } = await open(room);
    await says(page, "verdict-announced", "Nobody has used this room yet");
    const { publisher, stop } = await goOnAir(room);
    const viewer = await watch(stack, room);
    await says(page, "verdict-announced", "Live. All is well.");
    await says(page, "session", /^On air since /);
    expect(await page.title()).toBe(`${room}: Live. All is well.`);
    await expect.poll(() => shown(page, "Viewers"), soon).toBe("1");
    await expect.poll(() => shown(page, "Caption lag"), soon).toMatch(/^\d+ ms$/);
    const pace = async () => Number((await shown(page, "Words a minute")).replaceAll(",", ""));
    await expect.poll(pace, soon).toBeGreaterThan(0);
    const before = await counted(page, "Words");
    await expect.poll(() => counted(page, "Words"), soon).toBeGreaterThan(before);
    await page.getByRole("img", { name: /^Captions behind the sound\. Last median \d+ ms, / }).waitFor();
    const lagRow = page.getByRole("row", { name: /^Captions behind the sound/ });
    await expect.poll(() => lagRow.getByRole("cell").count(), soon).toBe(4);
    stop();
    await publisher.finish();
    await says(page, "session", /^Off air\. The last session began at /);
    viewer.close();
    expect(complaints.filter((complaint) => !isOfNetwork(complaint))).toEqual([]);
    await page.context().close();
  });

  it("tell of an alert when it begins, what to do, and that it is over", async () => {
    const room = "alerts";
    const { publisher, stop } = await goOnAir(room);
    const { page, complaints } = await open(room);
    await says(page, "verdict-announced", "Live. All is well.");
    serviceWire.refuse();
    await says(page, "alerts-announced", "Alert: The speech service does not work.");
    await says(page, "verdict-announced", "The speech service does not work");
    await page.locator(".alert", { hasText: /failures in a row.*status page/s }).waitFor();
    expect(await figure(page, "Speech service").getAttribute("data-tone")).toBe("trouble");
    expect(await shown(page, "Speech service")).toMatch(/^\d+ failures$/);
    expect(await violations(page)).toEqual([]);
    serviceWire.heal();
    await says(page, "alerts-announced", "Over: The speech service does not work.");
    await page.getByRole("listitem").filter({ hasText: "The speech service does not work" }).waitFor();
    expect(await page.locator(".alert", { hasText: "does not work" }).count()).toBe(0);
    stop();
    publisher.close();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("are called old while the connection is lost, and new again after", async () => {
    const room = "lost";
    const { publisher, stop } = await goOnAir(room);
    const { page, complaints } = await open(room, wire.url);
    await says(page, "verdict-announced", "Live. All is well.");
    expect(await page.locator("#age").isVisible()).toBe(false);
    wire.refuse();
    await says(page, "verdict-announced", "Connection lost, trying again");
    await page
      .locator("#age")
      .filter({ hasText: /^What is shown is old: last heard \d+ s ago\.$/ })
      .waitFor();
    wire.heal();
    await says(page, "verdict-announced", "Live. All is well.");
    expect(await page.locator("#age").isVisible()).toBe(false);
    // Nothing tells the page of this one.
    wire.strand();
    await says(page, "verdict-announced", "No figures come: how things are now is not known.");
    await says(page, "verdict-announced", "Live. All is well.");
    stop();
    publisher.close();
    expect(complaints.filter((complaint) => !isOfNetwork(complaint))).toEqual([]);
    await page.context().close();
  });

  it("are asked for one by one where streams do not get through", async () => {
    const room = "polled";
    const { publisher, stop } = await goOnAir(room);
    const { page } = await openPage(browser, "about:blank");
    await page.route("**/stats/events", (route) => route.abort());
    await page.goto(new URL(`/stats/${room}`, stack.url).href);
    await says(page, "verdict-announced", "Live. All is well.");
    const before = await counted(page, "Words");
    await expect.poll(() => counted(page, "Words"), soon).toBeGreaterThan(before);
    stop();
    publisher.close();
    await page.context().close();
  });
});

it("figures are asked for one by one where all places of readers are taken", async () => {
  const room = "crowded";
  const { publisher, stop } = await goOnAir(room);
  const { page } = await openPage(browser, "about:blank");
  let refusals = 0;
  await page.route("**/stats/events", (route) => {
    refusals += 1;
    const { status } = ruleOf("too_many_connections");
    return route.fulfill({ status, json: errorFrame("too_many_connections") });
  });
  await page.goto(new URL(`/stats/${room}`, stack.url).href);
  await says(page, "verdict-announced", "Live. All is well.");
  expect(refusals).toBe(1);
  stop();
  publisher.close();
  await page.context().close();
});

describe("the reports of a room's sessions", () => {
  it("are opened and downloaded, by keyboard", async () => {
    const room = "reported";
    const { publisher, stop } = await goOnAir(room);
    const { page, complaints } = await open(room);
    await page.getByRole("cell", { name: "Still going on" }).waitFor();
    stop();
    await publisher.finish();
    await expect.poll(() => page.getByRole("cell", { name: "Still going on" }).count(), soon).toBe(0);
    await tabTo(page, /^Open report of /);
    const [opened] = await Promise.all([page.context().waitForEvent("page"), page.keyboard.press("Enter")]);
    await opened.waitForURL(/\/v1\/rooms\/reported\/reports\/[^/]+\.html\?ticket=/);
    await opened.getByRole("heading", { level: 1 }).waitFor();
    expect(await opened.evaluate(() => globalThis.opener)).toBeNull();
    await page.bringToFront();
    await tabTo(page, /^Download JSON of /);
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
    const report = v.parse(QualityReportSchema, JSON.parse(await readFile(await download.path(), "utf8")));
    expect(download.suggestedFilename()).toBe(`${room}-${report.session.id}.json`);
    expect(report.session.endedBy).toBe("finish");
    expect(report.audio.received).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("are asked for again when their list could not be had, and it is said until then", async () => {
    const room = "unlisted";
    const { publisher, stop } = await goOnAir(room);
    const { page } = await openPage(browser, "about:blank");
    await page.route("**/reports", (route) => route.abort());
    await page.goto(new URL(`/stats/${room}`, stack.url).href);
    await says(page, "reports-said", "The list of reports could not be had.");
    await page.unroute("**/reports");
    await page.getByRole("cell", { name: "Still going on" }).waitFor();
    await says(page, "reports-said", /^$/);
    stop();
    publisher.close();
    await page.context().close();
  });

  it("are files for whoever has a link with a token", async () => {
    const room = "linked";
    const { publisher, stop } = await goOnAir(room);
    stop();
    await publisher.finish();
    const { page, complaints } = await openPage(browser, await withToken(room, ["captions:publish"]));
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: /^Download report of / }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^linked-.*\.html$/);
    expect(await readFile(await download.path(), "utf8")).toMatch(/^<!doctype html>/i);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("a link that does not do", () => {
  it("is told what it lacks", async () => {
    const { page } = await openPage(browser, await withToken("not-yours", ["captions:view"]));
    await says(page, "verdict-announced", "its token needs the scope rooms:stats");
    await page.context().close();
  });
});
