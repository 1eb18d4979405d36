import fc from "fast-check";
import { hex } from "../engine/bytes.ts";
import { type Body, type Framing, framings } from "./case.ts";
import type { Route } from "./targets.ts";

/** Stands in every text that is to be spoken and in every caption, so that it can be looked for where neither belongs. */
export const confidential = "quokka";

/** In a text, has the provider answer with what follows. */
export const providerFaults = [
  "provider-401",
  "provider-429",
  "provider-500",
  "provider-cut",
  "provider-empty",
] as const;

const spoken = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.string({ maxLength: 60, unit: "grapheme" }).map((text) => `A ${confidential} said ${text}`),
  },
  { weight: 2, arbitrary: fc.constantFrom(...providerFaults).map((fault) => `A ${confidential}: ${fault}.`) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      `A ${confidential}. `.repeat(300),
      "x".repeat(20_000),
      `${confidential}é`.repeat(15_000),
      `A ${confidential} ${"\u200b".repeat(4000)}.`,
      " ",
      "\ud800",
      "\u0000",
      "…",
    ),
  },
);

/** What each route wants. */
const right: Partial<Record<Route["name"], fc.Arbitrary<object>>> = {
  tokens: fc.record(
    {
      scopes: fc.subarray(["captions:view", "captions:publish", "captions:edit", "rooms:admin"], {
        minLength: 1,
      }),
      room: fc.constantFrom("fuzz-1", "fuzz-*", "a"),
      ttl: fc.integer({ min: 1, max: 7200 }),
      origin: fc.constant("https://app.example"),
    },
    { requiredKeys: ["scopes"] },
  ),
  revocations: fc.constantFrom({ all: true }, { room: "fuzz-1" }, { token: "x" }),
  room: fc.record(
    {
      language: fc.constantFrom("en", "de"),
      keyterms: fc.array(fc.constantFrom("one", "two words")),
      retentionHours: fc.integer({ min: 1, max: 9 }),
      public: fc.boolean(),
      maxConnections: fc.integer({ min: 1, max: 9 }),
    },
    { requiredKeys: [] },
  ),
};

/** What each route wants, nearly. */
const nearlyRight: Record<Route["name"], fc.Arbitrary<object> | null> = {
  tokens: fc.record(
    {
      scopes: fc.oneof(
        fc.subarray([
          "captions:view",
          "captions:publish",
          "captions:edit",
          "rooms:admin",
          "speak",
          "provider",
        ]),
        fc.jsonValue(),
      ),
      room: fc.oneof(fc.constantFrom("fuzz-1", "fuzz-*", "*", "A", ""), fc.jsonValue()),
      ttl: fc.oneof(fc.integer({ min: -1, max: 8000 }), fc.double(), fc.jsonValue()),
      singleUse: fc.oneof(fc.boolean(), fc.jsonValue()),
      origin: fc.oneof(fc.constantFrom("https://app.example", "null", "x"), fc.jsonValue()),
      maxChars: fc.oneof(fc.integer(), fc.jsonValue()),
      maxSeconds: fc.oneof(fc.integer(), fc.jsonValue()),
      maxConnections: fc.oneof(fc.integer(), fc.jsonValue()),
    },
    { requiredKeys: ["scopes"] },
  ),
  revocations: fc.oneof(
    fc.constantFrom(
      { all: true },
      { room: "fuzz-1" },
      { token: "x" },
      { all: true, room: "x" },
      { all: false },
      {},
    ),
    fc.record({ token: fc.oneof(fc.uuid(), fc.jsonValue()) }),
    fc.record({ room: fc.oneof(fc.string({ maxLength: 70 }), fc.jsonValue()) }),
  ),
  "auth grant": fc.record(
    { ttl_seconds: fc.oneof(fc.integer({ min: -5, max: 4000 }), fc.double(), fc.jsonValue()) },
    { requiredKeys: [] },
  ),
  "provider grant": fc.record(
    { ttl_seconds: fc.oneof(fc.integer({ min: -5, max: 4000 }), fc.jsonValue()) },
    { requiredKeys: [] },
  ),
  speak: fc.oneof(
    { weight: 6, arbitrary: fc.record({ text: spoken }) },
    { weight: 1, arbitrary: fc.record({ text: fc.jsonValue() }) },
    {
      weight: 1,
      arbitrary: fc.record(
        { url: fc.constantFrom("http://127.0.0.1:9/", "file:///etc/passwd", ""), text: spoken },
        { requiredKeys: ["url"] },
      ),
    },
  ),
  room: fc.record(
    {
      language: fc.oneof(fc.constantFrom("en", "multi", "../x", ""), fc.jsonValue()),
      model: fc.oneof(fc.constantFrom("nova-3", "flux-general-en", "x&y=1"), fc.jsonValue()),
      keyterms: fc.oneof(fc.array(fc.string({ maxLength: 30 }), { maxLength: 5 }), fc.jsonValue()),
      endpointing: fc.oneof(fc.constant(false), fc.integer(), fc.jsonValue()),
      redact: fc.oneof(fc.subarray(["pci", "numbers"]), fc.jsonValue()),
      retentionHours: fc.oneof(fc.integer({ min: 0, max: 9000 }), fc.jsonValue()),
      public: fc.oneof(fc.boolean(), fc.jsonValue()),
      maxConnections: fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.jsonValue()),
    },
    { requiredKeys: [] },
  ),
  caption: fc.record({ text: fc.oneof(spoken, fc.jsonValue()) }),
  report: null,
  captions: null,
  events: null,
  socket: null,
  page: null,
};

const broken: fc.Arbitrary<Body> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(
        "",
        "{",
        "null",
        "[]",
        '"text"',
        "0",
        "1e999",
        "-0",
        '{"text":"a","text":"b"}',
        '{"__proto__":{"scopes":["speak"]},"text":"a"}',
        '{"constructor":{"prototype":{"text":"a"}}}',
        '{"scopes":["captions:view"],"__proto__":{"tenant":"bystander"}}',
        '{"text":"\\ud800"}',
        '{"text":"\\u0000"}',
        '\ufeff{"text":"hello"}',
        '{"ttl_seconds":1e400}',
        '{"ttl":123456789012345678901234567890}',
        '{"text":NaN}',
        "text=hello",
      )
      .map((text) => ({ text })),
  },
  { weight: 2, arbitrary: fc.json().map((text) => ({ text })) },
  { weight: 2, arbitrary: hex(3000).map((bytes) => ({ hex: bytes })) },
  // JSON in UTF-16, in Latin-1, and cut off inside a character.
  {
    weight: 2,
    arbitrary: fc
      .constantFrom("fffe7b007d00", "7b2274657874223a22e9227d", "7b2274657874223a22f09f8e", "efbbbf7b7d")
      .map((bytes) => ({ hex: bytes })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Body>(
      { repeat: "[", times: 10_000 },
      { repeat: '{"a":', times: 10_000 },
      { repeat: '{"text":', times: 2000 },
      { repeat: "[", times: 300_000 },
      { repeat: " ", times: 20_000 },
      { repeat: "x", times: 70_000 },
    ),
  },
);

const huge = fc.constantFrom<Body>(
  { repeat: "x", times: 2 * 1024 * 1024 },
  { repeat: "y", times: 2 * 1024 * 1024 + 1 },
);

export function bodyOf(name: Route["name"]): fc.Arbitrary<Body | null> {
  const nearly = nearlyRight[name];
  if (nearly === null) {
    return fc.oneof({ weight: 12, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: broken });
  }
  const wanted = fc.oneof({ weight: 2, arbitrary: right[name] ?? nearly }, { weight: 1, arbitrary: nearly });
  return fc.oneof(
    { weight: 60, arbitrary: wanted.map((body) => ({ text: JSON.stringify(body) })) },
    {
      weight: 10,
      arbitrary: fc
        .tuple(wanted, fc.nat(), fc.string({ maxLength: 3 }))
        .map(([body, at, put]) => ({ text: spliced(JSON.stringify(body), at, put) })),
    },
    { weight: 30, arbitrary: broken },
    { weight: 1, arbitrary: huge },
    { weight: 2, arbitrary: fc.constant(null) },
  );
}

/** With a few characters in the place of one. */
export function spliced(text: string, at: number, put: string): string {
  const place = at % (text.length + 1);
  return text.slice(0, place) + put + text.slice(place + 1);
}

export const framing: fc.Arbitrary<Framing> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Framing>("length") },
  { weight: 4, arbitrary: fc.constant<Framing>("chunked") },
  { weight: 2, arbitrary: fc.constantFrom(...framings) },
);
