import * as v from "valibot";
import { RoomNameSchema, TenantNameSchema } from "../../shared/claims.ts";

const RoomsPath = /^\/parties\/captions\/([^/]+)(\/.*)?$/;
/** Where the other side of the bridge is: an address under which paths are appended. */
export const BaseUrlSchema = v.pipe(
  v.string(),
  v.url(),
  v.regex(/^https?:\/\/[^?#]+$/),
  v.transform((url) => url.replace(/\/+$/, "")),
);

const IdSchema = v.strictTuple([TenantNameSchema, RoomNameSchema]);

/** What of a room is asked at a host of rooms. */
export type RoomAddress = {
  /** The room's object, `{tenant}/{room}`. */
  readonly name: string;
  /** One of `roomPaths`; `/` for a member's socket. */
  readonly path: string;
};

/** Under a host's address: the id of a room is `{tenant}:{room}`, which no name contains. */
export function pathOf({ name, path }: RoomAddress): string {
  const id = encodeURIComponent(name.replace("/", ":"));
  return `/parties/captions/${id}${path === "/" ? "" : path}`;
}

/** `null` for what is no room's address. */
export function readPath(pathname: string): RoomAddress | null {
  const [, id = "", path = "/"] = RoomsPath.exec(pathname) ?? [];
  const read = v.safeParse(IdSchema, id.replace(/%3a/i, ":").split(":"));
  return read.success ? { name: read.output.join("/"), path } : null;
}
