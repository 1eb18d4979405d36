import type { Context } from "hono";
import * as v from "valibot";
import { type Grant, RoomNameSchema } from "../../shared/claims.ts";
import { CaptionwireError, isErrorCode } from "../../shared/errors.ts";
import { ErrorFrameSchema } from "../../shared/protocol.ts";
import type { App } from "../app.ts";

/** The room's name in the address. Throws `room_name_invalid`. */
export function roomName(c: Context<App>): string {
  const room = c.req.param("room");
  if (!v.is(RoomNameSchema, room)) throw new CaptionwireError("room_name_invalid");
  return room;
}

/** The Durable Object of a room. Each tenant has rooms of its own: the same name is another object. */
export function roomObject(c: Context<App>, grant: Grant, room: string): DurableObjectStub {
  return c.env.CAPTIONS.getByName(`${grant.tenant}/${room}`);
}

/** Asks a room by HTTP; see `party/requests.ts`. Throws what the room refuses with. */
export async function askRoom(
  object: DurableObjectStub,
  path: string,
  init?: RequestInit,
): Promise<Response> {
  const answer = await object.fetch(`https://room${path}`, init);
  if (answer.ok) return answer;
  const refusal = v.safeParse(ErrorFrameSchema, await answer.json());
  if (!refusal.success || !isErrorCode(refusal.output.code)) throw new CaptionwireError("internal");
  throw new CaptionwireError(refusal.output.code, refusal.output.message);
}
