import { layoutOf, type Mp3Header } from "./mp3-frame.ts";

/**
 * Follows the bit reservoir of one chunk: a frame's main data may begin in the frames before it. Where it would begin
 * before the chunk's first frame, a decoder in mid-stream finds the chunk before and makes noise of it. Such a frame is
 * silenced, which is what a decoder that begins there does; its own main data stays for the frames after it.
 */
export class BitReservoir {
  #bytes = 0;

  /** The frame as it may be sent on; the frames of a chunk in their order, each once. */
  pass(frame: Uint8Array, header: Mp3Header): Uint8Array {
    const { side, main } = layoutOf(header);
    const available = this.#bytes;
    this.#bytes += frame.length - main;
    return mainDataBegin(frame, side, header) <= available ? frame : silenced(frame, header, available);
  }
}

/** 9 bits in MPEG 1, 8 in the others. */
function mainDataBegin(frame: Uint8Array, side: number, { version }: Mp3Header): number {
  const first = frame[side] ?? 0;
  return version === "1" ? (first << 1) | ((frame[side + 1] ?? 0) >> 7) : first;
}

/**
 * No bits for any band, so no sound. The main data still begins as far back as it can: decoders carry the reservoir on
 * from frame to frame by this number. It is below what the frame said, so it fits.
 */
function silenced(frame: Uint8Array, header: Mp3Header, available: number): Uint8Array {
  const { side, main } = layoutOf(header);
  const silent = frame.slice();
  silent.fill(0, side, main);
  if (header.version === "1") new DataView(silent.buffer).setUint16(side, available << 7);
  else silent[side] = available;
  if (header.hasChecksum) {
    let crc = 0xffff;
    crc = addToCrc16(crc, silent.subarray(2, 4));
    crc = addToCrc16(crc, silent.subarray(side, main));
    new DataView(silent.buffer).setUint16(4, crc);
  }
  return silent;
}

/** CRC-16 of polynomial 0x8005, highest bit first. */
function addToCrc16(crc: number, bytes: Uint8Array): number {
  let next = crc;
  for (const byte of bytes) {
    next ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) next = ((next << 1) ^ (next & 0x8000 ? 0x8005 : 0)) & 0xffff;
  }
  return next;
}
