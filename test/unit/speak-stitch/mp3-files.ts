/** One kind of MP3: bit rates in kbit/s, the free one left out, and sample rates, by their numbers in a header. */
export type Mp3Kind = {
  readonly version: "1" | "2" | "2.5";
  readonly code: number;
  readonly frameSamples: number;
  readonly kilobits: readonly number[];
  readonly sampleRates: readonly number[];
};

const low = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

export const mp3Kinds: readonly Mp3Kind[] = [
  {
    version: "1",
    code: 0b11,
    frameSamples: 1152,
    kilobits: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    sampleRates: [44_100, 48_000, 32_000],
  },
  { version: "2", code: 0b10, frameSamples: 576, kilobits: low, sampleRates: [22_050, 24_000, 16_000] },
  { version: "2.5", code: 0b00, frameSamples: 576, kilobits: low, sampleRates: [11_025, 12_000, 8_000] },
];

export type FrameOptions = {
  readonly kind: Mp3Kind;
  readonly rate: number;
  readonly bits: number;
  readonly padding?: 0 | 1;
  readonly mode?: 0 | 1 | 2 | 3;
  readonly hasChecksum?: boolean;
  /** What stands after the side information, over and over. */
  readonly filling?: readonly number[];
};

/** A frame by its numbers in the standard's tables, of the length the standard gives, with empty side information. */
export function mp3Frame(options: FrameOptions): Buffer {
  const { kind, rate, bits, padding = 0, mode = 3, hasChecksum = false, filling = [0] } = options;
  const seconds = kind.frameSamples / (kind.sampleRates[rate] ?? 0);
  const bytes = Math.floor((seconds * 1000 * (kind.kilobits[bits] ?? 0)) / 8 + 1e-9) + padding;
  const frame = Buffer.alloc(bytes);
  for (let at = sideEnd(options); at < bytes; at++) frame[at] = filling[at % filling.length] ?? 0;
  frame.writeUInt8(0xff, 0);
  frame.writeUInt8(0xe0 | (kind.code << 3) | 0b010 | (hasChecksum ? 0 : 1), 1);
  frame.writeUInt8(((bits + 1) << 4) | (rate << 2) | (padding << 1), 2);
  frame.writeUInt8(mode << 6, 3);
  return frame;
}

/** Where a frame's main data begins. */
export function sideEnd({ kind, mode = 3, hasChecksum = false }: FrameOptions): number {
  const side = kind.version === "1" ? (mode === 3 ? 17 : 32) : mode === 3 ? 9 : 17;
  return 4 + (hasChecksum ? 2 : 0) + side;
}

/** Where the frames of a bare file begin, and its end; at one bit rate, as the engine makes them. */
export function frameStarts(bytes: Uint8Array): number[] {
  const starts = [0];
  for (let at = 0; at < bytes.length; starts.push(at)) {
    const code = bytes[at + 2] ?? 0;
    const kilobits = low[(code >> 4) - 1] ?? 0;
    at +=
      Math.floor((72_000 * kilobits) / ([22_050, 24_000, 16_000][(code >> 2) & 3] ?? 1)) + ((code >> 1) & 1);
  }
  return starts;
}

/** An index such as encoders put before the first frame, in a frame like `model`. */
export function indexFrame(model: Uint8Array, name: "Xing" | "Info" | "VBRI"): Buffer {
  const frame = Buffer.alloc(model.length);
  frame.set(model.subarray(0, 4));
  // The side information of MPEG 2 in mono has nine bytes.
  frame.write(name, name === "VBRI" ? 36 : 13, "latin1");
  return frame;
}

/** An ID3v2 tag whose content is `body`, perhaps with a footer. */
export function id3v2(body: Uint8Array, hasFooter = false): Buffer {
  const head = Buffer.from([0x49, 0x44, 0x33, 4, 0, hasFooter ? 0x10 : 0, 0, 0, 0, 0]);
  for (let place = 0; place < 4; place++) head[9 - place] = (body.length >> (7 * place)) & 0x7f;
  const footer = Buffer.from(head);
  footer.write("3DI", "latin1");
  return Buffer.concat(hasFooter ? [head, body, footer] : [head, body]);
}

export function id3v1(): Buffer {
  const tag = Buffer.alloc(128, " ");
  tag.write("TAGA title", "latin1");
  return tag;
}

/** An APE tag with its head or without, as older ones are. */
export function apeTag(body: Uint8Array, hasHead = true): Buffer {
  const block = (flags: number) => {
    const bytes = Buffer.alloc(32);
    bytes.write("APETAGEX", "latin1");
    bytes.writeUInt32LE(2000, 8);
    bytes.writeUInt32LE(body.length + 32, 12);
    bytes.writeUInt32LE(1, 16);
    bytes.writeUInt32LE(flags, 20);
    return bytes;
  };
  return Buffer.concat(hasHead ? [block(0xa000_0000), body, block(0x8000_0000)] : [body, block(0)]);
}
