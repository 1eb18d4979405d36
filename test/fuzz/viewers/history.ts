import type { Transcript } from "../../../party/room/transcript.ts";
import { compareSegments, type Segment } from "../../../shared/captions.ts";
import type { Position } from "../../../shared/position.ts";

const digests = new WeakMap<Segment, number>();

/** Everything a segment says, in 32 bits. */
export function digestOf(segment: Segment): number {
  const known = digests.get(segment);
  if (known !== undefined) return known;
  const { id, session, start, end, text, speaker, words, at, version, kind, edited } = segment;
  let said = `${id} ${session} ${start} ${end} ${text} ${speaker} ${at} ${version} ${kind} ${edited}`;
  for (const word of words ?? []) said += ` ${word.text} ${word.start} ${word.end} ${word.confidence}`;
  let digest = 0x811c9dc5;
  for (let index = 0; index < said.length; index += 1) {
    digest = Math.imul(digest ^ said.charCodeAt(index), 0x01000193);
  }
  digests.set(segment, digest);
  return digest;
}

/** Every transcript that was ever in storage: what a viewer at a position must hold. */
export class History {
  readonly #transcripts = new Map<string, Transcript>();
  readonly #epochs: string[] = [];
  readonly #sums = new Map<string, number>();

  record(transcript: Transcript): void {
    if (this.#epochs.at(-1) !== transcript.epoch) this.#epochs.push(transcript.epoch);
    this.#transcripts.set(keyOf(transcript), transcript);
  }

  at(position: Position): Transcript | undefined {
    return this.#transcripts.get(keyOf(position));
  }

  /** Epochs follow each other and never come again. */
  ordinal(epoch: string): number {
    return this.#epochs.indexOf(epoch);
  }

  /** The digest of a stored transcript from a boundary on; `null` when no such transcript was ever stored. */
  sum(position: Position, boundary: Segment | null): number | null {
    const transcript = this.at(position);
    if (transcript === undefined) return null;
    const key = `${keyOf(position)} ${boundary?.id ?? ""}`;
    const known = this.#sums.get(key);
    if (known !== undefined) return known;
    const sum = sumOf(transcript.segments.filter((segment) => isWithin(segment, boundary)));
    this.#sums.set(key, sum);
    return sum;
  }
}

/** Whether a viewer whose snapshot began there holds this segment. */
export function isWithin(segment: Segment, boundary: Segment | null): boolean {
  return boundary === null || compareSegments(segment, boundary) >= 0;
}

export function sumOf(segments: Iterable<Segment>): number {
  let sum = 0;
  for (const segment of segments) sum ^= digestOf(segment);
  return sum;
}

function keyOf({ epoch, version }: Position): string {
  return `${epoch} ${version}`;
}
