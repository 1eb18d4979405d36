import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { normalise } from "../../cli/wer/normalise.ts";
import {
  type ScriptedCaptionwire,
  type SpeakingCaptionwire,
  startCaptionwire,
  type Viewer,
} from "../../testing/index.ts";

/** How the viewer came back: its first frame of captions since then. */
function firstSince(viewer: Viewer, frames: number) {
  return viewer.frames.slice(frames).find(({ type }) => type !== "status");
}

describe("faults, with speech", () => {
  let cw: SpeakingCaptionwire;
  beforeAll(async () => {
    cw = await startCaptionwire();
  });
  afterAll(() => cw?.close());

  const sentence = "She poured a cup of tea and opened the morning paper.";

  it("dropUpstream in the middle of a sentence: no word is lost and none comes twice", async () => {
    const viewer = await cw.viewer("dropped");
    const publisher = await cw.publisher("dropped");
    const spoken = publisher.say(sentence);
    await viewer.seesInterim("cup");
    await cw.faults.dropUpstream();
    await spoken;
    const { version } = await publisher.finish();
    const { segments } = await viewer.reaches(version);
    expect(normalise(viewer.text)).toEqual(normalise(sentence));
    expect(segments.filter(({ kind }) => kind === "gap")).toEqual([]);
  });
});

describe("a WAV file", () => {
  it("is played and recognised, in the publisher's format only", async () => {
    await using cw = await startCaptionwire();
    const token = await cw.token({ scopes: ["speak"] });
    const query = "model=aura-2-thalia-en&encoding=linear16&sample_rate=16000&container=wav";
    const spoken = await fetch(`${cw.url}/v1/speak?${query}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ text: "The committee could not agree on the price of the new bridge." }),
    });
    const path = join(cw.folder, "bridge.wav");
    writeFileSync(path, Buffer.from(await spoken.arrayBuffer()));
    const viewer = await cw.viewer("bridge");
    const format = { encoding: "linear16", sampleRate: 8_000, channels: 1 } as const;
    const other = await cw.publisher("other", { format });
    await expect(other.play(path)).rejects.toThrow(
      'holds linear16, 16000 Hz, 1 channel; this publisher sends linear16, 8000 Hz, 1 channel. Start it with cw.publisher(room, { format: {"encoding":"linear16","sampleRate":16000,"channels":1} }).',
    );
    const publisher = await cw.publisher("bridge");
    await publisher.play(path);
    await publisher.finish();
    await viewer.sees("the price of the new bridge");
  });
});

describe("faults, by a script", () => {
  let cw: ScriptedCaptionwire;
  beforeAll(async () => {
    cw = await startCaptionwire({ upstream: "scripted" });
  });
  afterAll(() => cw?.close());

  it("dropUpstream: the room has a new socket and goes on where the captions end", async () => {
    const viewer = await cw.viewer("drop");
    const publisher = await cw.publisher("drop");
    await publisher.silence(1_600);
    await cw.upstream.final("One two.");
    await viewer.sees("one two");
    const before = await cw.upstream.socket();
    await cw.faults.dropUpstream();
    await viewer.until("knows of it", ({ status }) => status.state === "recovering");
    await cw.upstream.final("Three four.");
    expect(await cw.upstream.socket()).not.toBe(before);
    await publisher.finish();
    await viewer.sees(/^One two\. Three four\.$/);
  });

  it("refuseUpstream(401): the session ends, and says why", async () => {
    const publisher = await cw.publisher("refused");
    await publisher.silence(400);
    await cw.upstream.final("Heard.");
    await cw.faults.refuseUpstream(401);
    await expect(publisher.finish()).rejects.toMatchObject({ code: "provider_refused" });
    await cw.faults.healUpstream();
  });

  it.each([429, 503])("refuseUpstream(%i): the room recovers once it is healed", async (status) => {
    const room = `busy-${status}`;
    const viewer = await cw.viewer(room);
    await cw.faults.refuseUpstream(status);
    const publisher = await cw.publisher(room);
    await publisher.silence(400);
    await viewer.until("waits for the provider", ({ status: { state } }) => state === "connecting");
    await cw.faults.healUpstream();
    await cw.upstream.final("Heard.");
    await viewer.sees("heard");
    await publisher.finish();
  });

  it("stallUpstream: nothing passes until it is healed, and then all of it", async () => {
    const viewer = await cw.viewer("stalled");
    const publisher = await cw.publisher("stalled");
    const socket = await cw.upstream.socket();
    await cw.faults.stallUpstream();
    await publisher.silence(400);
    await expect(socket.heard(1, 300)).rejects.toThrow("0 ms of audio");
    await cw.faults.healUpstream();
    await socket.final("Late.");
    await viewer.sees("late");
    await publisher.finish();
  });

  it("evictRoom: viewers resume by a delta, the publisher goes on, no word is lost", async () => {
    const viewer = await cw.viewer("evicted");
    const publisher = await cw.publisher("evicted");
    await publisher.silence(1_600);
    await cw.upstream.final("One two.");
    const { position } = await viewer.sees("one two");
    const frames = viewer.frames.length;
    await cw.faults.evictRoom("evicted");
    await viewer.until("comes back", () => firstSince(viewer, frames) !== undefined);
    expect(firstSince(viewer, frames)).toMatchObject({
      type: "delta",
      from: position?.version,
      epoch: position?.epoch,
      put: [],
    });
    await cw.upstream.final("Three four.");
    await publisher.finish();
    await viewer.sees(/^One two\. Three four\.$/);
  });

  it("evictRoom with its sockets kept: viewers notice nothing", async () => {
    const viewer = await cw.viewer("asleep");
    const before = viewer.frames.length;
    await cw.faults.evictRoom("asleep", { sockets: "kept" });
    const publisher = await cw.publisher("asleep");
    await publisher.silence(400);
    await cw.upstream.final("Awake.");
    await viewer.sees("awake");
    await publisher.finish();
    expect(viewer.frames.slice(before).filter((frame) => "welcome" in frame && frame.welcome)).toEqual([]);
  });

  it("evictRoom of a room that is not there says so", async () => {
    await expect(cw.faults.evictRoom("nowhere")).rejects.toThrow("404");
  });

  it("restartEdge: the same address, epoch and words", async () => {
    const viewer = await cw.viewer("restarted");
    const publisher = await cw.publisher("restarted");
    await publisher.silence(1_600);
    await cw.upstream.final("One two.");
    const { position } = await viewer.sees("one two");
    const frames = viewer.frames.length;
    await cw.faults.restartEdge();
    await viewer.until("comes back", () => firstSince(viewer, frames) !== undefined, 40_000);
    expect(firstSince(viewer, frames)).toMatchObject({ type: "delta", epoch: position?.epoch });
    await cw.upstream.final("Three four.");
    await publisher.finish();
    await viewer.sees(/^One two\. Three four\.$/);
  });

  it("slowViewer: closed with 4408 once it has too much unread, and others are not disturbed", async () => {
    const viewer = await cw.viewer("slow");
    const slow = await cw.faults.slowViewer("slow");
    const publisher = await cw.publisher("slow");
    await publisher.silence(2_000);
    const page = "captions ".repeat(20_000).trim();
    for (let spoken = 1; viewer.text.length < 1.5 * 1024 * 1024; spoken += 1) {
      await cw.upstream.final(`${page} ${spoken}`, { endMs: spoken * 10, words: [] });
      await viewer.sees(String(spoken));
    }
    expect(slow.frames.map(({ type }) => type)).toEqual(["snapshot"]);
    expect(await slow.closed()).toEqual({ code: 4408, reason: "too_slow" });
    expect(slow.frames.at(-1)).toMatchObject({ type: "error", code: "too_slow", retry: true });
    expect(viewer.link.state).toBe("open");
    expect(viewer.frames.filter(({ type }) => type === "snapshot")).toHaveLength(1);
    await publisher.finish();
  });
});
