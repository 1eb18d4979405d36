import * as v from "valibot";
import { signingKeysOf } from "../tokens/signing-keys.ts";
import { BaseUrlSchema } from "./address.ts";
import { type RoomStub, roomAt } from "./http-rooms.ts";

export const RoomsSchema = v.object({
  /** Where rooms are that do not run beside the edge Worker: a host of rooms, with the same `TOKEN_SECRET`. */
  ROOMS_URL: v.optional(BaseUrlSchema),
});

/**
 * A room, wherever it is: a Durable Object, or behind `ROOMS_URL`. Each tenant has rooms of its own: the same name is another
 * object.
 *
 * @param name `{tenant}/{room}`
 */
export function roomOf(env: Cloudflare.Env, name: string): RoomStub {
  const { ROOMS_URL } = v.parse(RoomsSchema, env);
  return ROOMS_URL === undefined ? env.CAPTIONS.getByName(name) : roomAt(ROOMS_URL, name, signingKeysOf(env));
}
