import * as v from "valibot";
import { compareSegments, type Segment } from "../../shared/captions.ts";
import { ViewerFrameSchema } from "../../shared/protocol.ts";
import { type Frame, Member, request, seconds, start, tokenFor } from "./runtime-client.ts";

export const isType = (type: string) => (frame: Frame) => frame.type === type;

export const viewToken = (room: string): Promise<string> => tokenFor(["captions:view"], room);

export async function viewerOf(room: string): Promise<Member> {
  const viewer = await Member.join(room, await viewToken(room));
  await viewer.until("a first frame", isType("snapshot"));
  return viewer;
}

/** A publisher whose words so far, one a second, are stored. */
export async function speaking(room: string, count: number): Promise<Member> {
  const publisher = await Member.join(room, await tokenFor(["captions:publish"], room), "?role=publisher");
  publisher.send(start);
  await publisher.until("ready", isType("ready"));
  publisher.send(seconds(count));
  const heard = count * 16_000;
  await publisher.until("ack", ({ type, position }) => type === "ack" && position === heard);
  return publisher;
}

/** A broadcast of so many words, over. */
export async function spoken(room: string, count: number): Promise<void> {
  const publisher = await speaking(room, count);
  publisher.send({ type: "finish" });
  await publisher.until("finished", isType("finished"));
}

/** What somebody who has read these frames holds: as the protocol says they are applied. */
export function held(frames: readonly Frame[]): Segment[] {
  const segments = new Map<string, Segment>();
  for (const raw of frames) {
    const frame = v.parse(ViewerFrameSchema, raw);
    if (frame.type === "snapshot") {
      segments.clear();
      for (const segment of frame.segments) segments.set(segment.id, segment);
    } else if (frame.type === "delta") {
      for (const id of frame.removed) segments.delete(id);
      for (const segment of frame.put) segments.set(segment.id, segment);
    }
  }
  return [...segments.values()].sort(compareSegments);
}

export async function get(path: string, token: string | null, headers: Record<string, string> = {}) {
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  return request(path, { headers: { ...authorization, ...headers } });
}

export async function correct(room: string, id: string, body: unknown, token?: string): Promise<Response> {
  const secret = token ?? (await tokenFor(["captions:edit"], room));
  return request(`/v1/rooms/${room}/captions/${id}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${secret}` },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}
