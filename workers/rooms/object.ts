import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as v from "valibot";
import { type Grant, RoomNameSchema, type Scope } from "../../shared/claims.ts";
import { CaptionwireError, isErrorCode } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import { ErrorFrameSchema } from "../../shared/protocol.ts";
import type { App } from "../app.ts";
import { authorizationSecret, requireGrant } from "../tokens/credentials.ts";

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

/**
 * The room a request is about, for whoever may.
 *
 * @param scope what the token must allow; of several, one
 */
export async function openRoom(
  c: Context<App>,
  scope: Scope | readonly Scope[],
): Promise<{ readonly room: string; readonly grant: Grant; readonly object: DurableObjectStub }> {
  const room = roomName(c);
  const secret = authorizationSecret(c.req.raw.headers);
  const grant = await requireGrant(secret, c.var.config.tokenSecret, { scope, room });
  return { room, grant, object: roomObject(c, grant, room) };
}

/** Bodies as large as a `start`, which may carry the same settings. */
export const smallBody = bodyLimit({
  maxSize: limits.controlFrameMaxBytes,
  onError: () => {
    throw new CaptionwireError("too_large");
  },
});

/** Asks a room by HTTP; see `party/requests.ts`. Answers 2xx or 304; throws what the room refuses with. */
export async function askRoom(
  object: DurableObjectStub,
  path: string,
  init?: RequestInit,
): Promise<Response> {
  const answer = await object.fetch(`https://room${path}`, init);
  if (answer.ok || answer.status === 304) return answer;
  const refusal = v.safeParse(ErrorFrameSchema, await answer.json());
  if (!refusal.success || !isErrorCode(refusal.output.code)) throw new CaptionwireError("internal");
  throw new CaptionwireError(refusal.output.code, refusal.output.message);
}
