import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { launchBrowser } from "./browser.ts";
import type { LiveProvider } from "./live-provider.ts";
import { type OpenPage, openPage } from "./pages.ts";
import { startStack, type TestStack } from "./stack.ts";

type OpenOptions = Parameters<typeof openPage> extends [unknown, unknown, ...infer Options] ? Options : never;

export type ScriptedPages = {
  readonly stack: TestStack;
  readonly browser: Browser;
  /** Opens a page of the Worker by its path, or any other by its address. */
  open(path: string, ...options: OpenOptions): Promise<OpenPage>;
};

/** A Worker that hears what a scripted provider says, and a browser: there for the tests of a file, and gone after them. */
export function scriptedPages(startProvider: () => Promise<LiveProvider>): ScriptedPages {
  let started: { provider: LiveProvider; stack: TestStack; browser: Browser } | undefined;

  beforeAll(async () => {
    const provider = await startProvider();
    const [stack, browser] = await Promise.all([
      startStack({ engineUrl: provider.url, providerUrl: provider.url }),
      launchBrowser(),
    ]);
    started = { provider, stack, browser };
  });

  afterAll(async () => {
    await started?.browser.close();
    await started?.stack.close();
    await started?.provider.close();
  });

  function there() {
    if (started === undefined) throw new Error("It is there within tests and hooks only.");
    return started;
  }

  return {
    get stack() {
      return there().stack;
    },
    get browser() {
      return there().browser;
    },
    open: (path, ...options) => openPage(there().browser, new URL(path, there().stack.url).href, ...options),
  };
}
