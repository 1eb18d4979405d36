import { bearerSubprotocolPrefix, type Role, subprotocol } from "../../shared/protocol.ts";
import { eventually, within } from "../../testing/wait.ts";

export type Closed = { readonly code: number; readonly reason: string };

/** A bare socket to a room, for what no well-behaved client would do. */
export type Member = {
  readonly frames: readonly unknown[];
  send(data: string | Uint8Array<ArrayBuffer>): void;
  /** The first frame of this type, from the beginning on. */
  frame(type: string): Promise<unknown>;
  closed(): Promise<Closed>;
  close(): void;
};

export async function joinRoom(options: {
  url: string;
  room: string;
  role: Role;
  token: string | null;
}): Promise<Member> {
  const address = new URL(`/parties/captions/${options.room}?role=${options.role}`, options.url);
  address.protocol = "ws:";
  const protocols =
    options.token === null ? [subprotocol] : [subprotocol, bearerSubprotocolPrefix + options.token];
  const socket = new WebSocket(address, protocols);
  const frames: unknown[] = [];
  const opened = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<Closed>();
  socket.addEventListener("open", () => opened.resolve());
  socket.addEventListener("message", ({ data }) => frames.push(JSON.parse(String(data))));
  socket.addEventListener("close", ({ code, reason }) => {
    ended.resolve({ code, reason });
    opened.reject(new Error(`The socket closed before it opened: ${code} ${reason}`));
  });
  await within(`the ${options.role}'s socket opens`, opened.promise);
  return {
    frames,
    send: (data) => socket.send(data),
    frame: (type) =>
      eventually(
        `a frame of type ${type}`,
        () => frames.find((frame) => isOfType(frame, type)),
        (frame) => frame !== undefined,
      ),
    closed: () => within(`the ${options.role}'s socket closes`, ended.promise),
    close: () => socket.close(),
  };
}

function isOfType(frame: unknown, type: string): boolean {
  return typeof frame === "object" && frame !== null && "type" in frame && frame.type === type;
}
