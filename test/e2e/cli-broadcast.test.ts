import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { normalise } from "../../cli/wer/normalise.ts";
import { samplesToBytes } from "../../shared/audio.ts";
import { type CutProxy, startCutProxy } from "../../testing/cut-proxy.ts";
import { eventually, within } from "../../testing/wait.ts";
import { bash, type Command, captionwire, jsonLines } from "../support/command.ts";
import { reaches, say, startPublisher, textOf, watch } from "../support/live.ts";
import { type Speech, speech } from "../support/speech.ts";
import { startStack, type TestStack } from "../support/stack.ts";
import { wavFile } from "../support/wav-file.ts";

const text = "The sun rises over the old harbour. Small boats come home with the morning tide.";
const StartedSchema = v.object({ type: v.literal("started"), room: v.string(), session: v.string() });
const FinishedSchema = v.object({ type: v.literal("finished"), version: v.number(), seconds: v.number() });
const SegmentSchema = v.object({ type: v.literal("segment"), id: v.string(), text: v.string() });

describe("captionwire publish and watch", () => {
  let stack: TestStack;
  let spoken: Speech;
  let folder: string;
  let file: string;
  /** What a viewer reads of the whole recording. */
  let words: readonly string[];
  beforeAll(async () => {
    stack = await startStack();
    spoken = await speech(stack, text);
    folder = mkdtempSync(join(tmpdir(), "captionwire-cli-"));
    file = join(folder, "harbour.wav");
    writeFileSync(file, wavFile(spoken.format, spoken.data));
    words = await wordsOf("whole", spoken.data);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await stack?.close();
  });

  /** As an app publishes it. */
  async function wordsOf(room: string, data: Uint8Array): Promise<readonly string[]> {
    const publisher = await startPublisher(stack, room, { ...spoken, data });
    const version = await say(publisher, { ...spoken, data });
    return read(room, version);
  }

  /** What is in the room when a viewer comes. */
  async function read(room: string, version: number): Promise<readonly string[]> {
    const viewer = await watch(stack, room);
    const { segments } = await reaches(viewer, version);
    viewer.close();
    return normalise(textOf(segments));
  }

  /** The events of a publisher that has begun and finished. */
  function told(command: Command): { room: string; session: string; version: number; seconds: number } {
    const lines = jsonLines(command.stdout);
    return { ...v.parse(StartedSchema, lines[0]), ...v.parse(FinishedSchema, lines.at(-1)) };
  }

  function begun(command: Command): Promise<string> {
    return eventually(
      "the publisher has begun",
      () => command.stdout,
      (out) => out.includes("started"),
    );
  }

  it.concurrent("publishes a file to its last word, for who watches it in a pipe", async () => {
    const command = bash(
      `set -o pipefail; captionwire publish ${file} --room piped | captionwire watch`,
      stack,
    );
    command.write(null);
    expect(await within("both end", command.code, 40_000)).toBe(0);
    expect(normalise(command.stdout)).toEqual(words);
  });

  it.concurrent("publishes a WAV stream of open length from a pipe", async () => {
    const open = wavFile(spoken.format, spoken.data);
    new DataView(open.buffer, open.byteOffset).setUint32(40, 0xffff_ffff, true);
    const stream = join(folder, "open.wav");
    writeFileSync(stream, open);
    const command = bash(
      `set -o pipefail; captionwire publish - --room open < ${stream} | captionwire watch --json`,
      stack,
    );
    expect(await within("both end", command.code, 40_000)).toBe(0);
    const segments = jsonLines(command.stdout).filter((line) => v.is(SegmentSchema, line));
    expect(normalise(segments.map((segment) => v.parse(SegmentSchema, segment).text).join(" "))).toEqual(
      words,
    );
  });

  it.concurrent("publishes raw audio that comes all at once, in pieces that end anywhere", async () => {
    const command = captionwire(["publish", "-", "--room", "raw", "--sample-rate", "16000"], stack);
    const cut = 12_345;
    command.write(spoken.data.subarray(0, cut));
    command.write(spoken.data.subarray(cut));
    command.write(null);
    expect(await within("it ends", command.code, 40_000)).toBe(0);
    const { version, seconds } = told(command);
    expect(seconds).toBeCloseTo(spoken.data.length / 2 / 16_000, 0);
    expect(await read("raw", version)).toEqual(words);
  });

  it.concurrent("says when a file is shorter than its header", async () => {
    const short = join(folder, "short.wav");
    writeFileSync(short, wavFile(spoken.format, spoken.data).subarray(0, 44 + 32_000));
    const command = captionwire(["publish", short, "--room", "short"], stack);
    expect(await within("it ends", command.code, 40_000)).toBe(0);
    expect(told(command).seconds).toBe(1);
    expect(command.stderr).toMatch(
      /short\.wav ended early: its header tells of [\d.]+ s, and 1\.0 s were there/,
    );
  });

  it.concurrent("says that it waits when a pipe is silent, and takes what comes then", async () => {
    const command = captionwire(["publish", "-", "--room", "silent"], stack);
    await eventually(
      "it is told",
      () => command.stderr,
      (lines) => lines.includes("Waiting for sound"),
    );
    command.write(spoken.data.subarray(0, 32_000));
    command.write(null);
    expect(await within("it ends", command.code, 40_000)).toBe(0);
    expect(told(command).seconds).toBe(1);
  });

  it("finishes on Ctrl-C: every word of the audio that was taken is in the room", async () => {
    const viewer = await watch(stack, "stopped");
    const command = captionwire(["publish", file, "--room", "stopped"], stack);
    await eventually(
      "the first final",
      () => viewer.captions.segments.length,
      (count) => count > 0,
    );
    command.interrupt();
    expect(await within("it ends", command.code, 40_000)).toBe(0);
    const { version, seconds } = told(command);
    expect(seconds).toBeLessThan(spoken.data.length / 2 / 16_000 - 0.5);
    const { segments } = await reaches(viewer, version);
    viewer.close();
    const taken = spoken.data.subarray(0, samplesToBytes(Math.round(seconds * 16_000), spoken.format));
    expect(normalise(textOf(segments))).toEqual(await wordsOf("as-far", taken));
  });

  it("finishes in a pipe too, where Ctrl-C reaches both: the last words are read", async () => {
    const command = bash(
      `set -o pipefail; captionwire publish ${file} --room both | captionwire watch --json`,
      stack,
    );
    await eventually(
      "the first final",
      () => command.stdout,
      (lines) => lines.includes('"segment"'),
    );
    command.interrupt();
    expect(await within("both end", command.code, 40_000)).toBe(0);
    const viewer = await watch(stack, "both");
    const segments = jsonLines(command.stdout).filter((line) => v.is(SegmentSchema, line));
    expect(segments).toEqual(viewer.captions.segments.map((segment) => ({ type: "segment", ...segment })));
    viewer.close();
  });

  it("finishes while it waits for more of a pipe", async () => {
    const command = captionwire(["publish", "-", "--room", "waiting"], stack);
    command.write(spoken.data.subarray(0, 32_000));
    const viewer = await watch(stack, "waiting");
    await eventually(
      "something is heard",
      () => viewer.captions.interim ?? viewer.captions.segments[0] ?? null,
      (heard) => heard !== null,
    );
    command.interrupt();
    expect(await within("it ends", command.code)).toBe(0);
    expect(told(command).seconds).toBe(1);
    viewer.close();
  });

  describe("with a wire that breaks", () => {
    let wire: CutProxy;
    beforeAll(async () => {
      wire = await startCutProxy(stack.url);
    });
    afterAll(() => wire?.close());

    async function loseAndInterrupt(command: Command): Promise<void> {
      wire.refuse();
      await eventually(
        "the loss is told",
        () => command.stderr,
        (lines) => lines.includes("audio is kept"),
      );
      command.interrupt();
      await eventually(
        "Ctrl-C is heard",
        () => command.stderr,
        (lines) => lines.includes("Finishing"),
      );
    }

    it("keeps what was taken over a lost connection, also after Ctrl-C", async () => {
      const viewer = await watch(stack, "lost");
      const command = captionwire(["publish", file, "--room", "lost"], { ...stack, url: wire.url });
      await eventually(
        "the first final",
        () => viewer.captions.segments.length,
        (count) => count > 0,
      );
      await loseAndInterrupt(command);
      wire.heal();
      expect(await within("it ends", command.code, 40_000)).toBe(0);
      const { version, seconds } = told(command);
      const { segments } = await reaches(viewer, version);
      viewer.close();
      expect(segments.every(({ kind }) => kind === "speech")).toBe(true);
      const taken = spoken.data.subarray(0, samplesToBytes(Math.round(seconds * 16_000), spoken.format));
      expect(normalise(textOf(segments))).toEqual(await wordsOf("lost-too", taken));
    });

    it("leaves at once on a second Ctrl-C, with 130", async () => {
      const command = captionwire(["publish", file, "--room", "left"], { ...stack, url: wire.url });
      await begun(command);
      await loseAndInterrupt(command);
      // A person's second Ctrl-C: sooner, it would be taken for the first one, heard twice.
      await new Promise((resolve) => setTimeout(resolve, 400));
      command.interrupt();
      expect(await within("it ends", command.code)).toBe(130);
      wire.heal();
    });

    it("watches on where it was, each final once", async () => {
      const reader = captionwire(["watch", "away", "--until-end", "--plain"], { ...stack, url: wire.url });
      await eventually(
        "the reader is there",
        () => reader.stderr,
        (lines) => lines.includes("nobody speaks"),
      );
      const publisher = await startPublisher(stack, "away", spoken);
      const spoke = say(publisher, spoken);
      await eventually(
        "the first line",
        () => reader.stdout,
        (lines) => lines.includes("\n"),
      );
      wire.refuse();
      await spoke;
      wire.heal();
      expect(await within("it ends with the session", reader.code, 40_000)).toBe(0);
      expect(normalise(reader.stdout)).toEqual(words);
    });
  });

  it("marks what was corrected and removed, and ends on Ctrl-C with 0", async () => {
    const viewer = await watch(stack, "whole");
    const [first, second] = viewer.captions.segments;
    viewer.close();
    const reader = captionwire(["watch", "whole", "--from-start", "--plain"], stack);
    await eventually(
      "all is there",
      () => reader.stdout.split("\n").length,
      (count) => count > 2,
    );
    const token = await stack.token({ scopes: ["captions:edit"], room: "whole" });
    const edit = (id: string | undefined, body: object): Promise<Response> =>
      fetch(`${stack.url}/v1/rooms/whole/captions/${id}`, {
        method: "PATCH",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    expect((await edit(first?.id, { text: "The sun rises and sets." })).status).toBe(200);
    await eventually(
      "the correction",
      () => reader.stdout,
      (lines) => lines.includes("[corrected] The sun rises"),
    );
    expect((await edit(second?.id, { text: "" })).status).toBeLessThan(300);
    await eventually(
      "the removal",
      () => reader.stdout,
      (lines) => lines.includes("[removed] Small boats"),
    );
    reader.interrupt();
    expect(await within("it ends", reader.code)).toBe(0);
  });

  it("ends with 130 when Ctrl-C comes before the end that was waited for", async () => {
    const reader = captionwire(["watch", "nobody", "--until-end", "--plain"], stack);
    await eventually(
      "the reader is there",
      () => reader.stderr,
      (lines) => lines.includes("nobody speaks"),
    );
    reader.interrupt();
    expect(await within("it ends", reader.code)).toBe(130);
  });

  it("ends quietly when nobody reads on, and publishes on", async () => {
    const reader = bash(`captionwire watch whole --from-start | head -1; echo \${PIPESTATUS[0]}`, stack);
    const publisher = bash(
      `captionwire publish ${file} --room unread | head -c 1; echo \${PIPESTATUS[0]}`,
      stack,
    );
    // It ends with the next thing it has to say, and nobody says anything in this room but the one who publishes now.
    const next = await startPublisher(stack, "whole", spoken);
    await say(next, spoken);
    expect(await within("the reader ends", reader.code, 40_000)).toBe(0);
    expect(reader.stdout).toMatch(/\n0\n$/);
    expect(await within("the publisher ends", publisher.code, 40_000)).toBe(0);
    expect(publisher.stdout).toMatch(/^\{0\n$/);
    const viewer = await watch(stack, "unread");
    expect(normalise(textOf(viewer.captions.segments))).toEqual(words);
    viewer.close();
  });

  it("says who is in the way, and takes over when told to", async () => {
    const first = captionwire(["publish", "-", "--room", "taken"], stack);
    first.write(spoken.data.subarray(0, 32_000));
    await begun(first);
    const refused = captionwire(["publish", file, "--room", "taken"], stack);
    expect(await within("it is refused", refused.code)).toBe(1);
    expect(refused.stderr).toContain("--takeover");
    const second = captionwire(["publish", "-", "--room", "taken", "--takeover"], stack);
    second.write(spoken.data.subarray(0, 32_000));
    second.write(null);
    expect(await within("the second is through", second.code, 40_000)).toBe(0);
    expect(await within("the first has ended", first.code)).toBe(1);
  });

  it("does not take a publisher elsewhere for its own", async () => {
    const reader = captionwire(["watch"], stack);
    reader.write(
      `${JSON.stringify({ type: "started", url: "http://elsewhere.test", room: "piped", session: "s" })}\n`,
    );
    expect(await within("it ends", reader.code)).toBe(1);
    expect(reader.stderr).toContain("http://elsewhere.test");
  });
});
