import { describe, expect, it } from "vitest";
import { timing } from "../../../shared/limits.ts";
import {
  begin,
  held,
  liveRoom,
  loudMs,
  missSixSeconds,
  newSocketS,
  pauseAtMs,
  sessionOf,
} from "../../support/live-room.ts";
import {
  type ScriptedBatch,
  type ScriptedMember,
  type ScriptedSocket,
  start,
} from "../../support/scripted-room.ts";

const diarized = { ...start, diarize: true } as const;

type Turn = readonly [text: string, speaker: number];

/** One word a turn, 200 ms each. */
function words(turns: readonly Turn[], startS: number): object[] {
  return turns.map(([word, speaker], at) => ({
    word,
    punctuated_word: word,
    start: startS + at * 0.2,
    end: startS + (at + 1) * 0.2,
    confidence: 1,
    speaker,
  }));
}

function say(socket: ScriptedSocket, turns: readonly Turn[], startS = 0): Promise<void> {
  const transcript = turns.map(([word]) => word).join(" ");
  return socket.say({
    type: "Results",
    channel_index: [0, 1],
    start: startS,
    duration: turns.length * 0.2,
    is_final: true,
    channel: { alternatives: [{ transcript, words: words(turns, startS) }] },
  });
}

function fill(batch: ScriptedBatch, turns: readonly Turn[]): Promise<void> {
  const transcript = turns.map(([word]) => word).join(" ");
  return batch.answer(200, {
    results: {
      channels: [],
      utterances: [{ start: 0, end: turns.length * 0.2, transcript, words: words(turns, 0) }],
    },
  });
}

/** Who said each text; a text is said once in these tests. */
function speakersOf(viewer: ScriptedMember): Record<string, number | undefined> {
  return Object.fromEntries(
    held(viewer)
      .filter(({ kind }) => kind === "speech")
      .map(({ text, speaker }) => [text, speaker]),
  );
}

describe("speakers", () => {
  it("stand in segments of their own, and keep their numbers on one socket", async () => {
    const { world, room, viewer, publisher } = await liveRoom(diarized);
    room.received(publisher, loudMs(2_000));
    await say(world.upstream, [
      ["Hello", 0],
      ["Hi", 1],
      ["there", 1],
    ]);
    await say(
      world.upstream,
      [
        ["Good", 1],
        ["Fine", 0],
      ],
      0.6,
    );
    await world.time.advance(timing.tickMs);
    expect(speakersOf(viewer)).toEqual({ Hello: 0, "Hi there": 1, Good: 1, Fine: 0 });
  });

  it("are numbered anew on the next socket: nobody's words are put in another's mouth", async () => {
    const { world, room, viewer, publisher } = await liveRoom(diarized);
    room.received(publisher, loudMs(400));
    await say(world.upstream, [
      ["One", 0],
      ["Two", 1],
    ]);
    await world.time.advance(5_000);
    await world.upstream.close(1006);
    await world.upstream.open();
    room.received(publisher, loudMs(400));
    await say(world.upstream, [
      ["Three", 0],
      ["Four", 1],
    ]);
    await world.time.advance(timing.tickMs);
    expect(speakersOf(viewer)).toEqual({ One: 0, Two: 1, Three: 2, Four: 3 });
  });

  it("are not numbered as before by a room that has died in between", async () => {
    const { world, room, publisher } = await liveRoom(diarized);
    room.received(publisher, loudMs(400));
    await say(world.upstream, [
      ["One", 0],
      ["Two", 1],
    ]);
    const successor = await world.openRoom();
    const again = await begin(successor, "p2", { ...diarized, session: sessionOf(publisher) });
    await world.upstream.open();
    successor.received(again, loudMs(200));
    await say(world.upstream, [["Three", 0]]);
    const { segments } = world.store.room?.transcript ?? { segments: [] };
    expect(segments.map(({ speaker }) => speaker)).toEqual([0, 1, 2]);
  });

  it("of a fill are others than those heard live", async () => {
    const stage = await liveRoom(diarized);
    const { world, viewer } = stage;
    await missSixSeconds(stage);
    await say(world.upstream, [["Live", 0]], newSocketS(pauseAtMs));
    await fill(world.batch, [
      ["Filled", 0],
      ["Also", 1],
    ]);
    await world.time.advance(timing.tickMs);
    expect(speakersOf(viewer)).toMatchObject({ Live: 0, Filled: 1, Also: 2 });
  });

  it("of a fill that comes after the session are others than those heard after the hole", async () => {
    const stage = await liveRoom(diarized);
    const { world, room, viewer, publisher } = stage;
    await missSixSeconds(stage);
    await say(
      world.upstream,
      [
        ["Live", 0],
        ["Other", 1],
      ],
      newSocketS(pauseAtMs),
    );
    room.received(publisher, JSON.stringify({ type: "finish" }));
    await world.upstream.close(1000);
    await world.time.advance(timing.backfillWaitMs);
    expect(publisher.of("finished")).toHaveLength(1);
    await begin(room, "p2", diarized);
    await fill(world.batch, [["Filled", 0]]);
    await world.time.advance(timing.tickMs);
    const { Live, Other, Filled } = speakersOf(viewer);
    expect(new Set([Live, Other, Filled]).size).toBe(3);
  });
});
