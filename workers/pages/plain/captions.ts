import * as v from "valibot";
import { roomPaths } from "../../../party/paths.ts";
import { SegmentSchema, type Status, StatusSchema } from "../../../shared/captions.ts";
import { type Place, placeText } from "../../../shared/place.ts";
import type { AskableRoom } from "../../rooms/object.ts";
import type { Asked } from "./asked.ts";
import { earlierPart, newPart, type Part, pageCaptions } from "./part.ts";

const AnswerSchema = v.object({
  segments: v.array(SegmentSchema),
  hasEarlier: v.boolean(),
  status: StatusSchema,
});

export type Answer = { readonly part: Part; readonly status: Status };

/** Of a room in which nothing has happened yet. */
export const nothingYet: Answer = {
  part: newPart({ segments: [], hasEarlier: false }, null),
  status: { state: "idle", since: 0 },
};

/** Asks the room for what was asked of the page. Throws what the room refuses with. */
export async function captionsFor(room: AskableRoom, { from, isOnlyNew }: Asked): Promise<Answer> {
  const answer = await room.ask(from.kind === "newest" ? roomPaths.captions : pathAround(from.place));
  const { status, ...stretch } = v.parse(AnswerSchema, await answer.json());
  switch (from.kind) {
    case "newest":
      return { part: newPart(stretch, null), status };
    case "after":
      return { part: newPart(stretch, from.place, isOnlyNew ? 0 : pageCaptions), status };
    case "before":
      return { part: earlierPart(stretch, from.place), status };
  }
}

function pathAround(place: Place): string {
  // One more than a page shows, to either side: by it one sees whether there is more, and who spoke before.
  const query = new URLSearchParams({ around: placeText(place), limit: String(pageCaptions + 1) });
  return `${roomPaths.captions}?${query}`;
}
