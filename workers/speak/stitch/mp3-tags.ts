import { hasAscii } from "./byte-queue.ts";

export type Mp3Tag =
  | { readonly kind: "none" }
  /** It may be one, but its length is not there yet. */
  | { readonly kind: "partial" }
  | { readonly kind: "tag"; readonly bytes: number };

/** The most bytes that `readMp3Tag` needs. */
export const tagHeadBytes = 32;

const id3v1Bytes = 128;
const id3v2HeadBytes = 10;

/** Knows the tags that stand before, between and after the frames of MP3 files, by at least their first four bytes. */
export function readMp3Tag(head: Uint8Array): Mp3Tag {
  if (hasAscii(head, "TAG")) return { kind: "tag", bytes: id3v1Bytes };
  if (hasAscii(head, "ID3")) return readId3v2(head);
  if (hasAscii(head, "APET")) return readApe(head);
  return { kind: "none" };
}

function readId3v2(head: Uint8Array): Mp3Tag {
  if (head.length < id3v2HeadBytes) return { kind: "partial" };
  // Seven bits a byte, so that no length looks like the beginning of a frame.
  const size = head.subarray(6, id3v2HeadBytes).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  // There may be a footer behind it, ten bytes that are stray like any others.
  return { kind: "tag", bytes: id3v2HeadBytes + size };
}

/** An APE tag has this block of 32 bytes at its end, usually also at its beginning; only there its size lies ahead. */
function readApe(head: Uint8Array): Mp3Tag {
  if (head.length < tagHeadBytes) return { kind: "partial" };
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const isAtBeginning = (view.getUint32(20, true) & 0x2000_0000) !== 0;
  return { kind: "tag", bytes: tagHeadBytes + (isAtBeginning ? view.getUint32(12, true) : 0) };
}
