import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clockIn } from "../../workers/rooms/reports/clock.ts";
import { documentPolicy, reportDocument } from "../../workers/rooms/reports/document.ts";
import { type Circumstance, circumstances, sideways, violations } from "../support/accessible.ts";
import { launchBrowser } from "../support/browser.ts";
import { openPage } from "../support/pages.ts";
import { madeUpReport } from "../support/room-report.ts";

const minutesOf = { "/minute": 1, "/hour": 62, "/day": 1_440 } as const;
const paths = Object.keys(minutesOf);

let browser: Browser;
let server: Server;
let url: string;

/** Made-up reports, as the Worker answers them. */
async function answerTo(path: string): Promise<{ text: string; policy: string }> {
  const count = Object.entries(minutesOf).find(([name]) => name === path)?.[1] ?? 0;
  const clock = clockIn("UTC");
  if (clock === null) throw new Error("There is no UTC.");
  const text = String(await reportDocument({ room: "demo", report: madeUpReport(count), clock }));
  return { text, policy: await documentPolicy() };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    void answerTo(request.url ?? "").then(({ text, policy }) => {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.setHeader("content-security-policy", policy);
      response.end(text);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  url = `http://127.0.0.1:${address.port}`;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function open(path: string, circumstance: Circumstance) {
  const { viewport, ...options } = circumstances[circumstance];
  return openPage(browser, `${url}${path}`, viewport, options);
}

const unfold = (page: Page): Promise<void> =>
  page.locator("details").evaluateAll((all) => {
    for (const one of all) one.setAttribute("open", "");
  });

describe("a report in a browser", () => {
  it("shows on a narrow screen how long things took, without being moved sideways", async () => {
    const { page } = await openPage(browser, `${url}/hour`, { width: 320, height: 640 });
    const box = page.getByRole("region", { name: "Latency in milliseconds" });
    expect(
      await box.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth),
    ).toBeLessThanOrEqual(0);
    expect(await box.getByRole("columnheader").allTextContents()).toEqual(
      expect.arrayContaining(["Median", "95 %", "99 %", "Longest"]),
    );
    await page.context().close();
  });

  it.each(Object.keys(circumstances) as Circumstance[])("is good to read: %s", async (circumstance) => {
    for (const path of paths) {
      const { page, complaints } = await open(path, circumstance);
      await unfold(page);
      expect([path, await violations(page)]).toEqual([path, []]);
      // Tables may be moved sideways, the page never has to be.
      expect([path, await sideways(page)]).toEqual([path, 0]);
      expect(complaints).toEqual([]);
      await page.context().close();
    }
  });

  it("draws its charts as wide as there is room, with words that stay as large as all others", async () => {
    for (const circumstance of ["wide", "narrow"] as const) {
      const { page } = await open("/day", circumstance);
      const window = page.viewportSize()?.width ?? 0;
      for (const chart of await page.getByRole("img").all()) {
        const box = await chart.boundingBox();
        expect(box?.width).toBeGreaterThan(Math.min(window, 1_024) * 0.8);
      }
      const sizes = await page
        .locator(".times span, .scale span, .key span")
        .evaluateAll((all) => all.map((one) => Number.parseFloat(getComputedStyle(one).fontSize)));
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(13);
      // Of the times along the axis none runs into the next.
      const edges = await page
        .locator(".chart .times")
        .first()
        .locator("span")
        .evaluateAll((all) =>
          all.map((one) => {
            const range = document.createRange();
            range.selectNodeContents(one);
            const { left, right } = range.getBoundingClientRect();
            return { left, right };
          }),
        );
      for (const [at, { left }] of edges.entries()) {
        expect(left).toBeGreaterThan(edges[at - 1]?.right ?? Number.NEGATIVE_INFINITY);
      }
      await page.context().close();
    }
  });

  it("has its style, which its policy allows, and would run no script", async () => {
    const { page, complaints } = await open("/hour", "wide");
    const colour = await page
      .locator(".bar.bad")
      .first()
      .evaluate((bar) => getComputedStyle(bar).fill);
    expect(colour).not.toBe("rgb(0, 0, 0)");
    expect(complaints).toEqual([]);
    await page.evaluate(() => {
      document.body.append(document.createElement("script"));
      const script = document.querySelector("script");
      if (script !== null) script.textContent = "document.title = 'run'";
    });
    expect(await page.title()).not.toBe("run");
    expect(complaints.join()).toContain("script-src");
    await page.context().close();
  });

  it("is printed with its tables", async () => {
    const { page } = await open("/hour", "wide");
    const row = page.locator("details tr").first();
    expect(await row.isVisible()).toBe(false);
    await page.emulateMedia({ media: "print" });
    expect(await row.isVisible()).toBe(true);
    await page.context().close();
  });
});
