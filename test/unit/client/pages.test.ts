import { describe, expect, it } from "vitest";
import { paragraphs } from "../../../client/display/paragraphs.ts";
import { inWords } from "../../../client/element/words.ts";
import { noCaptions } from "../../../client/transcript.ts";
import { gapInWords } from "../../../shared/words.ts";
import { cleared, freshAfter, freshFrom, nothingFresh } from "../../../web/overlay/fresh.ts";
import { delta, segment, snapshot } from "./frames.ts";

const texts = (...input: Parameters<typeof paragraphs>) =>
  paragraphs(...input).map(({ segments, interim }) => [
    ...segments.map(({ id }) => id),
    ...(interim === null ? [] : [`(${interim.text})`]),
  ]);
const interim = (start: number, extra = {}) => ({ start, end: start + 500, text: "now", ...extra });

describe("paragraphs", () => {
  it("run on until a pause, another speaker, another session or a gap", () => {
    const segments = [
      segment("a", 0),
      segment("b", 1_000),
      segment("pause", 9_000),
      segment("speaker", 10_000, { speaker: 1 }),
      segment("gap", 11_000, { kind: "gap", text: "" }),
      segment("after", 12_000),
      segment("session", 0, { session: "s2" }),
    ];
    expect(texts(segments, null)).toEqual([
      ["a", "b"],
      ["pause"],
      ["speaker"],
      ["gap"],
      ["after"],
      ["session"],
    ]);
  });

  it("end when they are long enough to rest the eye", () => {
    const long = segment("long", 0, { text: "x".repeat(320) });
    expect(texts([long, segment("next", 1_000)], null)).toEqual([["long"], ["next"]]);
  });

  it.each([
    [[], 0],
    [[segment("a", 0)], 1_000],
    [[segment("a", 0)], 9_000],
    [[segment("a", 0, { text: "x".repeat(320) })], 1_000],
    [[segment("gap", 0, { kind: "gap" })], 1_000],
  ])("put what is being said where its final will stand (%#)", (before, start) => {
    const spoken = paragraphs(before, interim(start));
    const settled = paragraphs([...before, segment("now", start)], null);
    expect(spoken.map(({ segments, interim }) => segments.length + (interim === null ? 0 : 1))).toEqual(
      settled.map(({ segments }) => segments.length),
    );
  });

  it("mark that somebody else speaks, as far as speakers are told apart", () => {
    const segments = [
      segment("first", 0, { speaker: 0 }),
      segment("reply", 1_000, { speaker: 1 }),
      segment("pause", 9_000, { speaker: 1 }),
      segment("gap", 10_000, { kind: "gap", text: "" }),
      segment("unknown", 11_000),
      segment("back", 12_000, { speaker: 0 }),
    ];
    const marked = (...input: Parameters<typeof paragraphs>) =>
      paragraphs(...input).flatMap(({ isOtherSpeaker, segments: [first] }) =>
        isOtherSpeaker ? [first?.id ?? "interim"] : [],
      );
    expect(marked(segments, null)).toEqual(["reply", "back"]);
    expect(marked(segments, interim(13_000, { speaker: 1 }))).toEqual(["reply", "back", "interim"]);
    expect(marked(segments, interim(13_000, { speaker: 0 }))).toEqual(["reply", "back"]);
    expect(marked([...segments, segment("new", 0, { session: "s2", speaker: 1 })], null)).toEqual([
      "reply",
      "back",
    ]);
  });

  it("say how much was lost", () => {
    expect(gapInWords(segment("gap", 1_000, { end: 15_100 }))).toBe("[captions lost 14 s]");
  });
});

describe("the overlay", () => {
  const opened = { ...noCaptions, segments: [segment("old", 0)] };
  const grown = { ...opened, segments: [...opened.segments, segment("new", 1_000)] };

  it("never opens with old words", () => {
    const fresh = freshAfter(nothingFresh, opened, snapshot(1, [segment("old", 0)]));
    expect(fresh.segments).toEqual([]);
    expect(freshAfter(fresh, grown, delta(1, 2, [])).segments.map(({ id }) => id)).toEqual(["new"]);
  });

  it("does not bring back what was cleared, nor what it was marked by", () => {
    const fresh = cleared(grown);
    expect(freshAfter(fresh, grown, delta(2, 2, [])).segments).toEqual([]);
    expect(freshAfter(fresh, opened, delta(2, 3, [])).segments).toEqual([]);
  });

  it("goes on behind a mark that was removed or let go", () => {
    const { after } = cleared(opened);
    const later = { ...noCaptions, segments: [segment("new", 1_000), segment("newer", 2_000)] };
    expect(freshAfter({ after, segments: [] }, later, delta(2, 3, [])).segments).toEqual(later.segments);
  });

  it("lets go of what has left the screen", () => {
    const segments = Array.from({ length: 10 }, (_, index) => segment(`s${index}`, index * 1_000));
    const fresh = freshFrom({ after: null, segments }, segments[7]);
    expect(fresh.segments).toEqual(segments.slice(7));
    expect(freshAfter(fresh, { ...noCaptions, segments }, delta(1, 2, []))).toEqual(fresh);
    for (const first of [undefined, segment("other", 0), segments[0]]) {
      expect(freshFrom({ after: null, segments }, first).segments).toEqual(segments);
    }
  });
});

describe("states in words", () => {
  const idle = { state: "idle", since: 0 } as const;

  it("tell a first connection from a lost one", () => {
    expect(inWords({ state: "connecting" }, idle, false).announced).toBe("Connecting");
    expect(inWords({ state: "connecting" }, idle, true).announced).toBe("Connection lost, trying again");
  });

  it("announce the same while the seconds run", () => {
    const words = inWords({ state: "waiting", retryInMs: 3_000, reason: "" }, idle, true);
    expect(words).toMatchObject({ announced: "Connection lost, trying again", retryInMs: 3_000 });
  });

  it("tell why nothing comes, where the room knows", () => {
    const recovering = { state: "recovering", since: 0 } as const;
    const told = (status: Parameters<typeof inWords>[1]) =>
      inWords({ state: "open", transport: "websocket" }, status, true).announced;
    expect(told(recovering)).toBe("Captions are interrupted, they will come back");
    expect(told({ ...recovering, reason: "publisher_away" })).toBe("The publisher is away");
    expect(told({ ...recovering, state: "connecting", reason: "provider_unavailable" })).toBe(
      "The speech service cannot be reached; captions will follow",
    );
  });

  it("tell a reader what to do about an expired link", () => {
    const link = { state: "closed", code: "token_expired", message: "Fetch a new one." } as const;
    expect(inWords(link, idle, true).announced).toBe("This link has expired. Ask for a new one.");
  });
});
