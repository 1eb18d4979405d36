import { mkdir } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import type { Browser } from "playwright-core";
import * as v from "valibot";
import { afterAll, beforeAll, expect, it } from "vitest";
import { playAtRealTime } from "../../cli/broadcast/pace.ts";
import { readCorpus, readRecording } from "../../cli/wer/corpus.ts";
import { bytesToSamples, samplesToMs } from "../../shared/audio.ts";
import { QualityReportSchema, ReportListSchema } from "../../shared/quality-report.ts";
import { type CutProxy, startCutProxy } from "../../testing/cut-proxy.ts";
import { within } from "../../testing/wait.ts";
import { circumstances, sideways, violations } from "../support/accessible.ts";
import { launchBrowser } from "../support/browser.ts";
import { type EngineProcess, startEngine } from "../support/engine-process.ts";
import { heardShare } from "../support/heard-share.ts";
import { reaches, startPublisher, textOf, type Viewer, watch } from "../support/live.ts";
import { openPage } from "../support/pages.ts";
import { clearLines, record } from "../support/recording.ts";
import type { Speech } from "../support/speech.ts";
import { startStack, type TestStack } from "../support/stack.ts";

const room = "harbour";
/** A folder of recordings, which are all spoken one after the other in place of the engine's voice. */
const folder = process.env.RECORDINGS;
/** Of a real recording alone there is a picture: `RECORDINGS=… UPDATE_PICTURES=1 npm test -- report`. */
const pictures = process.env.UPDATE_PICTURES === "1" && folder !== undefined ? "docs/pictures" : null;
/** So often are they spoken: a picture shows some minutes. */
const rounds = pictures === null ? 1 : 4;
/** Share of the broadcast after which the speech service is lost: in the middle of one of them. */
const lostAfter = (Math.floor(rounds / 2) + 0.5) / rounds;

let engine: EngineProcess;
let wire: CutProxy;
let stack: TestStack;
let browser: Browser;
let viewer: Viewer;

beforeAll(async () => {
  engine = await startEngine();
  wire = await startCutProxy(engine.url);
  [stack, browser] = await Promise.all([
    startStack({ engineUrl: engine.url, providerUrl: wire.url }),
    launchBrowser(),
  ]);
  viewer = await watch(stack, room);
});

afterAll(async () => {
  viewer?.close();
  await browser?.close();
  await stack?.close();
  await wire?.close();
  await engine?.stop();
});

async function spoken(): Promise<Speech & { readonly text: string }> {
  if (folder === undefined) {
    const recording = await record(engine.url, clearLines);
    return { ...recording, text: clearLines.map(({ text }) => text).join(" ") };
  }
  const corpus = Array.from({ length: rounds }, () => readCorpus(folder)).flat();
  const pieces = corpus.map(({ file }) => readRecording(folder, file));
  const [first] = pieces;
  if (first === undefined) throw new Error("There is no recording.");
  for (const { format } of pieces) expect(format).toEqual(first.format);
  const data = new Uint8Array(Buffer.concat(pieces.map((piece) => piece.data)));
  return { format: first.format, data, text: corpus.map(({ transcript }) => transcript).join(" ") };
}

it("tells of a broadcast what was published, also when the speech service was lost in its middle", async () => {
  const speech = await spoken();
  const durationMs = samplesToMs(bytesToSamples(speech.data.length, speech.format), speech.format);
  const publisher = await startPublisher(stack, room, speech);
  const playing = playAtRealTime(speech.data, speech.format, publisher.write);
  await Promise.race([playing.done, setTimeout(durationMs * lostAfter)]);
  wire.cut("reset");
  await playing.done;
  const { version } = await within("the room finishes the session", publisher.finish(), 30_000);
  const { segments } = await reaches(viewer, version);

  const headers = { authorization: `Bearer ${await stack.token({ scopes: ["rooms:admin"], room })}` };
  const ask = async (path: string): Promise<Response> => {
    const answer = await fetch(`${stack.url}/v1/rooms/${room}/reports${path}`, { headers });
    expect(answer.status).toBe(200);
    return answer;
  };
  const { reports } = v.parse(ReportListSchema, await (await ask("")).json());
  expect(reports).toHaveLength(1);
  const session = reports[0]?.session ?? "";
  const report = v.parse(QualityReportSchema, await (await ask(`/${session}`)).json());
  expect(session).toBe(segments[0]?.session);
  // "Cold-hearted" is two.
  const words = textOf(segments).split(/[\s-]+/).length;
  expect(heardShare(textOf(segments), speech.text)).toBeGreaterThan(0.8);
  expect(report.text.words).toBe(words);
  expect(report.minutes.reduce((sum, minute) => sum + minute.words, 0)).toBe(words);
  expect(report.audio.received).toBeCloseTo(durationMs, -2);
  expect(report.gaps.count).toBe(0);
  expect(segments.every(({ kind }) => kind === "speech")).toBe(true);
  expect(report.upstream.lost).toBe(1);
  expect(report.interruptions.map(({ what }) => what)).toEqual(["upstream"]);
  expect(report.audio.speech).toBeGreaterThan(durationMs / 3);
  expect(report.session.endedBy).toBe("finish");

  const kept = await (await ask(`/${session}.html`)).text();
  for (const [key, { viewport, ...options }] of Object.entries(circumstances)) {
    const ticket = await stack.token({ scopes: ["rooms:stats"], room, singleUse: true });
    const address = `${stack.url}/v1/rooms/${room}/reports/${session}.html?ticket=${ticket}`;
    const { page, complaints } = await openPage(browser, address, viewport, options);
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await sideways(page)).toBe(0);
    expect(complaints).toEqual([]);
    const said = (await page.locator("body").textContent()) ?? "";
    expect(said).toContain(words.toLocaleString("en"));
    expect(said).toContain("no gaps");
    if (pictures !== null && key === "wide") {
      await mkdir(pictures, { recursive: true });
      await page.screenshot({ path: `${pictures}/report.png`, fullPage: true });
    }
    // It runs no script, axe's neither; as a file that was kept it does.
    await page.goto("about:blank");
    await page.setContent(kept);
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  }
}, 600_000);
