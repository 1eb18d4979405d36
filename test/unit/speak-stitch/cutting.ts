import fc from "fast-check";
import type { StitchableFormat } from "../../../workers/speak/formats.ts";
import { createStitcher, StitchError, type StitchFault } from "../../../workers/speak/stitch/index.ts";

/** Sizes in which a network might deliver bytes; used over and over until nothing is left. */
export const cuts = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 9, max: 2_000 })), {
    minLength: 1,
    maxLength: 20,
  })
  .filter((sizes) => sizes.some((size) => size > 0));

/** The stream of whole chunks, or of chunks cut into pieces of the given sizes. */
export function stitch(
  format: StitchableFormat,
  chunks: readonly Uint8Array[],
  sizes?: readonly number[],
): Buffer {
  const stitcher = createStitcher(format);
  const out: Uint8Array[] = [];
  for (const chunk of chunks) {
    for (const piece of pieces(chunk, sizes)) out.push(stitcher.push(piece).slice());
    out.push(stitcher.endChunk());
  }
  out.push(stitcher.finish());
  return Buffer.concat(out);
}

/** What the stitcher finds wrong with the chunks; `null` when nothing. */
export function faultOf(
  format: StitchableFormat,
  chunks: readonly Uint8Array[],
  sizes?: readonly number[],
): StitchFault | null {
  try {
    stitch(format, chunks, sizes);
    return null;
  } catch (error) {
    if (error instanceof StitchError) return error.fault;
    throw error;
  }
}

/** The bytes given so far after each byte of one chunk: what a listener could have by then. */
export function sentAfterEachByte(format: StitchableFormat, chunk: Uint8Array): number[] {
  const stitcher = createStitcher(format);
  let sent = 0;
  return Array.from(chunk, (byte) => {
    sent += stitcher.push(Uint8Array.of(byte)).length;
    return sent;
  });
}

function* pieces(chunk: Uint8Array, sizes: readonly number[] = [chunk.length]): Generator<Uint8Array> {
  for (let at = 0, index = 0; at < chunk.length; index++) {
    const size = sizes[index % sizes.length] ?? 0;
    // A copy: a network's buffer may be used again.
    yield chunk.slice(at, at + size);
    at += size;
  }
}
