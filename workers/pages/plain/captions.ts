import * as v from "valibot";
import { roomPaths } from "../../../party/paths.ts";
import { SegmentSchema, type Status, StatusSchema } from "../../../shared/captions.ts";
import type { AskableRoom } from "../../rooms/object.ts";
import type { Asked } from "./asked.ts";
import { earlierPart, newPart, type Part, pageCaptions } from "./part.ts";

const SnapshotSchema = v.object({
  segments: v.array(SegmentSchema),
  hasEarlier: v.boolean(),
  status: StatusSchema,
});
const EarlierSchema = v.object({ segments: v.array(SegmentSchema), hasEarlier: v.boolean() });

export type Answer = { readonly part: Part; readonly status: Status };

/** Of a room in which nothing has happened yet. */
export const nothingYet: Answer = {
  part: newPart({ segments: [], hasEarlier: false }, null),
  status: { state: "idle", since: 0 },
};

/** Asks the room for what was asked of the page. Throws what the room refuses with. */
export async function captionsFor(room: AskableRoom, { from }: Asked): Promise<Answer> {
  const newest = await room.ask(roomPaths.captions);
  const { status, ...snapshot } = v.parse(SnapshotSchema, await newest.json());
  if (from.kind !== "before") {
    return { part: newPart(snapshot, from.kind === "after" ? from.id : null), status };
  }
  const query = new URLSearchParams({ before: from.id, limit: String(pageCaptions) });
  const earlier = v.parse(EarlierSchema, await (await room.ask(`${roomPaths.captions}?${query}`)).json());
  return { part: earlierPart(earlier), status };
}
