import { type Position, putPosition } from "../shared/position.ts";
import type { Role } from "../shared/protocol.ts";

type Address = {
  /** http(s) origin of the Worker. */
  readonly url: string;
  readonly room: string;
  readonly role: Role;
  readonly position?: Position | null;
  readonly takeover?: boolean;
};

/** The room's socket address. Made anew for each attempt, because it carries the position. */
export function roomAddress({ url, room, role, position, takeover }: Address): string {
  const address = new URL(`/parties/captions/${encodeURIComponent(room)}`, url);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  address.searchParams.set("role", role);
  if (takeover) address.searchParams.set("takeover", "1");
  putPosition(address.searchParams, position);
  return address.href;
}

/** What is asked of a room by HTTP: `path` is "events" or "captions". */
export function roomResource(url: string, room: string, path: "events" | "captions"): URL {
  return new URL(`/v1/rooms/${encodeURIComponent(room)}/${path}`, url);
}
