import * as v from "valibot";
import { CorrectionSchema } from "../../shared/correction.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import { readPlace, stretchAround } from "../../shared/place.ts";
import { type Position, positionIn } from "../../shared/position.ts";
import { RoomSettingsSchema } from "../../shared/settings.ts";
import { passIn } from "../callers.ts";
import { roomPaths } from "../paths.ts";
import { platform } from "../platform.ts";
import type { DoorBook } from "../room/door/book.ts";
import type { Door, Errand } from "../room/door/door.ts";
import type { Pass } from "../room/door/pass.ts";
import { StandingSchema } from "../room/door/standing.ts";
import type { Room } from "../room/room.ts";
import { isHeld, tagOf } from "../tags.ts";
import { EventStream } from "./events.ts";
import type { Observers } from "./observers.ts";
import { refusalOf, refused } from "./refused.ts";

/** A room that is open for whoever comes. */
export type OpenRoom = {
  readonly room: Room;
  readonly door: Door;
  readonly book: DoorBook;
  readonly observers: Observers;
};

/**
 * Answers the edge Worker, which has checked who asks and for what but not whether that was revoked: JSON, with an `ETag`
 * where a transcript is read (and 304 to `If-None-Match`), a stream of events, 204 for what is gone, or an error frame
 * with its code's status. Never throws.
 *
 * @param opened the room, loaded
 */
export async function answerRequest(request: Request, opened: () => Promise<OpenRoom>): Promise<Response> {
  try {
    // First: a room that is opened may be another one by the time that a slow body is here.
    const body = await request.text();
    return await answer(request, body, await opened());
  } catch (error) {
    return refused(refusalOf(error, "request_failed"));
  }
}

async function answer(request: Request, body: string, open: OpenRoom): Promise<Response> {
  const { room, door } = open;
  const { pathname, searchParams } = new URL(request.url);
  if (request.method === "POST" && pathname === roomPaths.revoke) {
    door.revoke(v.parse(StandingSchema, JSON.parse(body)));
    return new Response(null, { status: 204 });
  }
  const pass = passIn(request);
  if (pass === null) throw new CaptionwireError("unauthenticated");
  // A stream of events goes in by the door below.
  if (pathname !== roomPaths.events && pathname !== roomPaths.statsEvents) door.use(pass);
  const segmentId = idIn(pathname, roomPaths.captions);
  if (request.method === "PATCH" && segmentId !== null) return correct(body, room, segmentId);
  const session = idIn(pathname, roomPaths.reports);
  if (request.method === "GET" && session !== null) return report(room, session);
  switch (`${request.method} ${pathname}`) {
    case `GET ${roomPaths.state}`:
      return Response.json(room.describe());
    case `PUT ${roomPaths.settings}`:
      await room.configure(v.parse(RoomSettingsSchema, JSON.parse(body)));
      door.settingsChanged();
      return Response.json(room.describe());
    case `POST ${roomPaths.purge}`:
      await room.purge();
      return new Response(null, { status: 204 });
    case `POST ${roomPaths.ticket}`:
      // The door has it.
      return new Response(null, { status: 204 });
    case `GET ${roomPaths.captions}`:
      return captions(request, room, searchParams);
    case `GET ${roomPaths.transcript}`: {
      const transcript = room.transcript();
      return tagged(request, transcript, transcript.session, transcript);
    }
    case `GET ${roomPaths.events}`:
      return events(request, open, pass);
    case `GET ${roomPaths.stats}`:
      return Response.json(room.stats());
    case `GET ${roomPaths.statsEvents}`:
      return statsEvents(request, open, pass);
    case `GET ${roomPaths.reports}`:
      return Response.json({ reports: room.reports() });
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
  // Of the plain page alone; see `workers/pages/plain/captions.ts`.
  const place = readPlace(query.get("around"));
  if (place !== null) {
    const { status } = room.frame(null);
    const around = stretchAround(head.segments, place, Number(query.get("limit")));
    return tagged(request, head, { status }, { ...around, status });
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

async function correct(body: string, room: Room, id: string): Promise<Response> {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), CorrectionSchema), body);
  if (!read.success) throw new CaptionwireError("bad_request", 'Send JSON such as {"text":"…"}.');
  const segment = await room.edit(id, read.output.text);
  return segment === null ? new Response(null, { status: 204 }) : Response.json(segment);
}

function report(room: Room, session: string): Response {
  const kept = room.report(session);
  if (kept === null) throw new CaptionwireError("not_found", "The room keeps no report of this session.");
  return Response.json(kept);
}

function events(request: Request, { room, door }: OpenRoom, pass: Pass): Response {
  const position = positionIn(new URL(request.url).searchParams);
  return streamed(request, door, "viewer", pass, {
    joined: (stream) => room.viewerJoined(stream, position, pass.expiresAt, false),
    left: (stream) => room.left(stream.id),
  });
}

function statsEvents(request: Request, { door, observers }: OpenRoom, pass: Pass): Response {
  return streamed(request, door, "observer", pass, {
    joined: (stream) => observers.join(stream),
    left: (stream) => observers.leave(stream),
  });
}

type Stay = { joined(stream: EventStream): void; left(stream: EventStream): void };

/** A stream for somebody who comes in by the door, until it ends. */
function streamed(request: Request, door: Door, errand: Errand, pass: Pass, stay: Stay): Response {
  const stream = new EventStream(platform, pass.expiresAt, () => {
    door.leave(stream.id);
    stay.left(stream);
  });
  try {
    door.enter(stream, errand, pass);
  } catch (error) {
    stream.gone();
    throw error;
  }
  stay.joined(stream);
  const { signal } = request;
  if (signal.aborted) stream.gone();
  else signal.addEventListener("abort", () => stream.gone(), { once: true });
  return new Response(stream.body, { headers: { "content-type": "text/event-stream" } });
}

/** What follows on `path` and a slash. */
function idIn(pathname: string, path: string): string | null {
  const prefix = `${path}/`;
  return pathname.startsWith(prefix) ? decodeURIComponent(pathname.slice(prefix.length)) : null;
}
