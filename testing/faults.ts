import { ask, readJson } from "../cli/api.ts";
import type { RoomState } from "../shared/captions.ts";
import { RoomDescriptionSchema } from "../shared/protocol.ts";
import type { CutProxy } from "./cut-proxy.ts";
import type { Edge } from "./edge.ts";
import { openSlowViewer, type SlowViewer } from "./slow-viewer.ts";
import type { ScriptedSocket } from "./upstream/socket.ts";
import type { Rooms } from "./viewer.ts";
import { eventually, within } from "./wait.ts";

/** What goes wrong in the world, on demand. Each switch settles when the fault is there. */
export type Faults = {
  /**
   * Every connection to the speech provider breaks (TCP reset); new ones are taken at once. What the provider said a moment ago
   * may be lost with it: a test that counts on it waits until a viewer sees it.
   */
  dropUpstream(): Promise<void>;
  /**
   * Every connection to the provider breaks, and whatever is asked of it is answered with this HTTP status until
   * `healUpstream`. 401, 402 and 403 end a room's session, since trying again cannot help; 429 and 5xx are tried again.
   */
  refuseUpstream(status: number): Promise<void>;
  /** Connections to the provider stay and nothing passes, either way, until `healUpstream`; then all of it does. */
  stallUpstream(): Promise<void>;
  healUpstream(): Promise<void>;
  /**
   * The room's Durable Object is taken out of memory and its members' connections are closed, as by a deploy. It starts again
   * from its storage with whoever comes next. `{ sockets: "kept" }`: the connections of viewers outlive it, as when a room
   * sleeps; rejects while a session runs, in which no room does. Rejects when there is no such room.
   */
  evictRoom(room: string, how?: { readonly sockets: "closed" | "kept" }): Promise<void>;
  /** Kills the Worker (SIGKILL) with all its rooms and starts it again at the same address, on the same storage. */
  restartEdge(): Promise<void>;
  /** A viewer that reads its first frame and then nothing. It is closed with the rest. */
  slowViewer(room: string): Promise<SlowViewer>;
};

/** States in which a room has a session. */
const awake: readonly RoomState[] = ["connecting", "live", "recovering"];

/**
 * @param rooms of this edge, by whoever ends them
 * @param tenant whose rooms they are
 * @param sockets of a scripted provider: a fault that ends some has come about once the script knows
 */
export function faultsOf(
  edge: Edge,
  rooms: Rooms & { readonly closed: AbortSignal },
  wire: CutProxy,
  tenant: string,
  sockets: readonly ScriptedSocket[],
): Faults {
  /** Does what ends so many of the open sockets, and waits for their end. */
  const ending = async (how: "all" | "one" | "none", work: () => Promise<void> | void): Promise<void> => {
    rooms.closed.throwIfAborted();
    const open = sockets.filter(({ isOpen }) => isOpen);
    const count = how === "all" ? open.length : how === "one" ? Math.min(1, open.length) : 0;
    await work();
    await eventually(
      "the provider's sockets end",
      () => open.filter(({ isOpen }) => !isOpen).length,
      (ended) => ended >= count,
    );
  };
  return {
    dropUpstream: () => ending("all", () => wire.cut("reset")),
    refuseUpstream: async (status) => {
      if (!Number.isInteger(status) || status < 400 || status > 599)
        throw new Error(`A refusal has a status from 400 to 599, and ${status} is none.`);
      await ending("all", () => wire.answer(status));
    },
    stallUpstream: async () => wire.stall(),
    healUpstream: async () => wire.heal(),
    async evictRoom(room, how = { sockets: "closed" }) {
      // One that sleeps is in no memory: it is woken, so that its connections can be closed.
      const token = await rooms.token({ scopes: ["rooms:admin"], room });
      const woken = await ask(`${edge.url}/v1/rooms/${room}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const { state } = await readJson(woken, RoomDescriptionSchema);
      if (how.sockets === "kept" && awake.includes(state))
        throw new Error(
          `The room "${room}" has a session and is ${state}; a room sleeps only when it has none. ` +
            'End the session with publisher.finish(), or evict the room with { sockets: "closed" }.',
        );
      // Only a room that is live has a socket for certain.
      await ending(state === "live" ? "one" : "none", () =>
        within(
          `The room "${room}" leaves memory`,
          edge.order({ evict: `${tenant}/${room}`, sockets: how.sockets }),
        ),
      );
    },
    restartEdge: () =>
      ending("all", async () => {
        await edge.killWorker();
        await edge.restartWorker();
      }),
    slowViewer: (room) => openSlowViewer(rooms, room),
  };
}
