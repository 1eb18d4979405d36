import { type Context, Hono } from "hono";
import * as v from "valibot";
import { roomPaths } from "../../party/paths.ts";
import { isHeld } from "../../party/tags.ts";
import { SegmentSchema } from "../../shared/captions.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { toJson } from "../../shared/export/json.ts";
import { toSrt } from "../../shared/export/srt.ts";
import { toText } from "../../shared/export/text.ts";
import { toVtt } from "../../shared/export/vtt.ts";
import { limits } from "../../shared/limits.ts";
import { putPosition, readPosition } from "../../shared/position.ts";
import type { App } from "../http/app.ts";
import { whole } from "../http/body.ts";
import { keepFile, keptFile } from "./kept-files.ts";
import { readLimit } from "./limit.ts";
import { openRoom, smallBody } from "./object.ts";

/** `/v1/rooms/{room}/captions`: the transcript to poll, to page back in, to take away as a file, and to correct. */
export const captions = new Hono<App>();

/**
 * For answers that depend on the token alone, so that whoever polls with the same one may share them.
 *
 * A second is short enough for captions and for the end of a token, and lets a cache ask the room once for all of its
 * pollers. `public` is what lets a shared cache keep an answer to a request with `Authorization` at all; `Vary` makes the
 * token part of its key, so that nobody without that very token is answered from it. Cloudflare's own cache leaves
 * `Vary` out of its key unless a rule says otherwise: it is told, in the header only it reads, to keep nothing.
 */
const sharedByToken = {
  "cache-control": "public, max-age=1",
  vary: "authorization",
  "cloudflare-cdn-cache-control": "no-store",
  "x-content-type-options": "nosniff",
} as const;

captions.get("/v1/rooms/:room/captions", async (c) => {
  const { ask } = await openRoom(c, "captions:view");
  const answer = await ask(`${roomPaths.captions}?${readQuery(c)}`, ifChanged(c));
  return told(etagOf(answer), answer.status === 304 ? null : answer.body, "application/json");
});

type Transcript = v.InferOutput<typeof TranscriptSchema>;
const TranscriptSchema = v.object({
  epoch: v.string(),
  version: v.number(),
  segments: v.array(SegmentSchema),
});

const formats: Record<string, { type: string; write(transcript: Transcript, room: string): string }> = {
  vtt: { type: "text/vtt; charset=utf-8", write: ({ segments }) => toVtt(segments) },
  srt: { type: "application/x-subrip; charset=utf-8", write: ({ segments }) => toSrt(segments) },
  txt: { type: "text/plain; charset=utf-8", write: ({ segments }) => toText(segments) },
  json: {
    type: "application/json",
    write: ({ segments, epoch, version }, room) => toJson(segments, { room, epoch, position: version }),
  },
};

for (const [extension, { type, write }] of Object.entries(formats)) {
  captions.get(`/v1/rooms/:room/captions.${extension}`, async (c) => {
    const { room, visitor, ask } = await openRoom(c, "captions:view");
    const name = `${visitor.tenant}/${room}.${extension}`;
    const before = keptFile(name);
    const held = [c.req.header("if-none-match"), before?.etag].filter((tag) => tag !== undefined).join(", ");
    const answer = await ask(roomPaths.transcript, held === "" ? {} : { headers: { "if-none-match": held } });
    const etag = etagOf(answer);
    let text: string;
    if (answer.status !== 304) {
      // Made here and not in the room, which has live captions to see to.
      text = write(v.parse(TranscriptSchema, await answer.json()), room);
      keepFile(name, { etag, text });
    } else if (before?.etag === etag && !isHeld(etag, c.req.raw.headers)) {
      text = before.text;
    } else {
      return told(etag, null, type);
    }
    const response = told(etag, text, type);
    // A room's name has no character that would have to be quoted.
    response.headers.set("content-disposition", `attachment; filename="${room}.${extension}"`);
    return response;
  });
}

captions.patch("/v1/rooms/:room/captions/:id", smallBody, async (c) => {
  const { ask } = await openRoom(c, "captions:edit");
  const path = `${roomPaths.captions}/${encodeURIComponent(c.req.param("id"))}`;
  const answer = await ask(path, { method: "PATCH", body: await whole(c.req.text()) });
  if (answer.status === 204) return c.body(null, 204);
  c.header("cache-control", "no-store");
  return c.json(await answer.json());
});

/** @param body `null`: what the asker holds is still good */
function told(etag: string, body: BodyInit | null, type: string): Response {
  const headers = { ...sharedByToken, etag };
  if (body === null) return new Response(null, { status: 304, headers });
  return new Response(body, { headers: { ...headers, "content-type": type } });
}

function etagOf(answer: Response): string {
  return answer.headers.get("etag") ?? "";
}

function ifChanged(c: Context<App>): { readonly headers?: Readonly<Record<string, string>> } {
  const held = c.req.header("if-none-match");
  return held === undefined ? {} : { headers: { "if-none-match": held } };
}

/** Either `since`, or `before` and perhaps `limit`. A `since` that is no position is answered with a snapshot. */
function readQuery(c: Context<App>): URLSearchParams {
  const { since, before, limit } = c.req.query();
  const query = new URLSearchParams();
  if (before === undefined) {
    if (limit !== undefined) throw new CaptionwireError("bad_request", "limit goes with before.");
    putPosition(query, readPosition(since ?? null));
    return query;
  }
  if (since !== undefined) throw new CaptionwireError("bad_request", "Ask for since or before, not both.");
  query.set("before", before);
  if (limit !== undefined) query.set("limit", String(readLimit(limit, limits.snapshotMaxSegments)));
  return query;
}
