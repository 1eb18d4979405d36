import fc from "fast-check";
import { hex } from "./bytes.ts";
import type { SocketCase, Step } from "./case.ts";
import { plainQuery, queryOf } from "./queries.ts";

const controls = [
  '{"type":"KeepAlive"}',
  '{"type":"Finalize"}',
  '{"type":"Finalize","channel":0}',
  '{"type":"CloseStream"}',
  '{"type":"ForceEndTurn"}',
  '{"type":"Configure","keyterms":["a"]}',
  '{"type":"Configure","features":{"numerals":true}}',
  '{"type":"Configure","thresholds":{"eot_threshold":0.8,"eot_timeout_ms":4000}}',
  '{"type":"Configure","thresholds":{"eot_threshold":-3}}',
];

/** A control message with one character changed, left out or put in; or cut short. */
const mutated = fc
  .record({
    text: fc.constantFrom(...controls),
    at: fc.nat(),
    put: fc.string({ maxLength: 3 }),
    drop: fc.nat(2),
  })
  .map(({ text, at, put, drop }) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + put + text.slice(place + drop);
  });

const message = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...controls) },
  { weight: 4, arbitrary: mutated },
  { weight: 2, arbitrary: fc.json() },
  { weight: 2, arbitrary: fc.string({ maxLength: 200, unit: "binary" }) },
  {
    weight: 1,
    arbitrary: fc
      .record(
        {
          type: fc.oneof(fc.constantFrom("Configure", "Finalize", "KeepAlive"), fc.jsonValue()),
          channel: fc.jsonValue(),
          keyterms: fc.jsonValue(),
          thresholds: fc.jsonValue(),
        },
        { requiredKeys: ["type"] },
      )
      .map((value) => JSON.stringify(value)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "null",
      "[]",
      "0",
      '"CloseStream"',
      "[".repeat(50_000),
      `{"type":"${"K".repeat(70_000)}"}`,
    ),
  },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 50, arbitrary: message.map((text): Step => ({ kind: "text", text })) },
  { weight: 40, arbitrary: hex(6400).map((bytes): Step => ({ kind: "binary", hex: bytes })) },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: "binary", hex: "" }) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(...controls)
      .map((text): Step => ({ kind: "binary", hex: Buffer.from(text).toString("hex") })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ bytes: fc.constantFrom(100_000, 500_000, 40_000_000), isText: fc.boolean() })
      .map((huge): Step => ({ kind: "huge", ...huge })),
  },
);

/** What comes over a socket that asks for anything, or for what is let in. */
export const socketCase = (query: "any" | "plain"): fc.Arbitrary<SocketCase> =>
  fc.constantFrom("listen", "listen", "flux").chain((route: "listen" | "flux") =>
    fc.record({
      kind: fc.constant("socket" as const),
      path: fc.constant(route === "flux" ? ("/v2/listen" as const) : ("/v1/listen" as const)),
      query: query === "any" ? queryOf(route) : plainQuery(route),
      steps: fc.array(step, { maxLength: query === "any" ? 1 : 7 }),
      end: fc.oneof(
        { weight: 5, arbitrary: fc.constant("CloseStream" as const) },
        { weight: 1, arbitrary: fc.constant("vanish" as const) },
      ),
    }),
  );
