import { CaptionwireError } from "../../shared/errors.ts";
import type { Pass } from "../room/door/pass.ts";
import { passOf, requireOwnOrigin, requireRoom, requireScope } from "../tokens/grant.ts";
import { checkToken } from "../tokens/jwt.ts";
import { signingKeysOf } from "../tokens/signing-keys.ts";

/**
 * The pass by which a viewer stays, from a token it has sent in band. Throws what a token is refused with at the edge.
 *
 * @param name of the room's object, `{tenant}/{room}`
 * @param held the pass it came with: its page is still the same
 */
export async function renewedPass(
  env: object,
  name: string,
  held: Pass | null,
  token: string,
): Promise<Pass> {
  const grant = await checkToken(token, signingKeysOf(env));
  const [tenant = "", room = ""] = name.split("/");
  if (grant.tenant !== tenant) throw new CaptionwireError("room_forbidden");
  requireScope(grant, "captions:view");
  requireRoom(grant, room);
  const origin = held?.origin ?? null;
  requireOwnOrigin(grant, origin);
  return passOf(grant, origin);
}
