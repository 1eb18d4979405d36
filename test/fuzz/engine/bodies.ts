import fc from "fast-check";
import { hex } from "./bytes.ts";
import type { RequestCase } from "./case.ts";
import { queryOf } from "./queries.ts";

/** Addresses nobody answers at: whoever fetches them gets nowhere, and stays on this machine. */
const deadAddress = fc.constantFrom(
  "http://127.0.0.1:9/a.wav",
  "file:///etc/passwd",
  "ftp://127.0.0.1/",
  "x",
  "",
);

const speakBody = fc.oneof(
  fc.record({ text: fc.string({ maxLength: 60, unit: "grapheme" }) }).map((body) => JSON.stringify(body)),
  fc
    .record({
      text: fc.oneof(fc.constantFrom("Hello there.", " ", "…", "1/2 & 3%", "a.b.c."), fc.jsonValue()),
    })
    .map((body) => JSON.stringify(body)),
  fc
    .record({ url: deadAddress, text: fc.string({ maxLength: 5 }) }, { requiredKeys: ["url"] })
    .map((body) => JSON.stringify(body)),
  fc.constantFrom(
    JSON.stringify({ text: "x".repeat(2001) }),
    JSON.stringify({ text: "é".repeat(5000) }),
    "{",
    "",
    "[]",
    '"text"',
  ),
  fc.json(),
  fc.string({ maxLength: 80, unit: "binary" }),
);

/** A WAV header of which any byte may be wrong, and some noise. */
const wavBody = fc
  .record({ at: fc.nat(43), put: fc.nat(255), times: fc.nat(3), audio: fc.uint8Array({ maxLength: 8000 }) })
  .map(({ at, put, times, audio }) => {
    const header = Buffer.from(
      "524946462400008057415645666d74201000000001000100803e0000007d0000020010006461746100000080",
      "hex",
    );
    for (let time = 0; time < times; time++) header[(at * (time + 1)) % header.length] = put;
    return { hex: Buffer.concat([header, audio]).toString("hex") };
  });

const contentType = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom("application/json", "text/plain", "audio/wav", "application/octet-stream"),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      null,
      "",
      "application/json; charset=utf-16",
      "text/csv",
      "multipart/form-data",
      "/",
    ),
  },
);

export const requestCase: fc.Arbitrary<RequestCase> = fc
  .constantFrom("/v1/speak", "/v1/listen", "/v1/auth/grant")
  .chain((path: RequestCase["path"]) =>
    fc.record({
      kind: fc.constant("request" as const),
      method: fc.oneof(
        { weight: 20, arbitrary: fc.constant("POST" as const) },
        { weight: 1, arbitrary: fc.constantFrom("GET" as const, "PUT" as const) },
      ),
      path: fc.constant(path),
      query:
        path === "/v1/auth/grant"
          ? fc.constant("")
          : fc.oneof(
              fc.constant(path === "/v1/speak" ? "encoding=linear16" : "model=nova-3"),
              queryOf(path === "/v1/speak" ? "speak" : "listen"),
            ),
      contentType:
        path === "/v1/listen"
          ? contentType
          : fc.oneof(
              { weight: 3, arbitrary: fc.constant("application/json") },
              { weight: 1, arbitrary: contentType },
            ),
      body: bodyOf(path),
    }),
  );

function bodyOf(path: RequestCase["path"]): fc.Arbitrary<RequestCase["body"]> {
  const text = (texts: fc.Arbitrary<string>) => texts.map((value) => ({ text: value }));
  const bytes = hex(4000).map((value) => ({ hex: value }));
  if (path === "/v1/speak") {
    return fc.oneof(
      { weight: 60, arbitrary: text(speakBody) },
      { weight: 5, arbitrary: bytes },
      { weight: 1, arbitrary: fc.constant({ bytes: 3_000_000 }) },
    );
  }
  if (path === "/v1/listen") {
    const urls = fc
      .record({ url: fc.oneof(deadAddress, fc.jsonValue()) })
      .map((body) => JSON.stringify(body));
    return fc.oneof(
      { weight: 3, arbitrary: wavBody },
      { weight: 2, arbitrary: bytes },
      { weight: 1, arbitrary: text(urls) },
      { weight: 1, arbitrary: text(fc.json()) },
    );
  }
  const ttl = fc
    .record({ ttl_seconds: fc.oneof(fc.integer({ min: -5, max: 4000 }), fc.double(), fc.jsonValue()) })
    .map((body) => JSON.stringify(body));
  return fc.oneof(
    { weight: 3, arbitrary: text(ttl) },
    { weight: 1, arbitrary: text(fc.json()) },
    { weight: 1, arbitrary: bytes },
    { weight: 1, arbitrary: fc.constant({ text: "" }) },
  );
}
