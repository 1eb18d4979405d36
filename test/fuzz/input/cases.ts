import fc from "fast-check";
import { hex } from "../engine/bytes.ts";
import type { BytesCase, FuzzCase } from "./case.ts";
import { socketCase } from "./members.ts";
import { requestCase } from "./requests.ts";

const lines = [
  "GET /healthz HTTP/1.1",
  "GET /v1/rooms/fuzz-1/captions HTTP/1.1",
  "POST /v1/speak HTTP/1.1",
  "host: a",
  "content-length: 5",
  "transfer-encoding: chunked",
  "connection: close",
  "authorization: Bearer x",
] as const;
const brokenLines = [
  "GET",
  "GET  /healthz  HTTP/1.1",
  "GET /healthz",
  "GET /healthz HTTP/9.9",
  "GET * HTTP/1.1",
  "OPTIONS * HTTP/1.1",
  "CONNECT 127.0.0.1:9 HTTP/1.1",
  "GET http:// HTTP/1.1",
  "PRI * HTTP/2.0",
  "host",
  "host: a b",
  ": x",
  " folded: x",
  "na me: x",
  "a\u0000: b",
  "a: \u0000",
  "content-length: -1",
  "content-length: 5, 6",
  "content-length: 99999999999999999999",
  "transfer-encoding: chunked, chunked",
  "transfer-encoding: \u000bchunked",
  "5\r\nhello\r\n0\r\n",
  "ffffffffffffffff\r\nx",
  "0\r\ntrailer: x",
  "\u0016\u0003\u0001\u0002\u0000\u0001",
  `x: ${"y".repeat(100_000)}`,
] as const;

const head = fc
  .tuple(
    fc.array(fc.oneof(fc.constantFrom(...lines), fc.constantFrom(...brokenLines)), {
      minLength: 1,
      maxLength: 6,
    }),
    fc.constantFrom("\r\n", "\r\n", "\n", "\r"),
  )
  .map(([list, end]) => `${list.join(end)}${end}${end}`);

/** A request of which one byte is another. */
const oneByteOff = fc
  .tuple(fc.constantFrom(...lines.slice(0, 3)), fc.nat(), fc.nat(255))
  .map(([line, at, put]) => {
    const text = `${line}\r\nhost: a\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}`;
    const place = at % text.length;
    return text.slice(0, place) + String.fromCharCode(put) + text.slice(place + 1);
  });

const bytesCase: fc.Arbitrary<BytesCase> = fc.record({
  kind: fc.constant("bytes" as const),
  bytes: fc.oneof(
    { weight: 3, arbitrary: head },
    { weight: 3, arbitrary: oneByteOff },
    { weight: 1, arbitrary: hex(600).map((bytes) => Buffer.from(bytes, "hex").toString("latin1")) },
  ),
  end: fc.oneof(
    { weight: 5, arbitrary: fc.constant("fin" as const) },
    { weight: 1, arbitrary: fc.constant("gone" as const) },
  ),
});

export const anyCase: fc.Arbitrary<FuzzCase> = fc.oneof(
  { weight: 60, arbitrary: requestCase },
  { weight: 33, arbitrary: socketCase },
  { weight: 7, arbitrary: bytesCase },
);
