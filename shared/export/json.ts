import * as v from "valibot";
import { compareSegments, type Segment, SegmentSchema } from "../captions.ts";

/** A transcript as a file, whole: what the other exports are made of. `version` is that of this format. */
export const TranscriptFileSchema = v.object({
  format: v.literal("captionwire-transcript"),
  version: v.literal(1),
  room: v.optional(v.string()),
  /** With `position`, what was exported: the transcript's history and its version in it. */
  epoch: v.string(),
  position: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** In the order of the transcript; times are milliseconds on the clock of the segment's session. */
  segments: v.array(SegmentSchema),
});
export type TranscriptFile = v.InferOutput<typeof TranscriptFileSchema>;

export type JsonOptions = {
  readonly room?: string;
  readonly epoch: string;
  /** The transcript's version. */
  readonly position: number;
};

/**
 * A transcript as JSON by `TranscriptFileSchema`. The same transcript gives the same bytes: keys stand in the order of
 * the schema, and what the schema does not name is left out.
 */
export function toJson(segments: readonly Segment[], { room, epoch, position }: JsonOptions): string {
  const file = v.parse(TranscriptFileSchema, {
    format: "captionwire-transcript",
    version: 1,
    ...(room === undefined ? {} : { room }),
    epoch,
    position,
    segments: segments.toSorted(compareSegments),
  });
  return `${JSON.stringify(file, null, 2)}\n`;
}
