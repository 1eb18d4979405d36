import { readFileSync } from "node:fs";
import * as v from "valibot";
import type { Shown, Viewing } from "../../../cli/wer/viewing.ts";
import type { Segment } from "../../../client/index.ts";

/** Start and end of the sound, and the text. */
const SpokenSchema = v.tuple([v.number(), v.number(), v.string()]);
const UpdateSchema = v.tupleWithRest([v.number(), v.nullable(SpokenSchema)], v.array(SpokenSchema));
const RecordedSchema = v.record(v.string(), v.array(UpdateSchema));

/** What viewers of a room got while recordings were played into it: when, the interim, and new finals. */
export function recordedUpdates(): [name: string, Viewing][] {
  const text = readFileSync(new URL("fixtures/updates.json", import.meta.url), "utf8");
  return Object.entries(v.parse(RecordedSchema, JSON.parse(text))).map(([name, updates]) => {
    let segments: readonly Segment[] = [];
    const shown = updates.map(([atMs, interim, ...finals]): Shown => {
      if (finals[0] !== undefined) segments = [...segments, ...finals[0].map(toSegment)];
      return { atMs, finals: segments, interim: interim && spoken(interim) };
    });
    return [name, { segments, shown, timeline: { sentMs: 0, sentAt: () => null } }];
  });
}

type Spoken = v.InferOutput<typeof SpokenSchema>;

function spoken([start, end, text]: Spoken): { start: number; end: number; text: string } {
  return { start, end, text };
}

function toSegment(said: Spoken): Segment {
  return { ...spoken(said), id: String(said[0]), session: "s", at: 0, version: said[0], kind: "speech" };
}
