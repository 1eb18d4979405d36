import type { SocketCase, Step } from "./case.ts";
import { answered, hangMs, headBytes } from "./request-play.ts";
import { secretOf } from "./secrets.ts";
import type { Service } from "./service.ts";
import { closeFrame, type Frame, frameBytes, opcodes, readFrames, wholeFrame } from "./socket-frames.ts";
import { judgeMember, mayBreak } from "./socket-verdict.ts";
import { type Asked, judgeAnswer } from "./verdict.ts";
import { Wire } from "./wire.ts";

/** How long a step waits for the room; it goes on without. */
const awaitMs = 1_000;
/** The runtime leaves a connection open after its own close frame, and after half a frame. */
const roughMs = 1_000;

/** Plays a member of a room on a connection of its own; tells how it ended, or fails with what was wrong about it. */
export async function playSocket(service: Service, one: SocketCase, slot: number): Promise<string> {
  const secret = await secretOf(service, one.credential, slot);
  const wire = await Wire.open(service.port);
  const frames: Frame[] = [];
  try {
    const path = `/parties/captions/${one.room}`;
    const target = `${path}?role=${one.role}${one.query === "" ? "" : `&${one.query}`}`;
    await wire.write(headBytes("GET", target, [...upgrade, ...one.headers], secret));
    const answer = await answered(wire, false);
    if (answer === null) throw new Error("The connection was closed without an answer.");
    if (answer.how !== "upgraded") return judgeAnswer(upgradeOf(one, path), answer, service.secrets);
    wire.received = wire.received.subarray(answer.length);
    const take = (): readonly Frame[] => {
      const { frames: more, length } = readFrames(wire.received);
      frames.push(...more);
      wire.received = wire.received.subarray(length);
      return frames;
    };
    const heard = (isIt: (all: readonly Frame[]) => boolean, ms: number): Promise<true | null> =>
      wire.until(() => isIt(take()) || wire.isOver || null, ms);
    for (const step of one.steps) {
      if (step.kind === "await") await heard((all) => isTold(all, step.type), awaitMs);
      else await wire.write(await bytesOf(service, step, slot));
    }
    if (one.end === "vanish") return `${one.role} left`;
    await leave(wire, one.end);
    // After a frame that is none the room may never read of the end.
    const isRough = one.steps.some(mayBreak);
    if (isRough) wire.end();
    // What was sent last may be an answer; a server's close frame is the end of what it says.
    await heard((all) => all.some(isClose), isRough ? roughMs : hangMs);
    take();
    return judgeMember(one, frames, wire.isOver, service.secrets);
  } finally {
    wire.destroy();
  }
}

const upgrade = [
  ["connection", "Upgrade"],
  ["upgrade", "websocket"],
  ["sec-websocket-version", "13"],
  ["sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="],
] as const;

async function leave(wire: Wire, end: Exclude<SocketCase["end"], "vanish">): Promise<void> {
  switch (end) {
    case "close":
      return wire.write(closeFrame(1000));
    case "empty close":
      return wire.write(wholeFrame(opcodes.close, ""));
    case "finish":
      // A member that may not finish, or has nothing to, is told so and closed.
      return wire.write(wholeFrame(opcodes.text, '{"type":"finish"}'));
    case "hang up":
      wire.end();
      return;
    default:
      return end satisfies never;
  }
}

async function bytesOf(
  service: Service,
  step: Exclude<Step, { kind: "await" }>,
  slot: number,
): Promise<Uint8Array> {
  switch (step.kind) {
    case "text":
      return wholeFrame(opcodes.text, step.text);
    case "auth": {
      const token = (await secretOf(service, step.credential, slot)) ?? "";
      return wholeFrame(opcodes.text, JSON.stringify({ type: "auth", token }));
    }
    case "audio":
      return wholeFrame(opcodes.binary, Buffer.from(step.hex, "hex"));
    case "repeat":
      return wholeFrame(step.isText ? opcodes.text : opcodes.binary, Buffer.alloc(step.times, step.byte));
    case "flood":
      return Buffer.concat(Array<Buffer>(step.times).fill(wholeFrame(step.opcode, step.text)));
    case "frame":
      return frameBytes(step, Buffer.from(step.hex, "hex"));
    case "bytes":
      return Buffer.from(step.hex, "hex");
    default:
      return step satisfies never;
  }
}

function isTold(frames: readonly Frame[], type: string): boolean {
  return frames.some(
    ({ opcode, payload }) => opcode === opcodes.close || payload.includes(`"type":"${type}"`),
  );
}

function isClose({ opcode }: Frame): boolean {
  return opcode === opcodes.close;
}

function upgradeOf(one: SocketCase, pathname: string): Asked {
  return {
    label: `${one.role} upgrade`,
    method: "GET",
    pathname,
    isHead: false,
    isClosed: false,
    isMinting: false,
    hasProviderFault: false,
    breaksRuntime: one.headers.some(([name]) => name.toLowerCase() === "host"),
  };
}
