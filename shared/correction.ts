import * as v from "valibot";

/** Body of `PATCH /v1/rooms/{room}/captions/{id}`; a text without words removes the segment. */
export const CorrectionSchema = v.strictObject({ text: v.string() });
