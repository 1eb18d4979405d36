import { hasAscii } from "./byte-queue.ts";

/** What a frame's header says of itself. */
export type Mp3Header = {
  readonly version: "1" | "2" | "2.5";
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  readonly frameBytes: number;
  readonly hasChecksum: boolean;
};

export const headerBytes = 4;

/** kbit/s of layer III by their number in the header; 0 is "free", which tells no frame length. */
const fullRates = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const lowRates = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

const versions = [
  { version: "2.5", sampleRates: [11_025, 12_000, 8_000], bitRates: lowRates },
  null,
  { version: "2", sampleRates: [22_050, 24_000, 16_000], bitRates: lowRates },
  { version: "1", sampleRates: [44_100, 48_000, 32_000], bitRates: fullRates },
] as const;

/** Reads the header of a layer III frame; `null` when these four bytes are none, or one whose length cannot be known. */
export function readMp3Header(bytes: Uint8Array): Mp3Header | null {
  const [sync = 0, kind = 0, rates = 0, mode = 0] = bytes;
  if (sync !== 0xff || (kind & 0xe0) !== 0xe0) return null;
  const known = versions[(kind >> 3) & 3];
  const isLayer3 = ((kind >> 1) & 3) === 1;
  if (!known || !isLayer3) return null;
  const kilobits = known.bitRates[rates >> 4] ?? 0;
  const sampleRate = known.sampleRates[(rates >> 2) & 3];
  if (kilobits === 0 || sampleRate === undefined) return null;
  const samplesPerByte = known.version === "1" ? 144 : 72;
  const padding = (rates >> 1) & 1;
  return {
    version: known.version,
    sampleRate,
    channels: mode >> 6 === 3 ? 1 : 2,
    frameBytes: Math.floor((samplesPerByte * kilobits * 1000) / sampleRate) + padding,
    hasChecksum: (kind & 1) === 0,
  };
}

/** Stereo and joint stereo may change from frame to frame; a decoder cannot change the number of channels. */
export function isSameMp3(a: Mp3Header, b: Mp3Header): boolean {
  return a.version === b.version && a.sampleRate === b.sampleRate && a.channels === b.channels;
}

/** Where a frame's side information begins, and where its main data. */
export function layoutOf(header: Mp3Header): { readonly side: number; readonly main: number } {
  const side = headerBytes + (header.hasChecksum ? 2 : 0);
  const sideBytes = header.version === "1" ? [17, 32] : [9, 17];
  return { side, main: side + (sideBytes[header.channels - 1] ?? 0) };
}

/**
 * Whether the frame holds no sound but an index of the file it begins: the number of frames and bytes of one chunk, which
 * would end the whole stream early.
 */
export function isIndexFrame(frame: Uint8Array, header: Mp3Header): boolean {
  const { main } = layoutOf(header);
  const vbriAt = headerBytes + 32;
  return hasAscii(frame, "Xing", main) || hasAscii(frame, "Info", main) || hasAscii(frame, "VBRI", vbriAt);
}
