import * as v from "valibot";
import { SegmentSchema } from "./captions.ts";

/** What `GET /v1/rooms/{room}/captions?before=` answers: the segments before one, in the transcript's order. */
export const EarlierPartSchema = v.object({ segments: v.array(SegmentSchema), hasEarlier: v.boolean() });
