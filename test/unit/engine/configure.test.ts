import { describe, expect, it } from "vitest";
import { configureMessage } from "../../../engine/listen/configure.ts";
import { parseClientMessage } from "../../../engine/listen/messages.ts";
import { createPace } from "../../../engine/listen/pace.ts";
import { searchWords } from "../../../engine/listen/search.ts";

const NOVA_3 = { requestId: "id", hasKeyterms: true };

function configure(frame: object, context = NOVA_3) {
  const parsed = parseClientMessage(JSON.stringify({ type: "Configure", ...frame }));
  if (!parsed.ok) throw new Error(parsed.description);
  return configureMessage(parsed.message, context);
}

describe("Configure", () => {
  it.each([
    [{}, {}],
    [{ features: { numerals: true } }, {}],
    [{ keyterms: null, features: null, language_hints: null }, {}],
    [{ keyterms: ["alpha", "beta"] }, { keyterms: ["alpha", "beta"] }],
    [{ keyterms: [] }, { keyterms: [] }],
  ])("accepts %j", (frame, echoed) => {
    expect(configure(frame)).toEqual({
      reply: { type: "ConfigureSuccess", request_id: "id", ...echoed },
      stalls: false,
    });
  });

  it.each([{ keyterms: "alpha" }, { keyterms: [1] }, { features: { numerals: "yes" } }, { features: 3 }])(
    "answers %j with one failure",
    (frame) => {
      expect(configure(frame)).toMatchObject({
        reply: { type: "ConfigureFailure", request_id: "id", code: "InvalidConfigureMessage" },
        stalls: false,
      });
    },
  );

  it("takes keyterms for Nova-3 only", () => {
    expect(configure({ keyterms: ["a"] }, { requestId: "id", hasKeyterms: false })).toMatchObject({
      reply: { type: "ConfigureFailure", code: "KeytermsNotSupported" },
    });
  });

  it("brings the stream to a standstill with too many keyterms, without an error", () => {
    expect(configure({ keyterms: Array(300).fill("captionwire room") })).toMatchObject({
      reply: { type: "ConfigureSuccess" },
      stalls: true,
    });
  });
});

describe("pace", () => {
  it("lets real time pass, and a burst, but nothing faster for long", () => {
    const pace = createPace(1.25);
    let nowMs = 5000;
    for (let frame = 0; frame < 100; frame++, nowMs += 100) expect(pace.take(0.1, nowMs)).toBe(0);
    expect(pace.take(2, nowMs)).toBe(0);
    expect(pace.take(1.25, nowMs)).toBeCloseTo(600, -2);
  });

  it("reads ten seconds that come at once in eight, less the burst", () => {
    expect(createPace(1.25).take(10, 0)).toBe(6000);
  });
});

describe("search", () => {
  it("finds terms of one or more words, in any case", () => {
    const words = ["the", "quick", "brown", "fox", "the", "fox"].map((word, index) => ({
      word,
      start: index,
      end: index + 0.5,
      confidence: 1 - index / 10,
    }));
    expect(searchWords(words, ["Brown Fox", "the", "wolf", " "])).toEqual([
      {
        query: "Brown Fox",
        hits: [{ start: 2, end: 3.5, confidence: expect.closeTo(0.7), snippet: "brown fox" }],
      },
      { query: "the", hits: [expect.objectContaining({ start: 0 }), expect.objectContaining({ start: 4 })] },
      { query: "wolf", hits: [] },
      { query: " ", hits: [] },
    ]);
  });
});
