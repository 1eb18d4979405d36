import { once } from "node:events";
import { connect } from "node:net";
import * as v from "valibot";
import { within } from "../../../testing/wait.ts";
import { grantSchema, transcriptionSchema } from "../../conformance/deepgram/rest-schemas.ts";
import type { RawCase, RequestCase } from "./case.ts";
import { checkRefusal, mustBeRefused } from "./verdict.ts";

const hangMs = 30_000;

/** Sends a request; tells how it was answered, or fails with what was wrong about the answer. */
export async function playRequest(engineUrl: string, one: RequestCase): Promise<string> {
  const response = await fetch(`${engineUrl}${one.path}?${one.query}`, {
    method: one.method,
    headers: {
      authorization: "Token any",
      ...(one.contentType === null ? {} : { "content-type": one.contentType }),
    },
    ...(one.method === "GET" ? {} : { body: bodyOf(one) }),
    signal: AbortSignal.timeout(hangMs),
  });
  const answer = Buffer.from(await response.arrayBuffer());
  if (response.status === 200) checkSuccess(one, response, answer);
  else {
    const { status, headers } = response;
    const refused = { status, headers: Object.fromEntries(headers), body: answer.toString() };
    checkRefusal(refused, one.path, one.method === "POST" ? [] : [404, 405, 426]);
  }
  return `${one.method === "POST" ? "" : `${one.method} `}${one.path} answered ${response.status}`;
}

function checkSuccess(one: RequestCase, { headers }: Response, answer: Buffer): void {
  if (one.method !== "POST") throw new Error(`${one.method} was answered with 200.`);
  if (one.path === "/v1/auth/grant") {
    v.parse(grantSchema, JSON.parse(answer.toString()));
    return;
  }
  if (mustBeRefused(one.path === "/v1/speak" ? "speak" : "listen", one.query)) {
    throw new Error("An unknown parameter was let in.");
  }
  if (one.path === "/v1/listen") {
    v.parse(transcriptionSchema, JSON.parse(answer.toString()));
    return;
  }
  const type = headers.get("content-type") ?? "";
  if (!type.startsWith("audio/")) throw new Error(`Speech came as "${type}".`);
  if (!headers.has("dg-char-count")) throw new Error("Speech came without dg-char-count.");
}

function bodyOf({ body }: RequestCase): string | Uint8Array<ArrayBuffer> {
  if ("text" in body) return body.text;
  return "hex" in body ? new Uint8Array(Buffer.from(body.hex, "hex")) : new Uint8Array(body.bytes);
}

const upgrade = [
  "GET /v1/listen?encoding=linear16&sample_rate=16000 HTTP/1.1",
  "host: engine",
  "authorization: Token any",
  "connection: Upgrade",
  "upgrade: websocket",
  "sec-websocket-version: 13",
  "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
  "",
  "",
].join("\r\n");

/** Bytes without any order. The other side may answer, wait for more or hang up; we hang up after it had its chance. */
export async function playRaw(engineUrl: string, one: RawCase): Promise<string> {
  const socket = connect(Number(new URL(engineUrl).port), "127.0.0.1");
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  try {
    await within("the connection opens", once(socket, "connect"), hangMs);
    if (one.upgraded) {
      socket.write(upgrade);
      await within("the upgrade is answered", once(socket, "data"), hangMs);
    }
    socket.resume();
    socket.end(Buffer.from(one.hex, "hex"));
    await within("the connection ends", closed, hangMs);
    return one.upgraded ? "bare bytes as frames" : "bare bytes as a request";
  } finally {
    socket.destroy();
  }
}
