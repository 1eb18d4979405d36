import { within } from "../../../testing/wait.ts";
import { type BytesCase, credentialMark, type Header, type RequestCase } from "./case.ts";
import { type Answer, readAnswer } from "./http-answer.ts";
import { secretOf } from "./secrets.ts";
import type { Service } from "./service.ts";
import { askedBy, judgeAnswer, unreadable } from "./verdict.ts";
import { Wire } from "./wire.ts";

/** Far more than the slowest answer of a machine that is busy with other cases. */
export const hangMs = 30_000;

/** Sends a request; tells how it was answered, or fails with what was wrong about the answer. */
export async function playRequest(service: Service, one: RequestCase, slot: number): Promise<string> {
  const asked = askedBy(one);
  const secret = await secretOf(service, one.credential, slot);
  const wire = await Wire.open(service.port);
  try {
    const body = bodyOf(one);
    const head = headBytes(one.method, one.target, [...one.headers, ...framed(one, body)], secret);
    if (one.framing === "gone") {
      await wire.write(Buffer.concat([head, body.subarray(0, body.length / 2)]));
      return `${asked.label} not waited for`;
    }
    // The answer may come, and the connection end, before all is sent.
    const sent = sendBody(wire, head, one, body);
    const answer = await answered(wire, asked.isHead);
    await within("the request is sent", sent, hangMs);
    if (answer === null) return closedWithout(one, body, asked.label);
    if (answer.how === "upgraded") return `${asked.label} upgraded`;
    return judgeAnswer(asked, answer, service.secrets);
  } finally {
    wire.destroy();
  }
}

/** Bytes without any order. The other side may answer, wait for more or hang up. */
export async function playBytes(service: Service, one: BytesCase): Promise<string> {
  const wire = await Wire.open(service.port);
  try {
    await wire.write(Buffer.from(one.bytes, "latin1"));
    if (one.end === "gone") return "bytes not waited for";
    wire.end();
    const isHead = one.bytes.startsWith("HEAD ");
    const answer = await answered(wire, isHead);
    if (answer === null) return "bytes not answered";
    const pathname = one.bytes.includes("/v1/speak") ? "/v1/speak" : unreadable.pathname;
    return judgeAnswer({ ...unreadable, isHead, pathname }, answer, service.secrets);
  } finally {
    wire.destroy();
  }
}

/** The answer, or `null` when the connection ends without one. */
export async function answered(wire: Wire, isHead: boolean): Promise<Answer | null> {
  const found = await wire.until(() => {
    const answer = readAnswer(wire.received, isHead, wire.isOver);
    return answer ?? (wire.isOver ? "over" : null);
  }, hangMs);
  if (found === null)
    throw new Error(
      `No answer within ${hangMs / 1000} s; so far: ${wire.received.toString("latin1").slice(0, 200)}`,
    );
  return found === "over" ? null : found;
}

/** Of a long body the Worker and the runtime read no more than a part once they have refused it; the answer may be lost. */
const drainedBytes = 64 * 1024;

/** Only what was no whole request may go without an answer. */
function closedWithout(
  { framing, method, target, headers }: RequestCase,
  body: Buffer,
  label: string,
): string {
  const isWhole = framing === "length" || framing === "chunked";
  const isOdd = /[^\x21-\x7e]/.test(method + target) || headers.some(([, value]) => value.length > 50_000);
  if (isWhole && !isOdd && body.length <= drainedBytes)
    throw new Error("The connection was closed without an answer.");
  return `${label} closed without an answer`;
}

export function headBytes(
  method: string,
  target: string,
  headers: readonly Header[],
  secret: string | null,
): Buffer {
  const fill = (text: string): string => text.replaceAll(credentialMark, secret ?? "");
  const own = headers.some(([name]) => name.toLowerCase() === "host") ? [] : ["host: 127.0.0.1"];
  const lines = headers.map(([name, value]) => `${name}: ${fill(value)}`);
  return Buffer.from(
    `${[`${method} ${fill(target)} HTTP/1.1`, ...own, ...lines].join("\r\n")}\r\n\r\n`,
    "latin1",
  );
}

function framed({ framing, body: given }: RequestCase, body: Buffer): Header[] {
  const close: Header = ["connection", "close"];
  if (given === null) return [close];
  switch (framing) {
    case "length":
    case "gone":
      return [close, ["content-length", String(body.length)]];
    case "short":
      return [close, ["content-length", String(body.length + 10)]];
    case "chunked":
    case "torn":
    case "bad chunk":
      return [close, ["transfer-encoding", "chunked"]];
    default:
      return framing satisfies never;
  }
}

async function sendBody(
  wire: Wire,
  head: Buffer,
  { framing, body: given }: RequestCase,
  body: Buffer,
): Promise<void> {
  if (given === null) return wire.write(head);
  const half = Math.floor(body.length / 2);
  switch (framing) {
    case "length":
    case "gone":
      return wire.write(Buffer.concat([head, body]));
    case "chunked":
      return wire.write(
        Buffer.concat([head, chunk(body.subarray(0, half)), chunk(body.subarray(half)), lastChunk]),
      );
    case "short":
    case "torn":
      await wire.write(Buffer.concat([head, framing === "short" ? body : chunk(body)]));
      wire.end();
      return;
    case "bad chunk":
      await wire.write(Buffer.concat([head, chunk(body.subarray(0, half)), Buffer.from("zz\r\nxx\r\n")]));
      return;
    default:
      return framing satisfies never;
  }
}

const lastChunk = Buffer.from("0\r\n\r\n");

/** An empty one would be the last. */
function chunk(bytes: Buffer): Buffer {
  if (bytes.length === 0) return bytes;
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

function bodyOf({ body }: RequestCase): Buffer {
  if (body === null) return Buffer.alloc(0);
  if ("text" in body) return Buffer.from(body.text);
  return "hex" in body ? Buffer.from(body.hex, "hex") : Buffer.from(body.repeat.repeat(body.times));
}
