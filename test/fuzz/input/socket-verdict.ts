import * as v from "valibot";
import { errorTable, isErrorCode } from "../../../shared/errors.ts";
import { ErrorFrameSchema, PublisherFrameSchema, pong, ViewerFrameSchema } from "../../../shared/protocol.ts";
import type { SocketCase, Step } from "./case.ts";
import { leakIn } from "./leaks.ts";
import { isSomebodys } from "./secrets.ts";
import { type Frame, opcodes } from "./socket-frames.ts";

const schemas = { viewer: ViewerFrameSchema, publisher: PublisherFrameSchema } as const;

/** RFC 6455 §7.4.1, as workerd 1.20261023 uses it: frames that none may send, and those longer than 32 MiB. */
const runtimeCodes = [1002, 1009];

/** How a member's socket ended; throws when it may not end so, or was told what it may not be. */
export function judgeMember(
  one: SocketCase,
  frames: readonly Frame[],
  isOver: boolean,
  secrets: readonly string[],
): string {
  const closedAt = frames.findIndex(({ opcode }) => opcode === opcodes.close);
  // After its close frame the runtime may still send what the room said at the same time.
  const heard = closedAt < 0 ? frames : frames.slice(0, closedAt);
  let error: string | null = null;
  let isLetIn = false;
  for (const { opcode, payload } of heard) {
    if (opcode === opcodes.pong || opcode === opcodes.ping) continue;
    if (opcode !== opcodes.text) throw new Error(`A frame of opcode ${opcode} came.`);
    const text = payload.toString();
    if (text === pong) continue;
    const told = text.slice(0, 300);
    const leak = leakIn(text, secrets);
    if (leak !== null) throw new Error(`It tells ${leak}: ${told}`);
    const frame = v.safeParse(v.pipe(v.string(), v.parseJson(), schemas[one.role]), text);
    if (!frame.success) throw new Error(`No frame for a ${one.role}: ${told}`);
    if (error !== null) throw new Error(`A frame came after the error: ${told}`);
    if (frame.output.type === "error") error = codeIn(text);
    else isLetIn = true;
  }
  if (isLetIn && !isSomebodys(one.credential) && !one.query.includes("tenant="))
    throw new Error("A member came in without a credential.");
  const close = frames[closedAt];
  if (close === undefined) return withoutClose(one, error, isOver);
  const code = close.payload.length < 2 ? 1005 : close.payload.readUInt16BE(0);
  const reason = close.payload.toString("utf8", 2);
  if (leakIn(reason, secrets) !== null) throw new Error(`The close tells too much: ${reason}`);
  judgeCode(one, code, reason, error);
  return `${one.role} closed ${code}${error === null ? "" : ` ${error}`}`;
}

function codeIn(text: string): string {
  const { code, retry } = v.parse(v.pipe(v.string(), v.parseJson(), ErrorFrameSchema), text);
  if (!isErrorCode(code)) throw new Error(`No code of the error table: ${text.slice(0, 300)}`);
  if (code === "internal") throw new Error(`A failure: ${text.slice(0, 300)}`);
  if (errorTable[code].retry !== retry) throw new Error(`"retry" is not the table's: ${text.slice(0, 300)}`);
  return code;
}

function judgeCode(one: SocketCase, code: number, reason: string, error: string | null): void {
  const told = `${code} ${reason.slice(0, 200)} after ${error ?? "no error"}`;
  if (runtimeCodes.includes(code)) {
    if (!one.steps.some(mayBreak)) throw new Error(`The runtime closed a proper connection: ${told}`);
    return;
  }
  if (error !== null && isErrorCode(error)) {
    if (code === errorTable[error].close && reason === error) return;
    // Its own close frame was on its way before, and is answered with its own code.
    if (one.steps.some(mayClose)) return;
    throw new Error(`Closed otherwise than told: ${told}`);
  }
  // Ours, or the answer to the client's own.
  if (code === 1000 || one.steps.some(mayClose)) return;
  throw new Error(`Closed without a word: ${told}`);
}

function withoutClose(one: SocketCase, error: string | null, isOver: boolean): string {
  if (one.steps.some((step) => mayClose(step) || mayBreak(step))) return `${one.role} cut`;
  if (!isOver) throw new Error(`The socket was not closed after "${one.end}" (${error ?? "no error"}).`);
  // A client that ends its side of the connection has not said goodbye either.
  if (one.end === "hang up" || one.steps.some((step) => mayClose(step) || mayBreak(step)))
    return `${one.role} cut`;
  throw new Error(`The connection ended without a close frame (${error ?? "no error"}).`);
}

/** Whether the runtime may find it to be no proper frame. */
export function mayBreak(step: Step): boolean {
  if (step.kind === "repeat") return step.times > 32 * 1024 * 1024;
  return step.kind === "frame" || step.kind === "bytes";
}

function mayClose(step: Step): boolean {
  return (step.kind === "frame" && step.opcode === opcodes.close) || step.kind === "bytes";
}
