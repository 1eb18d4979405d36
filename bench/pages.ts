import type { Browser } from "playwright-core";
import { broadcast } from "../cli/broadcast/broadcast.ts";
import { percentile } from "../shared/percentile.ts";
import { launchBrowser } from "../test/support/browser.ts";
import { startStack, type TestStack } from "../test/support/stack.ts";
import { startWordyProvider, wordyAudio } from "../test/support/wordy-provider.ts";
import { type Command, parse, wholeNumber } from "./command.ts";
import { circumstances, fixed, printCircumstances, table, verdict } from "./load/report.ts";

const help = `Usage: npm run bench -- pages [options]

How soon a reader who opens the watch page sees the room's captions: from the navigation to the
frame in which the first one is painted, in a headless Chromium with nothing in its cache. Beside
it, in turn, the first paint of a page of the same Worker that has text and nothing else.

  --rounds N      default 15, after 3 to warm up
  --help          this text
`;

export const command: Command = { summary: "how soon an opened page shows captions", help, run };

const warmUpRounds = 3;
const aimMs = 1_000;
/** A room that has just begun, and one whose newest part is as much as a viewer is given at once. */
const rooms = { short: 10, full: 500 } as const;

async function run(args: string[]): Promise<number> {
  const { values } = parse({ args, options: { rounds: { type: "string", default: "15" } } });
  const rounds = wholeNumber("--rounds", values.rounds, 1, 1_000);
  printCircumstances(circumstances());
  const provider = await startWordyProvider();
  const stack = await startStack({ engineUrl: provider.url, providerUrl: provider.url });
  const browser = await launchBrowser();
  try {
    for (const [room, sentences] of Object.entries(rooms)) {
      await broadcast({ service: stack, room, ...wordyAudio(sentences) });
    }
    return report(await measure(stack, browser, rounds));
  } finally {
    await browser.close();
    await stack.close();
    await provider.close();
  }
}

type Times = Readonly<Record<"floor" | keyof typeof rooms, readonly number[]>>;

async function measure(stack: TestStack, browser: Browser, rounds: number): Promise<Times> {
  const times = { floor: [] as number[], short: [] as number[], full: [] as number[] };
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    const floor = await firstPaintMs(browser, new URL("/", stack.url).href);
    const short = await firstCaptionMs(browser, new URL("/watch/short", stack.url).href);
    const full = await firstCaptionMs(browser, new URL("/watch/full", stack.url).href);
    if (round < 0) continue;
    times.floor.push(floor);
    times.short.push(short);
    times.full.push(full);
  }
  return times;
}

function report({ floor, short, full }: Times): number {
  const p50 = (values: readonly number[]) => percentile(values, 0.5);
  const row = (name: string, values: readonly number[]) => [
    name,
    fixed(p50(values)),
    fixed(percentile(values, 0.95)),
    fixed((p50(values) ?? 0) / (p50(floor) ?? 1), 2),
  ];
  process.stdout.write(
    table([
      ["", "p50 ms", "p95 ms", "× floor"],
      row("a page of text", floor),
      row("watch, 10 captions", short),
      row("watch, 500 captions", full),
    ]),
  );
  process.stdout.write(
    `\n${verdict("first caption of a full room, p95", percentile(full, 0.95), aimMs, " ms")}`,
  );
  return 0;
}

/** Each time in a window of its own: nothing is cached. `look` runs with every frame until it answers with a time. */
async function inNewWindow(browser: Browser, url: string, look: () => number | undefined): Promise<number> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: "commit" });
    const handle = await page.waitForFunction(look, undefined, { polling: "raf", timeout: 20_000 });
    return Number(await handle.jsonValue());
  } finally {
    await context.close();
  }
}

function firstPaintMs(browser: Browser, url: string): Promise<number> {
  return inNewWindow(
    browser,
    url,
    () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
  );
}

/** The frame after the one in which it was put on the page. */
function firstCaptionMs(browser: Browser, url: string): Promise<number> {
  return inNewWindow(browser, url, () => {
    const captions = document.querySelector("live-captions")?.shadowRoot;
    return captions?.querySelector("#content .final") ? performance.now() : undefined;
  });
}
