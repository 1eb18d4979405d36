import { joined } from "../bytes.ts";
import type { Piece } from "../speak-request.ts";
import type { Audio } from "./formats.ts";

/** Takes what comes for `audio` piece after piece and gives what there is to hear of it: a WAV stream's header is left out. */
export function createSoundReader(audio: Audio): (piece: Piece) => Piece {
  return audio.kind === "samples" && audio.container === "wav" ? createWavReader() : (piece) => piece;
}

/**
 * Takes a WAV stream piece after piece and gives its samples' bytes alone: nothing of the header before them, and nothing
 * of what stands behind them where their length is known.
 */
export function createWavReader(): (piece: Piece) => Piece {
  let head: Piece = new Uint8Array(0);
  /** Of the samples; null in the header. */
  let left: number | null = null;

  return (piece) => {
    let body = piece;
    if (left === null) {
      head = joined(head, piece);
      const data = findData(head);
      if (data === null) return new Uint8Array(0);
      body = head.subarray(data.at);
      left = data.length;
      head = new Uint8Array(0);
    }
    const taken = body.subarray(0, Math.min(body.length, left));
    left -= taken.length;
    return taken;
  };
}

/** Where the samples begin, once that much is there. A length of 0, or near the largest, stands for an open one. */
function findData(bytes: Uint8Array): { at: number; length: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Behind "RIFF", a length and "WAVE".
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const isOpen = size === 0 || size >= 0x7fff_0000;
    if (String.fromCharCode(...bytes.subarray(at, at + 4)) === "data")
      return { at: at + 8, length: isOpen ? Number.POSITIVE_INFINITY : size };
    // Chunks begin on even offsets.
    at += 8 + size + (size % 2);
  }
  return null;
}
