import * as v from "valibot";
import { RoomStatsSchema } from "./stats.ts";

/** What `GET /v1/rooms/{room}/stats` answers. */
export const StatsAnswerSchema = v.object({ room: v.string(), ...RoomStatsSchema.entries });
export type StatsAnswer = Readonly<v.InferOutput<typeof StatsAnswerSchema>>;
