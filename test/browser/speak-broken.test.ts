import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../../testing/wait.ts";
import { launchBrowser } from "../support/browser.ts";
import { gapsIn } from "../support/heard.ts";
import { useSpeakBench } from "../support/speak-bench.ts";
import { bytesOf, download, fact, openSpeak, speak, stateIs } from "../support/speak-page.ts";

const bench = useSpeakBench();
/** About a second of sound. */
const bytesPerCharacter = 400;
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(() => browser?.close());

/** The page speaks a text whose second half the provider holds back until the page is `ready`; then it does `then`. */
async function speakHalf(ready: "heard" | "played out", then: "speak" | "cut") {
  const { provider, stack, newText } = bench();
  const { text, token } = await newText(1);
  const opened = await openSpeak(browser, stack, `#token=${token}`);
  provider.begin(
    async (asked) => {
      await asked.send(asked.audio.length / 2);
      await eventually("the first half is heard", opened.heard, ({ pieces, ended }) =>
        ready === "heard" ? pieces.length > 0 : pieces.length > 0 && ended === pieces.length,
      );
      await asked[then]();
    },
    { bytesPerCharacter },
  );
  await speak(opened.page, text, "Linear 16 bit, raw");
  return { ...opened, audio: provider.audioOf(text) };
}

it("is heard while the provider has not said the rest", async () => {
  const { page, complaints, heard, audio } = await speakHalf("heard", "speak");
  await stateIs(page, "Finished");
  const { pieces } = await heard();
  expect(pieces.flatMap(({ samples }) => samples)).toHaveLength(audio.length / 2);
  expect(bytesOf(await download(page, "Download raw samples"))).toEqual(bytesOf(audio));
  expect(complaints).toEqual([]);
  await page.context().close();
});

it("pauses when the rest comes too late, and says so", async () => {
  const { page, complaints, heard } = await speakHalf("played out", "speak");
  await stateIs(page, "Finished");
  const gaps = gapsIn((await heard()).pieces).filter((gap) => gap !== 0);
  expect(gaps).toHaveLength(1);
  const seconds = (gaps[0] ?? 0) / 24_000;
  expect(await fact(page, "Pauses").textContent()).toBe(`1, ${seconds.toFixed(1)} s in all`);
  expect(complaints).toEqual([]);
  await page.context().close();
});

it("that breaks off is heard as far as it came, and kept", async () => {
  const { page, audio } = await speakHalf("played out", "cut");
  await stateIs(page, "The audio broke off. What came before can be downloaded.");
  const half = audio.subarray(0, audio.length / 2);
  expect(bytesOf(await download(page, "Download raw samples"))).toEqual(bytesOf(half));
  await page.getByText("How the service saw it").click();
  expect(await fact(page, "Ended").textContent()).toBe("broken off");
  expect(await fact(page, "Why").textContent()).toBe("The provider's audio broke off.");
  expect(await fact(page, "Whole answer").textContent()).toBe("–");
  await page.context().close();
});
