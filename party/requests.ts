import * as v from "valibot";
import { CaptionwireError, errorFrame, errorTable } from "../shared/errors.ts";
import { limits } from "../shared/limits.ts";
import { type Position, positionIn } from "../shared/position.ts";
import { RoomSettingsSchema } from "../shared/settings.ts";
import { EventStream } from "./events.ts";
import { platform } from "./platform.ts";
import type { Room } from "./room/room.ts";
import { isHeld, tagOf } from "./tags.ts";

/** What the edge Worker asks of a room by plain HTTP, as paths on a host that does not matter. */
export const roomPaths = {
  state: "/state",
  settings: "/settings",
  purge: "/purge",
  captions: "/captions",
  transcript: "/transcript",
  events: "/events",
} as const;

/**
 * Answers the edge Worker, which has checked who asks and for what: JSON, with an `ETag` where a transcript is read (and
 * 304 to `If-None-Match`), a stream of events, 204 for what is gone, or an error frame with its code's status. Never
 * throws.
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
  const { pathname, searchParams } = new URL(request.url);
  const segmentId = idIn(pathname);
  if (request.method === "PATCH" && segmentId !== null) return correct(request, room, segmentId);
  switch (`${request.method} ${pathname}`) {
    case `GET ${roomPaths.state}`:
      return Response.json(room.describe());
    case `PUT ${roomPaths.settings}`:
      await room.configure(v.parse(RoomSettingsSchema, await request.json()));
      return Response.json(room.describe());
    case `POST ${roomPaths.purge}`:
      await room.purge();
      return new Response(null, { status: 204 });
    case `GET ${roomPaths.captions}`:
      return captions(request, room, searchParams);
    case `GET ${roomPaths.transcript}`: {
      const transcript = room.transcript();
      return tagged(request, transcript, transcript.session, transcript);
    }
    case `GET ${roomPaths.events}`:
      return events(request, room, searchParams);
    default:
      throw new CaptionwireError("not_found");
  }
}

function captions(request: Request, room: Room, query: URLSearchParams): Promise<Response> {
  const head = room.transcript();
  const before = query.get("before");
  if (before !== null) {
    const limit = Number(query.get("limit") ?? limits.snapshotMaxSegments);
    return tagged(request, head, null, room.earlier(before, limit));
  }
  const frame = room.frame(positionIn(query));
  const { interim, status, session } = frame;
  return tagged(request, head, { interim, status, session }, frame);
}

/** @param present what `body` says besides what the transcript held at `position` */
async function tagged(
  request: Request,
  position: Position,
  present: unknown,
  body: unknown,
): Promise<Response> {
  const tag = await tagOf(position, present);
  const headers = { etag: tag };
  return isHeld(tag, request.headers)
    ? new Response(null, { status: 304, headers })
    : Response.json(body, { headers });
}

const CorrectionSchema = v.strictObject({ text: v.string() });

async function correct(request: Request, room: Room, id: string): Promise<Response> {
  const body = v.safeParse(CorrectionSchema, await request.json().catch(() => undefined));
  if (!body.success) throw new CaptionwireError("bad_request", 'Send JSON such as {"text":"…"}.');
  const segment = await room.edit(id, body.output.text);
  return segment === null ? new Response(null, { status: 204 }) : Response.json(segment);
}

function events(request: Request, room: Room, query: URLSearchParams): Response {
  const stream = new EventStream(platform, () => room.left(stream.id));
  room.viewerJoined(stream, positionIn(query), Number(query.get("expiresAt")));
  const { signal } = request;
  if (signal.aborted) stream.gone();
  else signal.addEventListener("abort", () => stream.gone(), { once: true });
  return new Response(stream.body, { headers: { "content-type": "text/event-stream" } });
}

function idIn(pathname: string): string | null {
  const prefix = `${roomPaths.captions}/`;
  return pathname.startsWith(prefix) ? decodeURIComponent(pathname.slice(prefix.length)) : null;
}

function failure({ code, message }: CaptionwireError): Response {
  return Response.json(errorFrame(code, message), { status: errorTable[code].status });
}
