import fc from "fast-check";
import type { Header } from "./case.ts";

const rubbish = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    ",",
    "*",
    "null",
    'W/"abc"',
    '"',
    "a.1",
    "3a08f35d3dac47779336.99999999999999999999",
    "__proto__",
    "../../etc/passwd",
    "\u00ff\u00fe",
    "a".repeat(5000),
    '"a",'.repeat(2000),
    "\t\t",
  ),
  fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, "?")),
  // Sixty thousand bytes and a hundred thousand; the runtime takes headers of some size and no more.
  fc.constantFrom(60_000, 100_000).map((length) => "b".repeat(length)),
);

const origin = fc.constantFrom(
  "https://app.example",
  "http://localhost:5173",
  "http://127.0.0.1",
  "https://evil.example",
  "https://app.example.evil.example",
  "https://app.example@evil.example",
  "HTTPS://APP.EXAMPLE",
  "https://app.example:443",
  "https://app.example/",
  "null",
  "",
  "*",
  "file://",
  "https://[::1]:1",
  "https://app.example, https://evil.example",
  "chrome-extension://abc",
);

const contentType = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("application/json", "text/plain") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "application/json; charset=utf-16",
      "APPLICATION/JSON;charset=utf-8",
      "text/csv",
      "multipart/form-data; boundary=x",
      "application/x-www-form-urlencoded",
      "/",
      "application/json, text/plain",
    ),
  },
);

/** What the edge tells the room itself; from outside it must mean nothing. */
const member = fc.constantFrom(
  '{"role":"publisher","expiresAt":9999999999999,"takeover":true}',
  '{"role":"viewer","expiresAt":"x"}',
  "{",
);

const named = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<Header> =>
  value.map((text): Header => [name, text]);

const extra: fc.Arbitrary<Header> = fc.oneof(
  { weight: 4, arbitrary: named("origin", origin) },
  { weight: 2, arbitrary: named("x-captionwire-member", member) },
  { weight: 2, arbitrary: named("last-event-id", rubbish) },
  { weight: 2, arbitrary: named("if-none-match", rubbish) },
  {
    weight: 1,
    arbitrary: named("content-encoding", fc.constantFrom("gzip", "br", "identity", "x", "gzip, gzip")),
  },
  { weight: 1, arbitrary: named("expect", fc.constantFrom("100-continue", "x")) },
  { weight: 1, arbitrary: named("x-request-id", rubbish) },
  { weight: 1, arbitrary: named("access-control-request-method", fc.constantFrom("POST", "PUT", "x y")) },
  { weight: 1, arbitrary: named("sec-fetch-site", fc.constantFrom("same-origin", "cross-site")) },
  { weight: 1, arbitrary: named("range", fc.constantFrom("bytes=0-0", "bytes=-1", "bytes=9-1,2-", "x")) },
  { weight: 1, arbitrary: named("x-partykit-room", fc.constantFrom("bystander/bystander", "x")) },
  { weight: 1, arbitrary: named("x-forwarded-for", fc.constantFrom("::1", "1.2.3.4, 5.6.7.8", "x")) },
  { weight: 1, arbitrary: named("cf-connecting-ip", fc.constantFrom("::1", "1.2.3.4", "x")) },
  { weight: 1, arbitrary: named("upgrade", fc.constantFrom("websocket", "h2c", "WebSocket, x", "")) },
  { weight: 1, arbitrary: named("sec-websocket-protocol", protocols()) },
  { weight: 1, arbitrary: named("connection", fc.constantFrom("upgrade", "keep-alive, upgrade", "x")) },
  { weight: 1, arbitrary: named("te", fc.constantFrom("trailers", "chunked")) },
  { weight: 1, arbitrary: named("cookie", rubbish) },
  {
    weight: 1,
    arbitrary: named("host", fc.constantFrom("a", "[::1]", "bystander.example:99999", "a b", "://", "")),
  },
);

/** What may stand beside what a request needs. */
export const extras: fc.Arbitrary<Header[]> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Header[]>([]) },
  { weight: 6, arbitrary: fc.array(extra, { maxLength: 3 }) },
  // Very many of them.
  {
    weight: 1,
    arbitrary: fc
      .tuple(extra, fc.constantFrom(30, 150))
      .map(([[name, value], times]) => Array<Header>(times).fill([name, value.slice(0, 1000)])),
  },
);

export const contentTypes: fc.Arbitrary<Header[]> = fc.oneof(
  { weight: 12, arbitrary: contentType.map((type): Header[] => [["content-type", type]]) },
  { weight: 1, arbitrary: fc.constant<Header[]>([]) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(contentType, contentType)
      .map((types) => types.map((type): Header => ["content-type", type])),
  },
);

/** How a secret is shown, in all ways that somebody may think of. */
export const authorization: fc.Arbitrary<Header[]> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.constantFrom<Header[]>(
      [["authorization", "Bearer {credential}"]],
      [["Authorization", "Token {credential}"]],
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Header[]>(
      [["authorization", "bearer    {credential}"]],
      [["authorization", "{credential}"]],
      [["authorization", "Basic {credential}"]],
      [["authorization", "Bearer {credential} x"]],
      [["authorization", "Bearer"]],
      [["authorization", "Bearer {credential}, Bearer {credential}"]],
      [
        ["authorization", "Bearer x"],
        ["authorization", "Bearer {credential}"],
      ],
      [
        ["authorization", "Bearer {credential}"],
        ["x-api-key", "{credential}"],
      ],
      [["cookie", "authorization={credential}"]],
      [["sec-websocket-protocol", "captionwire.1, bearer.{credential}"]],
      [],
    ),
  },
);

/** Lists of subprotocols, right and wrong. */
export function protocols(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 30, arbitrary: fc.constant("captionwire.1, bearer.{credential}") },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        "bearer.{credential}",
        "bearer.{credential},captionwire.1",
        "captionwire.1",
        "captionwire.2, bearer.{credential}",
        "bearer.x, bearer.{credential}, captionwire.1",
        "bearer.",
        ",,,captionwire.1,,bearer.{credential},",
        "",
        `${"x,".repeat(3000)}captionwire.1, bearer.{credential}`,
        "captionwire.1; bearer.{credential}",
        "\u00ff, captionwire.1",
      ),
    },
  );
}
