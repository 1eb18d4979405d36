import * as v from "valibot";
import { WebSocket } from "ws";
import {
  bearerSubprotocolPrefix,
  subprotocol,
  type ViewerFrame,
  ViewerFrameSchema,
} from "../shared/protocol.ts";
import { type Rooms, tokensOf } from "./viewer.ts";
import { eventually, within } from "./wait.ts";

/** A reader whose machine stands still: its connection is open, and nobody reads from it. */
export type SlowViewer = {
  readonly room: string;
  /** What it has read: the first frame, and after `closed()` all that had been on its way. */
  readonly frames: readonly ViewerFrame[];
  /**
   * Reads on, and waits until the room's close: 4408 `too_slow` once more than 1 MiB of final captions were sent that it has not
   * said it has seen, or what it was sent 60 s ago. Waits 15 s at most unless told otherwise: call it when that has happened.
   */
  closed(withinMs?: number): Promise<{ readonly code: number; readonly reason: string }>;
  /** Breaks the connection. */
  close(): void;
};

/** Settles once it has its first frame and reads no more. */
export async function openSlowViewer(rooms: Rooms, room: string): Promise<SlowViewer> {
  const token = await (await tokensOf(rooms, { scopes: ["captions:view"], room }))();
  const url = new URL(`/parties/captions/${room}`, rooms.url);
  url.protocol = "ws:";
  const socket = new WebSocket(url, [subprotocol, bearerSubprotocolPrefix + token], {
    perMessageDeflate: false,
  });
  rooms.closed?.addEventListener("abort", () => socket.terminate(), { once: true });
  const frames: ViewerFrame[] = [];
  const first = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<{ code: number; reason: string }>();
  socket.on("error", (error) => first.reject(error));
  socket.on("close", (code, reason) => ended.resolve({ code, reason: String(reason) }));
  socket.on("message", (data) => {
    if (frames.length === 0) {
      // The system's buffers fill next, then the room's.
      socket.pause();
      first.resolve();
    }
    frames.push(v.parse(ViewerFrameSchema, JSON.parse(String(data))));
  });
  await within(`The slow viewer of "${room}" gets its first frame`, first.promise);
  return {
    room,
    frames,
    async closed(withinMs = 15_000) {
      socket.resume();
      await eventually(
        `The room "${room}" closes the slow viewer`,
        () => socket.readyState,
        (state) => state !== WebSocket.OPEN,
        withinMs,
        () => `the last it has read is ${JSON.stringify(frames.at(-1)).slice(0, 200)}`,
      );
      // The close is told; the end of the connection may take the runtime half a minute.
      socket.terminate();
      return ended.promise;
    },
    close: () => socket.terminate(),
  };
}
