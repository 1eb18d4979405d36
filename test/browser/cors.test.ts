import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { startElsewhere } from "../support/elsewhere.ts";
import { startPublisher } from "../support/live.ts";
import { linesSpeech, startReadingProvider } from "../support/reading-provider.ts";
import { SpeakProvider } from "../support/speak-provider.ts";
import { startStack, type TestStack } from "../support/stack.ts";

const room = "elsewhere";

type Elsewhere = Awaited<ReturnType<typeof startElsewhere>>;

let speaker: SpeakProvider;
let reader: Awaited<ReturnType<typeof startReadingProvider>>;
let known: Elsewhere;
let stranger: Elsewhere;
/** One Worker whose provider speaks and one whose provider hears: both know the one page and not the other. */
let speaking: TestStack;
let hearing: TestStack;
let browser: Browser;

beforeAll(async () => {
  [speaker, reader, known, stranger, browser] = await Promise.all([
    SpeakProvider.start(),
    startReadingProvider(["Good evening."]),
    startElsewhere(),
    startElsewhere(),
    launchBrowser(),
  ]);
  const variables = { TENANTS: JSON.stringify({ local: { origins: [known.origin] } }) };
  speaking = await startStack({ engineUrl: speaker.url, providerUrl: speaker.url, variables });
  hearing = await startStack({ engineUrl: reader.url, providerUrl: reader.url, variables });
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([speaking?.close(), hearing?.close()]);
  await Promise.all([known?.close(), stranger?.close(), speaker?.close(), reader?.close()]);
});

async function open({ origin }: Elsewhere): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(origin);
  return page;
}

/** As an app without a library would do it. */
function speakIn(page: Page, token: string) {
  return page.evaluate(
    async ({ url, token }) => {
      try {
        const answer = await fetch(`${url}/v1/speak?encoding=linear16&container=none`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify({ text: "Hello from elsewhere." }),
        });
        const audio = await answer.arrayBuffer();
        const headers = ["dg-request-id", "dg-char-count", "x-request-id"].map((name) =>
          answer.headers.get(name),
        );
        return { status: answer.status, bytes: audio.byteLength, headers };
      } catch (error) {
        return String(error);
      }
    },
    { url: speaking.url, token },
  );
}

/** Opens a socket to the room; what it was told is read with `framesIn`. */
async function followIn(page: Page, token: string): Promise<void> {
  await page.evaluate(
    ({ url, token }) => {
      const told: unknown[] = [];
      Reflect.set(globalThis, "told", told);
      const socket = new WebSocket(url, ["captionwire.1", `bearer.${token}`]);
      socket.addEventListener("message", ({ data }) => told.push(JSON.parse(data)));
      socket.addEventListener("close", ({ code, reason }) => told.push({ type: "closed", code, reason }));
    },
    { url: `${hearing.url.replace("http", "ws")}/parties/captions/${room}`, token },
  );
}

function framesIn(page: Page): Promise<unknown> {
  return page.evaluate(() => Reflect.get(globalThis, "told"));
}

it("a page of another port speaks and follows where it is on the list, and does neither where it is not", async () => {
  speaker.begin();
  const [app, evil] = await Promise.all([open(known), open(stranger)]);
  const speakToken = await speaking.token({ scopes: ["speak"] });
  const viewToken = await hearing.token({ scopes: ["captions:view"], room });

  expect(await speakIn(evil, speakToken)).toMatch(/^TypeError: /);
  expect(speaker.asked).toEqual([]);
  expect(await speakIn(app, speakToken)).toEqual({
    status: 200,
    bytes: "Hello from elsewhere.".length * speaker.bytesPerCharacter,
    headers: [expect.any(String), "21", expect.any(String)],
  });
  expect(speaker.texts).toEqual(["Hello from elsewhere."]);

  await Promise.all([followIn(app, viewToken), followIn(evil, viewToken)]);
  await expect.poll(() => framesIn(app)).toContainEqual(expect.objectContaining({ type: "snapshot" }));
  const publisher = await startPublisher(hearing, room, {
    format: linesSpeech.format,
    data: linesSpeech.half,
  });
  publisher.write(linesSpeech.half);
  publisher.write(linesSpeech.half);
  await publisher.finish();
  await expect.poll(async () => JSON.stringify(await framesIn(app))).toContain("Good evening.");
  expect(await framesIn(evil)).toEqual([
    { type: "error", code: "origin_forbidden", message: expect.any(String), retry: false },
    { type: "closed", code: 4503, reason: "origin_forbidden" },
  ]);
  await Promise.all([app.context().close(), evil.context().close()]);
});
