import { type Position, putPosition } from "../shared/position.ts";
import type { Role } from "../shared/protocol.ts";

type Address = {
  /** http(s) origin of the Worker. */
  readonly url: string;
  readonly room: string;
  /** Of a public room, where the Worker serves several. */
  readonly tenant?: string | null;
  readonly role: Role;
  readonly position?: Position | null;
  readonly takeover?: boolean;
};

/** The room's socket address. Made anew for each attempt, because it carries the position. */
export function roomAddress({ url, room, tenant, role, position, takeover }: Address): string {
  const address = new URL(`/parties/captions/${encodeURIComponent(room)}`, url);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  address.searchParams.set("role", role);
  if (tenant) address.searchParams.set("tenant", tenant);
  if (takeover) address.searchParams.set("takeover", "1");
  putPosition(address.searchParams, position);
  // It may ask for the time.
  address.searchParams.set("probe", "1");
  return address.href;
}

/** What is asked of a room by HTTP: `path` is "events" or "captions". */
export function roomResource(
  { url, room, tenant }: Pick<Address, "url" | "room" | "tenant">,
  path: "events" | "captions",
): URL {
  const address = new URL(`/v1/rooms/${encodeURIComponent(room)}/${path}`, url);
  if (tenant) address.searchParams.set("tenant", tenant);
  return address;
}
