import { describe, expect, it } from "vitest";
import { gapDraft, interimOf, speechDrafts } from "../../../party/room/segments.ts";
import { Speakers } from "../../../party/room/speakers.ts";
import type { HeardWord } from "../../../party/room/upstream/heard.ts";

const session = { id: "s", format: { encoding: "linear16", sampleRate: 1_000, channels: 1 } } as const;

function naming() {
  let ids = 0;
  const speakers = new Speakers(0);
  return { newId: () => `id${++ids}`, speaker: (number: number) => speakers.numberOf("socket 1", number) };
}

/** Words of 100 ms each, with whoever speaks them. */
function words(...said: [text: string, speaker?: number][]): HeardWord[] {
  return said.map(([text, speaker], at) => ({
    text,
    from: at * 100,
    to: (at + 1) * 100,
    confidence: 1,
    ...(speaker === undefined ? {} : { speaker }),
  }));
}

function draftsOf(heard: HeardWord[], text = heard.map((word) => word.text).join(" ")) {
  const to = heard.length * 100 + 50;
  return speechDrafts({ from: 0, to, text, words: heard }, session, naming());
}

describe("what was said", () => {
  it("is one segment when one person spoke, with the provider's own text, from its first word to its last", () => {
    expect(draftsOf(words(["one", 0], ["two", 0]), "One, two.")).toMatchObject([
      { id: "id1", session: "s", kind: "speech", start: 0, end: 200, text: "One, two.", speaker: 0 },
    ]);
  });

  it("has no speaker where the provider names none", () => {
    const [draft] = draftsOf(words(["one"], ["two"]));
    expect(draft).not.toHaveProperty("speaker");
    expect(draft?.words).toEqual([
      { text: "one", start: 0, end: 100, confidence: 1 },
      { text: "two", start: 100, end: 200, confidence: 1 },
    ]);
  });

  it("is a segment for each turn, and no word is left out", () => {
    const drafts = draftsOf(words(["a", 0], ["b", 0], ["c", 1], ["d", 0]));
    expect(drafts.map(({ text, speaker, start, end }) => [text, speaker, start, end])).toEqual([
      ["a b", 0, 0, 200],
      ["c", 1, 200, 300],
      ["d", 0, 300, 400],
    ]);
    expect(drafts.flatMap((draft) => draft.words ?? [])).toHaveLength(4);
    expect(new Set(drafts.map(({ id }) => id)).size).toBe(3);
  });

  it("keeps a word that names no speaker with the one before", () => {
    expect(draftsOf(words(["a", 0], ["b"], ["c", 0])).map(({ text }) => text)).toEqual(["a b c"]);
    expect(draftsOf(words(["a", 0], ["b"], ["c", 1])).map(({ text }) => text)).toEqual(["a b", "c"]);
  });

  it("stands for the whole range when its words are not told one by one", () => {
    expect(draftsOf([], "Words without times.")).toMatchObject([{ start: 0, end: 50, words: [] }]);
  });

  it("is no segment when it is nothing", () => {
    expect(draftsOf([], "")).toEqual([]);
  });
});

it("what is being said now is told with its latest speaker", () => {
  const heard = words(["a", 0], ["b", 1]);
  expect(interimOf({ from: 0, to: 250, text: "a b", words: heard }, session, naming())).toMatchObject({
    start: 0,
    end: 250,
    text: "a b",
  });
});

it("a gap has the id of its hole", () => {
  expect(gapDraft({ from: 100, to: 900 }, session, "hole")).toEqual({
    id: "hole",
    session: "s",
    kind: "gap",
    start: 100,
    end: 900,
    text: "",
  });
});

describe("speakers", () => {
  it("are numbered in the order in which they are first heard", () => {
    const speakers = new Speakers(0);
    expect([3, 0, 3].map((number) => speakers.numberOf("socket 1", number))).toEqual([0, 1, 0]);
    expect(speakers.used).toBe(2);
  });

  it("of each source are others, and none is given a number that was used before", () => {
    const speakers = new Speakers(5);
    expect(speakers.numberOf("socket 1", 0)).toBe(5);
    expect(speakers.numberOf("socket 2", 0)).toBe(6);
    expect(speakers.numberOf("batch h", 0)).toBe(7);
    expect(speakers.numberOf("socket 1", 0)).toBe(5);
    expect(speakers.used).toBe(8);
  });
});
