import * as v from "valibot";
import { CaptionwireError, errorFrame, errorTable } from "../shared/errors.ts";
import { RoomSettingsSchema } from "../shared/settings.ts";
import type { Room } from "./room/room.ts";

/** What the edge Worker asks of a room by plain HTTP, as paths on a host that does not matter. */
export const roomPaths = { state: "/state", settings: "/settings", purge: "/purge" } as const;

/**
 * Answers the edge Worker, which has checked who asks and for what: a `RoomDescription` as JSON, 204 for a purge, or an
 * error frame with its code's status. Never throws.
 *
 * @param opened the room, loaded
 */
export async function answerRequest(request: Request, opened: () => Promise<Room>): Promise<Response> {
  try {
    return await answer(request, await opened());
  } catch (error) {
    if (error instanceof CaptionwireError) return failure(error);
    console.error({ event: "request_failed", error: error instanceof Error ? error.name : "unknown" });
    return failure(new CaptionwireError("internal"));
  }
}

async function answer(request: Request, room: Room): Promise<Response> {
  const { pathname } = new URL(request.url);
  switch (`${request.method} ${pathname}`) {
    case `GET ${roomPaths.state}`:
      return Response.json(room.describe());
    case `PUT ${roomPaths.settings}`:
      await room.configure(v.parse(RoomSettingsSchema, await request.json()));
      return Response.json(room.describe());
    case `POST ${roomPaths.purge}`:
      await room.purge();
      return new Response(null, { status: 204 });
    default:
      throw new CaptionwireError("not_found");
  }
}

function failure({ code, message }: CaptionwireError): Response {
  return Response.json(errorFrame(code, message), { status: errorTable[code].status });
}
