import { expect, it } from "vitest";
import { openPage } from "../support/pages.ts";
import { startReadingProvider } from "../support/reading-provider.ts";
import { scriptedPages } from "../support/scripted-pages.ts";

const scripted = scriptedPages(() => startReadingProvider([]));

const open = (path: string) => scripted.open(path);

it.each(["/", "/studio", "/watch/policy", "/overlay/policy", "/speak", "/api"])(
  "%s does not breach its policy",
  async (path) => {
    const { page, complaints } = await open(path);
    await page.waitForLoadState("networkidle");
    expect(await page.evaluate(() => document.styleSheets[0]?.cssRules.length)).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  },
);

/** What a stranger's text would do, had it become something else; and the directive that refuses it. */
const attacks: Readonly<Record<string, readonly [directive: string, run: () => unknown]>> = {
  "text as HTML": [
    "require-trusted-types-for",
    () => document.body.insertAdjacentHTML("beforeend", "<b>x</b>"),
  ],
  "a script of the page": [
    "require-trusted-types-for",
    () => {
      const script = document.createElement("script");
      script.append("globalThis.injected = true");
      document.body.append(script);
    },
  ],
  "a handler of an event": [
    "require-trusted-types-for",
    () => {
      const button = document.createElement("button");
      button.setAttribute("onclick", "globalThis.injected = true");
      button.click();
    },
  ],
  "a script from elsewhere": [
    "script-src-elem",
    () => {
      const link = document.createElement("link");
      link.rel = "modulepreload";
      link.href = "http://evil.test/x.js";
      document.head.append(link);
    },
  ],
  "a style": [
    "style-src-elem",
    () => {
      const style = document.createElement("style");
      style.append("body { display: none }");
      document.head.append(style);
    },
  ],
  "a request": ["connect-src", () => fetch("http://evil.test/")],
  "a socket": ["connect-src", () => new WebSocket("ws://evil.test/") instanceof WebSocket],
  "an image": [
    "img-src",
    () => {
      new Image().src = "http://evil.test/x.png";
    },
  ],
  "a frame": [
    "frame-src",
    () => {
      const frame = document.createElement("iframe");
      frame.src = "http://evil.test/";
      document.body.append(frame);
    },
  ],
  "a base": [
    "base-uri",
    () => {
      const base = document.createElement("base");
      base.href = "http://evil.test/";
      document.head.append(base);
    },
  ],
};

it("lets OBS put its user's own CSS into the overlay", async () => {
  const { page, complaints } = await open("/overlay/policy");
  await page.evaluate(() => {
    const style = document.createElement("style");
    style.innerHTML = "body { --of-the-user: 1 }";
    document.head.append(style);
  });
  const value = () => getComputedStyle(document.body).getPropertyValue("--of-the-user");
  expect(await page.evaluate(value)).toBe("1");
  expect(complaints).toEqual([]);
  await page.context().close();
});

it.each(Object.entries(attacks))("%s is refused", async (_, [directive, run]) => {
  const { page, complaints } = await open("/watch/policy");
  // Some throw, some do nothing.
  await page.evaluate(run).catch(() => {});
  await expect.poll(() => complaints.join("\n")).toContain(`content policy: ${directive} `);
  expect(await page.evaluate(() => "injected" in globalThis)).toBe(false);
  await page.context().close();
});

it("nobody can put a page into a frame", async () => {
  const { page: host } = await openPage(scripted.browser, "about:blank");
  await host.evaluate((src) => {
    const frame = document.createElement("iframe");
    frame.src = src;
    document.body.append(frame);
    return new Promise((resolve) => frame.addEventListener("load", resolve));
  }, new URL("/watch/policy", scripted.stack.url).href);
  expect(host.frames()[1]?.url()).toMatch(/^chrome-error:/);
  await host.context().close();
});
