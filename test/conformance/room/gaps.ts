import type { PublisherFrame } from "../../../shared/protocol.ts";
import type { Link } from "./link.ts";
import { msOf, start } from "./speaker.ts";
import type { World } from "./world.ts";

/** Fewer than a room lets wait. */
const socketsAhead = 6;
const stepSamples = 1_600;
const key = "key-of-the-long-room-00";

/**
 * Gaps number `from` to `to` of the room's session, counted from 1: segments that are made quicker than captions are, by a
 * publisher that comes back each time with a later position. With `from` 0 the session begins.
 */
export async function makeGaps(world: World, from: number, to: number): Promise<void> {
  const token = await world.token("captions:publish");
  const sockets: Promise<Link<PublisherFrame>>[] = [];
  for (let at = from, asked = from; at <= to; at += 1) {
    // Far away, a socket takes its time.
    for (; asked <= to && sockets.length < socketsAhead; asked += 1) {
      const socket = world.knockAsPublisher({ token });
      // Nobody waits for those ahead any more where an earlier one was refused.
      socket.catch(() => {});
      sockets.push(socket);
    }
    const link = await sockets.shift();
    link?.send({ ...start, key, position: at * stepSamples });
    await link?.frame("ready");
    link?.close();
  }
}

/** When the gap of this number ends. */
export function gapEndMs(at: number): number {
  return Math.round(msOf(at * stepSamples));
}
