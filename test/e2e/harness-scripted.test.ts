import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CaptionsFrame, type ScriptedCaptionwire, startCaptionwire } from "../../testing/index.ts";

let cw: ScriptedCaptionwire;
beforeAll(async () => {
  cw = await startCaptionwire({ upstream: "scripted" });
});
afterAll(() => cw?.close());

/** What came in each delta, without what a clock or chance says. */
function told(frames: readonly CaptionsFrame[]): object[] {
  return frames.flatMap((frame) => {
    if (frame.type !== "delta") return [];
    const { put, interim } = frame;
    return [{ put: put.map(({ text, start, end, words }) => ({ text, start, end, words })), interim }];
  });
}

describe("a script in Nova", () => {
  it("is read to the frame: interims, finals, words, speakers and times", async () => {
    const viewer = await cw.viewer("exact");
    const publisher = await cw.publisher("exact");
    await publisher.silence(2_000);
    await cw.upstream.interim("good mor");
    await viewer.seesInterim("good mor");
    await cw.upstream.final("Good morning.", {
      endMs: 1_000,
      words: [
        { text: "Good", startMs: 100, endMs: 400, confidence: 0.5 },
        { text: "morning.", startMs: 400, endMs: 1_000 },
      ],
    });
    await viewer.sees("good morning");
    await cw.upstream.silence(200);
    await cw.upstream.final("And night.");
    await viewer.sees(/^Good morning\. And night\.$/);
    expect(told(viewer.frames)).toEqual([
      { put: [], interim: { start: 0, end: 800, text: "good mor" } },
      {
        put: [
          {
            text: "Good morning.",
            start: 100,
            end: 1_000,
            words: [
              { text: "Good", start: 100, end: 400, confidence: 0.5 },
              { text: "morning.", start: 400, end: 1_000, confidence: 1 },
            ],
          },
        ],
        interim: null,
      },
      {
        put: [
          {
            text: "And night.",
            start: 1_200,
            end: 2_000,
            words: [
              { text: "And", start: 1_200, end: 1_600, confidence: 1 },
              { text: "night.", start: 1_600, end: 2_000, confidence: 1 },
            ],
          },
        ],
        interim: null,
      },
    ]);
    const { version } = await publisher.finish();
    expect((await viewer.reaches(version)).segments.map(({ kind }) => kind)).toEqual(["speech", "speech"]);
    const socket = await cw.upstream.socket(0);
    expect(socket).toMatchObject({
      protocol: "nova",
      isOpen: false,
      heardMs: 2_000,
      controls: ["CloseStream"],
    });
    expect(socket.query.get("model")).toBe("nova-3");
    viewer.close();
  });

  it("waits for the audio it is about, and says what is missing when none comes", {
    timeout: 40_000,
  }, async () => {
    const viewer = await cw.viewer("audio");
    const publisher = await cw.publisher("audio");
    const said = cw.upstream.final("One two three.");
    await publisher.silence(1_100);
    const socket = await cw.upstream.socket();
    await socket.heard(1_100);
    expect(viewer.text).toBe("");
    await publisher.silence(100);
    await said;
    await viewer.sees("One two three");
    await expect(socket.heard(1_600, 300)).rejects.toThrow(
      "1200 ms of audio have come within 0.3 s. Publish more of it, for instance with publisher.silence(400).",
    );
    await publisher.finish();
    viewer.close();
  });

  it("the room's end makes what is open final; a close with a code, or a crash, is met by a new socket", async () => {
    const viewer = await cw.viewer("ends");
    const publisher = await cw.publisher("ends");
    await publisher.silence(1_600);
    await cw.upstream.final("Before it.");
    const first = await cw.upstream.socket();
    await first.close(1011, "NET-0000");
    expect(first.isOpen).toBe(false);
    // What was not captioned is sent again, and the new socket's clock begins there.
    const second = await cw.upstream.socket();
    expect(second).not.toBe(first);
    await second.heard(800);
    await second.drop();
    const third = await cw.upstream.socket();
    expect([first, second]).not.toContain(third);
    await third.interim("after that");
    await viewer.seesInterim("after that");
    await publisher.finish();
    await viewer.sees("Before it. after that");
    expect(viewer.segments.map(({ start, end }) => [start, end])).toEqual([
      [0, 800],
      [800, 1_600],
    ]);
    await expect(first.final("Too late.")).rejects.toThrow("the script closed it (1011)");
    viewer.close();
  });

  it("UtteranceEnd, frames of any kind, and a recording after a long outage", {
    timeout: 60_000,
  }, async () => {
    cw.upstream.hearRecording = ({ ms }) => `all of ${Math.round(ms / 1000)} seconds`;
    const viewer = await cw.viewer("rest");
    const publisher = await cw.publisher("rest");
    await publisher.silence(1_600);
    await cw.upstream.final("Hello there.", { speechFinal: false });
    await cw.upstream.utteranceEnd();
    await cw.upstream.send({
      type: "Results",
      start: 0.8,
      duration: 0.8,
      is_final: true,
      channel: { alternatives: [{ transcript: "As it is." }] },
    });
    await viewer.sees("Hello there. As it is.");
    await cw.faults.refuseUpstream(503);
    await publisher.silence(10_000);
    await viewer.until("knows of the outage", ({ status }) => status.state === "recovering");
    await cw.faults.healUpstream();
    // Where the new socket begins to caption is the room's choice, a pause near the newest audio.
    await viewer.sees(/all of \d+ seconds/, 40_000);
    await publisher.finish();
    viewer.close();
  });
});

it("a script in Flux is turns", async () => {
  const viewer = await cw.viewer("turns");
  const publisher = await cw.publisher("turns", { recognition: { model: "flux-general-en" } });
  await publisher.silence(2_000);
  const socket = await cw.upstream.socket();
  expect(socket.protocol).toBe("flux");
  await cw.upstream.interim("how are");
  await viewer.seesInterim("how are");
  await cw.upstream.final("How are you?");
  await cw.upstream.interim("Fine");
  await viewer.seesInterim("fine");
  await expect(cw.upstream.utteranceEnd()).rejects.toThrow("Flux has no UtteranceEnd");
  await publisher.finish();
  await viewer.sees("How are you? Fine");
  expect(viewer.segments.map(({ text, start, end }) => ({ text, start, end }))).toEqual([
    { text: "How are you?", start: 0, end: 1_200 },
    { text: "Fine", start: 1_200, end: 1_600 },
  ]);
  viewer.close();
});
