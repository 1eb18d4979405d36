import * as v from "valibot";
import { within } from "../../../testing/wait.ts";
import { sampleRate } from "./speech.ts";
import { audioPace } from "./target.ts";

/** What the SDK's sockets of `listen.v1` and `listen.v2` have in common. */
type SdkSocket = {
  on(event: "message", callback: (message: unknown) => void): void;
  on(event: "close", callback: (event: { code: number; reason: string }) => void): void;
  on(event: "error", callback: (error: Error) => void): void;
  connect(): unknown;
  waitForOpen(): Promise<unknown>;
  sendMedia(audio: Uint8Array): void;
};

export type Closed = { readonly code: number; readonly reason: string };

/** An open connection of the SDK with everything that came over it. */
export type Connection<Socket, Message> = {
  readonly socket: Socket;
  /** Every message so far, each checked. */
  messages(): Message[];
  closed(): Promise<Closed>;
};

/** Registers, connects and waits, as the SDK's README does. */
export async function open<Socket extends SdkSocket, Message>(
  socket: Socket,
  schema: v.GenericSchema<unknown, Message>,
): Promise<Connection<Socket, Message>> {
  const received: unknown[] = [];
  const ended = Promise.withResolvers<Closed>();
  socket.on("message", (message) => received.push(message));
  socket.on("close", ({ code, reason }) => ended.resolve({ code, reason }));
  socket.connect();
  await within("the connection opens", socket.waitForOpen().catch(refused));
  return {
    socket,
    messages: () => received.map((message) => checked(schema, message)),
    closed: () => within("the connection closes", ended.promise, 30_000),
  };
}

/** The SDK rejects with an event, which says how the upgrade was answered. */
function refused(event: unknown): never {
  throw new Error(event instanceof Object && "message" in event ? String(event.message) : String(event));
}

function checked<Message>(schema: v.GenericSchema<unknown, Message>, message: unknown): Message {
  const parsed = v.safeParse(schema, message);
  if (parsed.success) return parsed.output;
  const wrong = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "message"}: ${issue.message}`);
  throw new Error(`${wrong.join("; ")} in ${JSON.stringify(message)}`);
}

/** Sends linear16 audio in frames of so many milliseconds of sound, evenly. */
export async function play(
  { socket }: { readonly socket: Pick<SdkSocket, "sendMedia"> },
  audio: Uint8Array,
  { frameMs = 100, bytesPerSecond = 2 * sampleRate } = {},
): Promise<void> {
  const frameBytes = Math.round((bytesPerSecond * frameMs) / 1000);
  const began = performance.now();
  for (let at = 0; at < audio.length; at += frameBytes) {
    const due = began + (at / bytesPerSecond / audioPace) * 1000;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    socket.sendMedia(audio.subarray(at, at + frameBytes));
  }
}
