import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CutProxy, startCutProxy } from "../../testing/cut-proxy.ts";
import { launchBrowser } from "../support/browser.ts";
import { startStack, type TestStack } from "../support/stack.ts";
import { startWordyProvider } from "../support/wordy-provider.ts";

let provider: Awaited<ReturnType<typeof startWordyProvider>>;
let stack: TestStack;
let wire: CutProxy;
let browser: Browser;

beforeAll(async () => {
  provider = await startWordyProvider();
  [stack, browser] = await Promise.all([
    startStack({ engineUrl: provider.url, providerUrl: provider.url }),
    launchBrowser(),
  ]);
  wire = await startCutProxy(stack.url);
});

afterAll(async () => {
  await browser?.close();
  await wire?.close();
  await stack?.close();
  await provider?.close();
});

describe("a page that was away", () => {
  it.each([
    ["comes online again", "online"],
    ["is seen again", "visibilitychange"],
  ] as const)("asks its link when it %s, and replaces the one that died unheard", async (_, how) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const sent: string[][] = [];
    page.on("websocket", (socket) => {
      const frames: string[] = [];
      sent.push(frames);
      socket.on("framesent", ({ payload }) => frames.push(String(payload)));
    });
    await page.clock.install();
    // With its token, because the connections that are kept for requests die with the link.
    const token = await stack.token({ scopes: ["captions:view"], room: "wake" });
    await page.goto(new URL(`/watch/wake#token=${token}`, wire.url).href);
    await page.getByText("Waiting for the broadcast to begin").first().waitFor();
    // No timer runs from here on but when it is told to: what is sent is sent because of the event.
    await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
    wire.strand();
    expect(sent.map((frames) => frames.includes("ping"))).toEqual([false]);
    if (how === "online") {
      await context.setOffline(true);
      await context.setOffline(false);
    } else {
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    }
    await expect.poll(() => sent[0]).toContain("ping");
    await page.clock.runFor(4_000);
    await page.getByText("Connection lost, trying again").first().waitFor();
    await page.clock.runFor(2_000);
    await page.getByText("Waiting for the broadcast to begin").first().waitFor();
    expect(sent).toHaveLength(2);
    await context.close();
  });
});
