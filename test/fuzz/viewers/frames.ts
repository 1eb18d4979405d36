import * as v from "valibot";
import type { CaptionsFrame } from "../../../client/index.ts";
import type { Transcript } from "../../../party/room/transcript.ts";
import { limits } from "../../../shared/limits.ts";
import type { Position } from "../../../shared/position.ts";
import {
  type DeltaFrame,
  type SnapshotFrame,
  type ViewerFrame,
  ViewerFrameSchema,
} from "../../../shared/protocol.ts";

/** Broadcasts are read once for everybody; lagging viewers come to them late. */
const rememberedMax = 600;

/** What viewers of a room without a door are sent. */
export type ToldFrame = CaptionsFrame | Extract<ViewerFrame, { type: "error" }>;

/** What the room sends viewers, parsed and checked for what holds of any frame alone. */
export class FrameReader {
  readonly #read = new Map<string, ToldFrame>();
  readonly #violation: (what: string) => void;

  constructor(violation: (what: string) => void) {
    this.#violation = violation;
  }

  read(text: string): ToldFrame {
    const known = this.#read.get(text);
    if (known !== undefined) return known;
    const frame = v.parse(ViewerFrameSchema, JSON.parse(text));
    if (frame.type === "refresh" || frame.type === "renewed") throw new Error(`a frame of the door: ${text}`);
    if (frame.type === "probe") throw new Error("nobody here tells the time");
    const problem = problemOf(frame);
    if (problem !== null) this.#violation(problem);
    this.#read.set(text, frame);
    for (const oldest of this.#read.keys()) {
      if (this.#read.size <= rememberedMax) break;
      this.#read.delete(oldest);
    }
    return frame;
  }
}

function problemOf(frame: ToldFrame): string | null {
  if (frame.type !== "delta" && frame.type !== "snapshot") return null;
  const ids = frame.type === "delta" ? [...frame.put.map(({ id }) => id), ...frame.removed] : idsOf(frame);
  if (new Set(ids).size < ids.length) return "a segment is in one frame twice";
  const head = frame.type === "delta" ? frame.to : frame.version;
  const newest = (frame.type === "delta" ? frame.put : frame.segments).find(({ version }) => version > head);
  if (newest !== undefined) return `version ${newest.version} is in a frame up to ${head}`;
  if (frame.type === "delta" && frame.from > frame.to) return `a delta from ${frame.from} to ${frame.to}`;
  return null;
}

function idsOf({ segments }: SnapshotFrame): string[] {
  return segments.map(({ id }) => id);
}

/** What is wrong with the answer to a viewer that asks with this position, by what is stored. */
export function problemOfFirst(
  frame: DeltaFrame | SnapshotFrame,
  asked: Position | null,
  transcript: Transcript,
): string | null {
  const { epoch, version, segments } = transcript;
  if (frame.welcome === undefined) return "a first frame without a welcome";
  if (frame.epoch !== epoch) return `a first frame of epoch ${frame.epoch}, the room is in ${epoch}`;
  const expected = answerTo(asked, transcript);
  if (frame.type === "delta") {
    const fits = expected === "delta" && frame.from === asked?.version && frame.to === version;
    return fits ? null : `a delta ${frame.from}–${frame.to} instead of ${expected} up to ${version}`;
  }
  if (frame.reason !== expected) return `a snapshot "${frame.reason}" instead of ${expected}`;
  const isWhole =
    frame.version === version &&
    frame.segments.length === Math.min(segments.length, limits.snapshotMaxSegments) &&
    frame.hasEarlier === segments.length > limits.snapshotMaxSegments;
  return isWhole ? null : `a snapshot of ${frame.segments.length} segments at ${frame.version}`;
}

function answerTo(asked: Position | null, { epoch, version, earliest, segments }: Transcript): string {
  if (asked === null) return "new";
  if (asked.epoch !== epoch) return "epoch";
  if (asked.version > version) return "ahead";
  if (asked.version < earliest) return "behind";
  const put = segments.filter((segment) => segment.version > asked.version).length;
  return put > limits.snapshotMaxSegments ? "behind" : "delta";
}
