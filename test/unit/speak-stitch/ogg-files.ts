/** How a test's Ogg stream is laid out. */
export type OggOptions = {
  readonly packets: readonly Uint8Array[];
  readonly serial?: number;
  readonly firstSequence?: number;
  readonly preSkip?: number;
  readonly channels?: number;
  readonly gain?: number;
  readonly tags?: Uint8Array;
  /** How many segments are put on a page; a packet that has more goes on on the next. */
  readonly segmentsPerPage?: number;
  /** Samples of one packet. */
  readonly packetSamples?: number;
  /** The position before the first packet. */
  readonly origin?: number;
  /** Samples of the last packet that are not to be heard. */
  readonly trimmed?: number;
  readonly hasEnd?: boolean;
};

export const endFlag = 4;
export const firstFlag = 2;
export const continuedFlag = 1;

export type ReadPage = {
  readonly flags: number;
  /** -1: no packet ends here. */
  readonly granule: number;
  readonly serial: number;
  readonly sequence: number;
  readonly ended: number;
  readonly bytes: Buffer;
};

/** An Ogg Opus stream of these packets. */
export function oggFile(options: OggOptions): Buffer {
  const { packets, serial = 7, segmentsPerPage = 20, packetSamples = 960, origin = 0 } = options;
  const { trimmed = 0, hasEnd = true, firstSequence = 0, tags = opusTags() } = options;
  const header = [...paged([opusHead(options)], 255), ...paged([tags], 255)];
  const audio = paged(packets, segmentsPerPage);
  let ended = 0;
  const pages = [...header, ...audio].map((page, index, all) => {
    const isAudio = index >= header.length;
    const isLast = index === all.length - 1;
    if (isAudio) ended += page.ended;
    const position = isAudio ? origin + ended * packetSamples - (isLast ? trimmed : 0) : 0;
    const flags =
      (page.isContinued ? continuedFlag : 0) |
      (index === 0 ? firstFlag : 0) |
      (isLast && hasEnd ? endFlag : 0);
    const granule = page.ended === 0 ? -1 : position;
    return oggPage({ flags, granule, serial, sequence: firstSequence + index }, page.segments);
  });
  return Buffer.concat(pages);
}

export function opusHead({ preSkip = 312, channels = 1, gain = 0 }: Partial<OggOptions> = {}): Buffer {
  const head = Buffer.alloc(19);
  head.write("OpusHead\x01", "latin1");
  head.writeUInt8(channels, 9);
  head.writeUInt16LE(preSkip, 10);
  head.writeUInt32LE(48_000, 12);
  head.writeInt16LE(gain, 16);
  return head;
}

/** Tags of a given size. */
export function opusTags(padding = 0): Buffer {
  const tags = Buffer.alloc(16 + padding, "x");
  tags.write("OpusTags", "latin1");
  tags.writeUInt32LE(padding, 8);
  tags.writeUInt32LE(0, 12 + padding);
  return tags;
}

export function oggPage(
  { flags, granule, serial, sequence }: Omit<ReadPage, "ended" | "bytes">,
  segments: readonly Uint8Array[],
): Buffer {
  const page = Buffer.concat([
    Buffer.alloc(27),
    Uint8Array.from(segments.map(({ length }) => length)),
    ...segments,
  ]);
  page.write("OggS", "latin1");
  page.writeUInt8(flags, 5);
  page.writeBigInt64LE(BigInt(granule), 6);
  page.writeUInt32LE(serial, 14);
  page.writeUInt32LE(sequence, 18);
  page.writeUInt8(segments.length, 26);
  page.writeUInt32LE(oggChecksum(page), 22);
  return page;
}

/** Reads a file page by page; throws where none begins or a checksum is wrong. */
export function readOgg(file: Uint8Array): { pages: ReadPage[]; packets: Buffer[] } {
  const bytes = Buffer.from(file);
  const pages: ReadPage[] = [];
  const packets: Buffer[] = [];
  let packet: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.toString("latin1", at, at + 5) !== "OggS\0") throw new Error(`No page at ${at}.`);
    const lacing = [...bytes.subarray(at + 27, at + 27 + bytes.readUInt8(at + 26))];
    const body = at + 27 + lacing.length;
    const end = lacing.reduce((sum, size) => sum + size, body);
    const page = Buffer.from(bytes.subarray(at, end));
    const checksum = page.readUInt32LE(22);
    page.writeUInt32LE(0, 22);
    if (oggChecksum(page) !== checksum) throw new Error(`A wrong checksum at ${at}.`);
    let from = body;
    for (const size of lacing) {
      packet.push(bytes.subarray(from, from + size));
      from += size;
      if (size === 255) continue;
      packets.push(Buffer.concat(packet));
      packet = [];
    }
    pages.push({
      flags: page.readUInt8(5),
      granule: Number(page.readBigInt64LE(6)),
      serial: page.readUInt32LE(14),
      sequence: page.readUInt32LE(18),
      ended: lacing.filter((size) => size < 255).length,
      bytes: bytes.subarray(at, end),
    });
    at = end;
  }
  return { pages, packets };
}

/** The checksum as Ogg defines it, bit by bit: the remainder of a division in GF(2) by 0x104c11db7. */
export function oggChecksum(page: Uint8Array): number {
  let register = 0;
  for (const byte of page) {
    register = (register ^ (byte << 24)) >>> 0;
    for (let bit = 0; bit < 8; bit++) {
      const carry = register >= 0x8000_0000;
      register = ((register << 1) ^ (carry ? 0x04c1_1db7 : 0)) >>> 0;
    }
  }
  return register;
}

type LaidOut = { readonly segments: Uint8Array[]; readonly isContinued: boolean; readonly ended: number };

function paged(packets: readonly Uint8Array[], segmentsPerPage: number): LaidOut[] {
  const segments = packets.flatMap((packet) => {
    const whole = Math.floor(packet.length / 255);
    return Array.from({ length: whole + 1 }, (_, index) => packet.subarray(index * 255, (index + 1) * 255));
  });
  const pages: LaidOut[] = [];
  for (let at = 0; at < segments.length; at += segmentsPerPage) {
    const own = segments.slice(at, at + segmentsPerPage);
    const ended = own.filter(({ length }) => length < 255).length;
    pages.push({ segments: own, isContinued: at > 0 && segments[at - 1]?.length === 255, ended });
  }
  return pages;
}
