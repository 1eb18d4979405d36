import { describe, expect, it } from "vitest";
import type { PublisherState, Segment } from "../../../client/index.ts";
import { type Entry, gapChanges, type Happening, record } from "../../../web/studio/history.ts";
import type { Stage } from "../../../web/studio/stage.ts";
import { segment } from "../client/frames.ts";

const told = (...happenings: readonly Happening[]) =>
  happenings
    .reduce<readonly Entry[]>((entries, happening, at) => record(entries, happening, at), [])
    .map(({ at, text }) => [at, text]);

const studio = (stage: Stage): Happening => ({ of: "studio", stage });
const connected: PublisherState = { state: "connected", session: "s1" };
const onAir = (publisher: PublisherState, room: Extract<Stage, { stage: "on-air" }>["room"] = null) =>
  studio({ stage: "on-air", publisher, room });

describe("the history of a broadcast", () => {
  it("writes each state down once, with why a connection was lost", () => {
    const lost = { state: "disconnected", reason: "The room is moving." } as const;
    const entries = told(
      studio({ stage: "ready" }),
      studio({ stage: "opening" }),
      onAir({ state: "connecting" }),
      onAir(connected),
      onAir(connected),
      onAir({ ...lost, retryInMs: 100 }),
      onAir({ ...lost, retryInMs: 900 }),
      onAir(connected),
    );
    expect(entries).toEqual([
      [1, "Opening the sound"],
      [2, "Connecting to the room"],
      [3, "On air"],
      [5, "Connection lost. The newest 2 minutes of sound are kept, trying again. The room is moving."],
      [7, "On air"],
    ]);
  });

  it("says when the speech service is away, and when it is back", () => {
    const entries = told(
      onAir(connected, { state: "live", since: 0 }),
      onAir(connected, { state: "recovering", reason: "provider_unavailable", since: 0 }),
      onAir(connected, { state: "live", since: 0 }),
    );
    expect(entries.map(([, text]) => text)).toEqual([
      "On air",
      expect.stringContaining("speech service cannot be reached"),
      "On air",
    ]);
  });

  it("takes the sides for what they are: one does not hide another's", () => {
    const open = { of: "captions", link: { state: "open", transport: "websocket" } } as const;
    const waiting = { of: "captions", link: { state: "waiting", retryInMs: 1, reason: "" } } as const;
    expect(told(open, onAir(connected), open, waiting, onAir(connected), open).map(([at]) => at)).toEqual([
      0, 1, 3, 5,
    ]);
  });

  it("tells of every gap, and of every time that the sound stood still", () => {
    const gap = { of: "gap", what: "lost", ms: 2_900 } as const;
    const stoodStill = { of: "sound", stoodStillMs: 12_300 } as const;
    expect(told(gap, gap, stoodStill, stoodStill).map(([, text]) => text)).toEqual([
      "Captions lost: 3 s",
      "Captions lost: 3 s",
      expect.stringMatching(/^The sound stood still for 12 s/),
      expect.stringMatching(/^The sound stood still for 12 s/),
    ]);
  });

  it("keeps the newest 200", () => {
    const gap = { of: "gap", what: "lost", ms: 1_000 } as const;
    const entries = told(...Array.from({ length: 250 }, () => gap));
    expect(entries).toHaveLength(200);
    expect(entries[0]?.[0]).toBe(50);
  });
});

describe("gaps from one state of the captions to the next", () => {
  const gap = (id: string, end: number): Segment => segment(id, 0, { kind: "gap", text: "", end });

  it("come and are filled", () => {
    const before = [segment("a", 0), gap("g1", 4_000)];
    const after = [segment("a", 0), segment("b", 1), gap("g2", 6_000)];
    expect(gapChanges(before, after)).toEqual([
      { of: "gap", what: "filled", ms: 4_000 },
      { of: "gap", what: "lost", ms: 6_000 },
    ]);
    expect(gapChanges(after, after)).toEqual([]);
  });

  it("are not filled when they are too old to be kept", () => {
    const before = [segment("a", 0), gap("g1", 4_000), segment("b", 1), segment("c", 2)];
    expect(gapChanges(before, [...before.slice(2), segment("d", 3)])).toEqual([]);
    expect(gapChanges(before.slice(1), [segment("filled", 1), ...before.slice(2)])).toEqual([
      { of: "gap", what: "filled", ms: 4_000 },
    ]);
  });

  it("are filled by an operator's words in their place", () => {
    const written = segment("g1", 0, { text: "What was said.", end: 4_000, edited: true });
    expect(gapChanges([gap("g1", 4_000)], [written])).toEqual([{ of: "gap", what: "filled", ms: 4_000 }]);
  });
});
