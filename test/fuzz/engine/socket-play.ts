import { once } from "node:events";
import * as v from "valibot";
import WebSocket from "ws";
import { within } from "../../../testing/wait.ts";
import { type FluxMessage, fluxMessageSchema } from "../../conformance/deepgram/flux-schemas.ts";
import { type LiveMessage, liveMessageSchema } from "../../conformance/deepgram/live-schemas.ts";
import type { SocketCase, Step } from "./case.ts";
import { checkRefusal, mustBeRefused } from "./verdict.ts";

/** Far more than the slowest answer of a machine that is busy with other cases. */
const hangMs = 30_000;

type Heard = { readonly messages: readonly unknown[]; readonly code: number };

/** Plays a case on a socket of its own; tells how it went, or fails with what was wrong about the answer. */
export async function playSocket(engineUrl: string, one: SocketCase): Promise<string> {
  const route = one.path === "/v2/listen" ? "flux" : "listen";
  const address = `${engineUrl.replace("http", "ws")}${one.path}?${one.query}`;
  const socket = new WebSocket(address, { headers: { authorization: "Token any" } });
  const messages: unknown[] = [];
  socket.on("message", (data) => messages.push(JSON.parse(String(data))));
  // What goes wrong on the wire ends in a close with its code.
  socket.on("error", () => {});
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  try {
    const answer = await within("the upgrade is answered", upgraded(socket), hangMs);
    if (answer !== "open") {
      checkRefusal(answer, one.path === "/v2/listen" ? "flux" : "live");
      return `${one.path} refused ${answer.status}`;
    }
    if (mustBeRefused(route, one.query)) throw new Error("An unknown parameter was let in.");
    for (const step of one.steps) send(socket, step);
    if (one.end === "vanish") return `${one.path} left`;
    if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"CloseStream"}');
    const code = await within("the socket closes", closed, hangMs);
    if (route === "flux") judgeFlux(one, { messages, code });
    else judgeLive(one, { messages, code });
    return `${one.path} closed ${code}`;
  } finally {
    socket.terminate();
  }
}

type Refusal = { status: number; headers: Record<string, unknown>; body: string };

async function upgraded(socket: WebSocket): Promise<"open" | Refusal> {
  const refused = new Promise<Refusal>((resolve, reject) => {
    socket.once("unexpected-response", (_request, response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    socket.once("error", reject);
  });
  return Promise.race([once(socket, "open").then(() => "open" as const), refused]);
}

function send(socket: WebSocket, step: Step): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  if (step.kind === "text") socket.send(step.text);
  else if (step.kind === "binary") socket.send(Buffer.from(step.hex, "hex"));
  else socket.send(Buffer.alloc(step.bytes, "x"), { binary: !step.isText });
}

const isTooLarge = (step: Step): boolean => step.kind === "huge" && step.bytes > 30_000_000;
const typeOf = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "type" in value ? value.type : null;
  } catch {
    return null;
  }
};

/** The steps that count: what follows the end of a stream is not heard. */
function heardSteps(one: SocketCase): Step[] {
  const end = one.steps.findIndex(
    (step) =>
      // Of v2 it is not told, so it may.
      (step.kind === "binary" && step.hex === "") ||
      (step.kind === "text" && typeOf(step.text) === "CloseStream"),
  );
  return one.steps.slice(0, end < 0 ? one.steps.length : end);
}

function judgeLive(one: SocketCase, { messages, code }: Heard): void {
  const parsed = messages.map((message): LiveMessage => v.parse(liveMessageSchema, message));
  const steps = heardSteps(one);
  // A frame beyond every limit: the server may be gone before the client has written it to its end.
  if (one.steps.some(isTooLarge) && [1009, 1006, 1000].includes(code)) return;
  if (!isRaw(one.query) && code === 1008) return;
  if (code !== 1000) throw new Error(`Closed with ${code}.`);
  if (parsed.at(-1)?.type !== "Metadata") throw new Error("The last message is no Metadata.");
  const texts = steps.filter((step) => step.kind === "text");
  const strange = texts.filter(
    ({ text }) => !["KeepAlive", "Finalize", "Configure"].includes(String(typeOf(text))),
  ).length;
  const huge = steps.filter((step) => step.kind === "huge" && step.isText).length;
  const errors = parsed.filter(({ type }) => type === "Error").length;
  if (errors < strange + huge || errors > texts.length + huge) {
    throw new Error(
      `${errors} Errors for ${strange + huge} unreadable of ${texts.length + huge} text frames.`,
    );
  }
}

function isRaw(query: string): boolean {
  return new URLSearchParams(query).has("encoding");
}

/** Reference 5.3: no status after CloseStream; the rest is not told, so any code that means an end will do. */
const fluxCodes = [1000, 1005, 1008, 1011];

function judgeFlux(one: SocketCase, { messages, code }: Heard): void {
  const parsed = messages.map((message): FluxMessage => v.parse(fluxMessageSchema, message));
  if (one.steps.some(isTooLarge) && [1009, 1006, ...fluxCodes].includes(code)) return;
  if (!fluxCodes.includes(code)) throw new Error(`Closed with ${code}.`);
  if (parsed.some(({ sequence_id }, index) => sequence_id !== index))
    throw new Error("Numbers are not in order.");
  if (parsed[0]?.type !== "Connected") throw new Error("The first message is not Connected.");
  const strange = heardSteps(one).some(
    (step) =>
      (step.kind === "text" && !["Configure", "ForceEndTurn"].includes(String(typeOf(step.text)))) ||
      (step.kind === "huge" && step.isText),
  );
  if (strange && parsed.at(-1)?.type !== "Error") throw new Error("An unreadable message had no Error.");
}
