import type { Browser, BrowserContext, Page, Route } from "playwright-core";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Publisher } from "../../client/index.ts";
import { sideways, violations } from "../support/accessible.ts";
import { launchBrowser } from "../support/browser.ts";
import { startPublisher } from "../support/live.ts";
import { openPage } from "../support/pages.ts";
import { answerTo, linesSpeech, startReadingProvider } from "../support/reading-provider.ts";
import { startStack, type TestStack } from "../support/stack.ts";

const lines = Array.from({ length: 30 }, (_, index) => `Line ${index}.`);

const SegmentsSchema = v.object({ segments: v.array(v.object({ id: v.string() })) });

let provider: Awaited<ReturnType<typeof startReadingProvider>>;
let stack: TestStack;
let browser: Browser;
let withoutScript: BrowserContext;

beforeAll(async () => {
  provider = await startReadingProvider(lines);
  [stack, browser] = await Promise.all([
    // As it is deployed: no page of a laptop's own.
    startStack({
      engineUrl: provider.url,
      providerUrl: provider.url,
      variables: { LOCAL_PAGES: "false" },
    }),
    launchBrowser(),
  ]);
  withoutScript = await browser.newContext({
    javaScriptEnabled: false,
    viewport: { width: 320, height: 160 },
  });
});

afterAll(async () => {
  await browser?.close();
  await stack?.close();
  await provider?.close();
});

const address = (path: string) => new URL(path, stack.url).href;
const captionsOf = (page: Page) => page.locator("#captions p").allTextContents();
const spoken = (from: number, to: number) =>
  lines.slice(from, to).flatMap((line, index) => [line, answerTo(from + index)]);

/** Speaks the next lines, each once the room has the one before. */
async function speak(publisher: Publisher, room: string, from: number, to: number): Promise<void> {
  const token = await stack.token({ scopes: ["captions:view"], room });
  const headers = { authorization: `Bearer ${token}` };
  const text = async () => (await fetch(address(`/v1/rooms/${room}/captions.txt`), { headers })).text();
  for (let line = from; line < to; line += 1) {
    publisher.write(linesSpeech.half);
    publisher.write(linesSpeech.half);
    await expect.poll(text, { timeout: 20_000 }).toContain(answerTo(line));
  }
}

async function open(room: string): Promise<void> {
  const token = await stack.token({ scopes: ["rooms:admin"], room });
  const answer = await fetch(address(`/v1/rooms/${room}`), {
    method: "PUT",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ public: true }),
  });
  expect(answer.status).toBe(200);
}

async function removeLast(room: string): Promise<void> {
  const token = await stack.token({ scopes: ["captions:view", "captions:edit"], room });
  const headers = { authorization: `Bearer ${token}` };
  const captions = address(`/v1/rooms/${room}/captions`);
  const { segments } = v.parse(SegmentsSchema, await (await fetch(captions, { headers })).json());
  const answer = await fetch(`${captions}/${segments.at(-1)?.id}`, {
    method: "PATCH",
    headers,
    body: JSON.stringify({ text: "" }),
  });
  expect(answer.status).toBe(204);
}

async function start(room: string): Promise<Publisher> {
  await open(room);
  return startPublisher(stack, room, { format: linesSpeech.format, data: new Uint8Array() });
}

describe("the plain page without script", () => {
  it("is read on from page to page, and each begins where the last one ended", async () => {
    const page = await withoutScript.newPage();
    await open("plain-read");
    await page.goto(address("/plain/plain-read"));
    expect(await page.locator(".state").first().textContent()).toBe("Waiting for the broadcast to begin.");
    const publisher = await start("plain-read");
    await speak(publisher, "plain-read", 0, 5);
    await page.getByRole("link", { name: "Read on" }).click();
    expect(await captionsOf(page)).toEqual(spoken(0, 5));
    expect(await page.locator(".state").first().textContent()).toBe("Live.");

    await page.getByRole("link", { name: "Read on" }).click();
    expect(await page.locator("#new").textContent()).toContain("Nothing new yet.");
    // It is fetched anew, though nothing but the number of the step makes its address another one.
    await speak(publisher, "plain-read", 5, 12);
    await page.getByRole("link", { name: "Read on" }).click();
    await page.getByText("Line 11.").waitFor();
    expect(await captionsOf(page)).toEqual(spoken(0, 12));
    expect(await page.locator("#new").textContent()).toBe("Line 5.");
    const top = await page.locator("#new").evaluate((element) => element.getBoundingClientRect().top);
    expect(Math.abs(top)).toBeLessThanOrEqual(1);
    publisher.close();
    await page.close();
  });

  it("fetches itself anew where that was chosen, and leads to what is new", async () => {
    const publisher = await start("plain-refresh");
    await speak(publisher, "plain-refresh", 0, 5);
    const page = await withoutScript.newPage();
    await page.goto(address("/plain/plain-refresh"));
    await page.getByRole("link", { name: "every 5 s" }).click();
    expect(await page.getByText("every 5 s (chosen)").count()).toBe(1);
    await speak(publisher, "plain-refresh", 5, 12);
    await page.getByText("Line 11.").waitFor({ timeout: 20_000 });
    expect(await captionsOf(page)).toEqual(spoken(0, 12));
    expect(await page.locator("#new").textContent()).toBe("Line 5.");
    const top = await page.locator("#new").evaluate((element) => element.getBoundingClientRect().top);
    expect(Math.abs(top)).toBeLessThanOrEqual(1);
    // And again, with nothing new, and once more with something.
    await page.getByText("Nothing new yet.").waitFor({ timeout: 20_000 });
    await speak(publisher, "plain-refresh", 12, 13);
    await page.getByText("Line 12.").waitFor({ timeout: 20_000 });
    expect(await page.locator("#new").textContent()).toBe("Line 12.");
    publisher.close();
    await page.close();
  });

  it("opens by a link in a mail, from a site of somebody else's too, and stays open", async () => {
    // Not as a laptop's own page: as a link of another site's.
    const webmail = await withoutScript.newPage();
    const ticket = await stack.token({ scopes: ["captions:view"], room: "plain-mail", singleUse: true });
    const link = address(`/plain/plain-mail?ticket=${ticket}`);
    await webmail.route("http://mail.example/", (route) =>
      route.fulfill({ contentType: "text/html", body: `<a href="${link}">Captions</a>` }),
    );
    await webmail.goto("http://mail.example/");
    await webmail.getByRole("link", { name: "Captions" }).click();
    await webmail.getByText("Waiting for the broadcast to begin.").first().waitFor();
    expect(webmail.url()).toBe(address("/plain/plain-mail"));
    await webmail.getByRole("link", { name: "Read on" }).click();
    await webmail.getByText("Waiting for the broadcast to begin.").first().waitFor();
    // The link is spent, for whoever finds it in a history.
    const other = await browser.newContext({ javaScriptEnabled: false });
    const found = await other.newPage();
    await found.goto(link);
    expect(await found.getByRole("alert").textContent()).toBe("This link has expired. Ask for a new one.");
    await other.close();
    await webmail.close();
  });

  it("fits a narrow window, and is sound for who cannot see it", async () => {
    const publisher = await start("plain-narrow");
    await speak(publisher, "plain-narrow", 0, 3);
    for (const path of ["/plain/plain-narrow?times=on&refresh=30", "/plain/Not-A-Room"]) {
      const { page } = await openPage(browser, address(path), { width: 320, height: 480 });
      expect(await sideways(page)).toBe(0);
      const found = await violations(page);
      // Whoever chose a refresh has chosen it; it is off unless it is asked for.
      expect(found.filter((violation) => !violation.startsWith("meta-refresh"))).toEqual([]);
      await page.context().close();
    }
    publisher.close();
  });
});

describe("the plain page with script", () => {
  it("grows in place, touches nothing that stands, and announces only when asked to", async () => {
    const publisher = await start("plain-grow");
    const { page, complaints } = await openPage(browser, address("/plain/plain-grow"));
    await speak(publisher, "plain-grow", 0, 2);
    await page.getByText("Line 1.").waitFor();
    await page.evaluate(() => {
      Reflect.set(globalThis, "first", document.querySelector("#captions p"));
    });
    expect(await page.locator("[aria-live], [role=log], [role=status]").count()).toBe(0);
    await page.getByRole("button", { name: "Announce new captions" }).click();
    expect(await page.locator("#captions[role=log]").count()).toBe(1);
    await speak(publisher, "plain-grow", 2, 4);
    await page.getByText("Line 3.").waitFor();
    expect(await captionsOf(page)).toEqual(spoken(0, 4));
    expect(
      await page.evaluate(() => Reflect.get(globalThis, "first") === document.querySelector("#captions p")),
    ).toBe(true);
    expect(await page.locator(".state").allTextContents()).toEqual(["Live.", "Live."]);
    expect(await page.locator("#new").count()).toBeLessThanOrEqual(1);

    await page.getByRole("button", { name: "Pause" }).click();
    await speak(publisher, "plain-grow", 4, 5);
    // The link still leads on from the last caption that stands.
    const link = page.getByRole("link", { name: "Read on" });
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText("Line 4.").waitFor();
    expect(await captionsOf(page)).toEqual(spoken(0, 5));
    await link.click();
    await page.getByText("Nothing new yet.").waitFor();
    expect(await captionsOf(page)).toEqual(spoken(0, 5));
    expect(complaints).toEqual([]);
    publisher.close();
    await page.context().close();
  });

  it("grows on when an operator has removed the last line that stands", async () => {
    const publisher = await start("plain-removed");
    const { page } = await openPage(browser, address("/plain/plain-removed"));
    await speak(publisher, "plain-removed", 0, 2);
    await page.getByText(answerTo(1)).waitFor();
    await page.evaluate(() => {
      Reflect.set(globalThis, "first", document.querySelector("#captions p"));
    });
    await removeLast("plain-removed");
    await speak(publisher, "plain-removed", 2, 3);
    await page.getByText(answerTo(2)).waitFor();
    expect(await captionsOf(page)).toEqual(spoken(0, 3));
    expect(
      await page.evaluate(() => Reflect.get(globalThis, "first") === document.querySelector("#captions p")),
    ).toBe(true);
    publisher.close();
    await page.context().close();
  });

  it("takes nothing in while it is paused, also what is on its way", async () => {
    const publisher = await start("plain-paused");
    await speak(publisher, "plain-paused", 0, 1);
    const { page } = await openPage(browser, address("/plain/plain-paused"));
    await speak(publisher, "plain-paused", 1, 2);
    const held: Route[] = [];
    await page.route(/only=new/, async (route) => void held.push(route));
    await expect.poll(() => held.length, { timeout: 20_000 }).toBe(1);
    await page.getByRole("button", { name: "Pause" }).click();
    await held[0]?.continue();
    // What was asked for later has come.
    await page.evaluate((path) => fetch(path).then((answer) => answer.text()), "/plain/plain-paused");
    expect(await captionsOf(page)).not.toContain("Line 1.");
    await page.unroute(/only=new/);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText("Line 1.").waitFor();
    expect(new Set(await captionsOf(page)).size).toBe((await captionsOf(page)).length);
    publisher.close();
    await page.context().close();
  });

  it("asks again when a request stays without an answer", async () => {
    await open("plain-hanging");
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.clock.install();
    await page.addInitScript(() => {
      // What the page waits for an answer, a hundredth of it: the virtual clock has no say there.
      const { set } = Object.getOwnPropertyDescriptor(XMLHttpRequest.prototype, "timeout") ?? {};
      Object.defineProperty(XMLHttpRequest.prototype, "timeout", {
        set(ms) {
          set?.call(this, ms / 100);
        },
      });
    });
    let requests = 0;
    await page.route(/only=new/, () => {
      requests += 1;
    });
    await page.goto(address("/plain/plain-hanging"));
    const later = async () => {
      await page.clock.runFor(1_000);
      return requests;
    };
    await expect.poll(later, { timeout: 20_000 }).toBeGreaterThan(1);
    await context.close();
  });

  it("says so when the link has ended", async () => {
    const token = await stack.token({ scopes: ["captions:view"], room: "plain-ended", singleUse: true });
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route("http://mail.example/", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<a href="${address(`/plain/plain-ended?ticket=${token}`)}">Captions</a>`,
      }),
    );
    await page.goto("http://mail.example/");
    await page.getByRole("link", { name: "Captions" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    const revoked = await fetch(address("/v1/revocations"), {
      method: "POST",
      headers: { authorization: `Bearer ${stack.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ room: "plain-ended" }),
    });
    expect(revoked.ok).toBe(true);
    await page.getByText("This link was withdrawn. Ask for a new one.").waitFor({ timeout: 20_000 });
    await context.close();
  });
});
