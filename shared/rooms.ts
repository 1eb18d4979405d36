import * as v from "valibot";
import { RoomNameSchema } from "./claims.ts";
import { RoomDescriptionSchema } from "./protocol.ts";
import { RoomSettingsSchema } from "./settings.ts";

/** What `GET /v1/rooms` answers: a page of names, sorted; `next` is the `?after=` of what follows, `null` at the end. */
export const RoomListSchema = v.object({
  rooms: v.array(v.object({ room: RoomNameSchema })),
  next: v.nullable(v.string()),
});
export type RoomList = Readonly<v.InferOutput<typeof RoomListSchema>>;

/** What `GET /v1/rooms/{room}` answers. */
export const RoomAnswerSchema = v.object({
  ...RoomDescriptionSchema.entries,
  room: v.string(),
  /** Not told to whoever may only read captions. */
  settings: v.optional(RoomSettingsSchema),
});
export type RoomAnswer = Readonly<v.InferOutput<typeof RoomAnswerSchema>>;
