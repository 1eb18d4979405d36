import { CaptionwireError } from "../../shared/errors.ts";
import type { Standing } from "../room/door/standing.ts";

/** The tenant's object and the room's own name, from the name of the room's object: `{tenant}/{room}`. */
function parts(env: Cloudflare.Env, name: string) {
  const [tenant = "", room = ""] = name.split("/");
  return { tenant: env.TENANT.getByName(tenant), room };
}

/** Has the tenant know of a room; answers what was revoked. Throws `too_many_rooms` for a new one that may not be. */
export async function admitRoom(env: Cloudflare.Env, name: string, isNew: boolean): Promise<Standing> {
  const { tenant, room } = parts(env, name);
  const standing = await tenant.admitRoom(room, isNew);
  if (standing === null) throw new CaptionwireError("too_many_rooms");
  return standing;
}

export async function forgetRoom(env: Cloudflare.Env, name: string): Promise<void> {
  const { tenant, room } = parts(env, name);
  await tenant.forgetRoom(room);
}
