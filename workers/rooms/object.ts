import type { Context } from "hono";
import * as v from "valibot";
import type { RoomStub } from "../../party/bridge/http-rooms.ts";
import { roomOf } from "../../party/bridge/rooms.ts";
import { passHeader } from "../../party/paths.ts";
import { RoomNameSchema, type Scope } from "../../shared/claims.ts";
import { CaptionwireError, isErrorCode } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import { ErrorFrameSchema } from "../../shared/protocol.ts";
import type { App } from "../http/app.ts";
import { bodyUpTo } from "../http/body.ts";
import { authorizationSecret } from "../tokens/credentials.ts";
import { type Visitor, visitorOf } from "./visitor.ts";

/** The room's name in the address. Throws `room_name_invalid`. */
export function roomName(c: Context<App>): string {
  const room = c.req.param("room");
  if (!v.is(RoomNameSchema, room)) throw new CaptionwireError("room_name_invalid");
  return room;
}

/** A room as one visitor may ask it. */
export type AskableRoom = {
  readonly room: string;
  readonly visitor: Visitor;
  /** See `party/host/requests.ts`. Answers 2xx or 304; throws what the room refuses with. */
  ask(path: string, init?: AskInit): Promise<Response>;
};

type AskInit = Pick<RequestInit, "method" | "body"> & { readonly headers?: Readonly<Record<string, string>> };

/** A room of the visitor's tenant. */
export function roomObject(c: Context<App>, { tenant }: Visitor, room: string): RoomStub {
  return roomOf(c.env, `${tenant}/${room}`);
}

/**
 * The room a request is about, for whoever may.
 *
 * @param scope what the token must allow; of several, one
 */
export async function openRoom(c: Context<App>, scope: Scope | readonly Scope[]): Promise<AskableRoom> {
  const room = roomName(c);
  const visitor = await visitorOf(c, authorizationSecret(c.req.raw.headers), { scope, room });
  return roomFor(c, visitor, room);
}

/** The room as this visitor, of whom the edge has found out all it can, may ask it. */
export function roomFor(c: Context<App>, visitor: Visitor, room: string): AskableRoom {
  const object = roomObject(c, visitor, room);
  return {
    room,
    visitor,
    async ask(path, { headers, ...init } = {}) {
      const pass = { [passHeader]: JSON.stringify(visitor.pass) };
      const answer = await object.fetch(`https://room${path}`, { ...init, headers: { ...headers, ...pass } });
      if (answer.ok || answer.status === 304) return answer;
      throw await refusalIn(answer);
    },
  };
}

/** What a room has refused with. */
export async function refusalIn(answer: Response): Promise<CaptionwireError> {
  const refusal = v.safeParse(ErrorFrameSchema, await answer.json());
  if (!refusal.success || !isErrorCode(refusal.output.code)) return new CaptionwireError("internal");
  return new CaptionwireError(refusal.output.code, refusal.output.message);
}

/** Bodies as large as a `start`, which may carry the same settings. */
export const smallBody = bodyUpTo(limits.controlFrameMaxBytes);
