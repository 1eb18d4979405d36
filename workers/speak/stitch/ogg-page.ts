import { type ByteQueue, hasAscii } from "./byte-queue.ts";
import { StitchError } from "./stitcher.ts";

export type OggPage = {
  /** The whole page. */
  readonly bytes: Uint8Array;
  /** Its first packet began on the page before. */
  readonly isContinued: boolean;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** `null` when no packet ends on the page. */
  readonly granule: number | null;
  readonly serial: number;
  readonly sequence: number;
  /** The packets, or parts of packets, that lie on the page. */
  readonly packets: readonly Uint8Array[];
  /** Whether the last of `packets` goes on on the next page. */
  readonly isUnfinished: boolean;
};

/** What the header of a page can be given anew. */
export type PageHeader = Pick<
  OggPage,
  "isContinued" | "isFirst" | "isLast" | "granule" | "serial" | "sequence"
>;

const capture = "OggS\0";
const fixedBytes = 27;
const crcAt = 22;
const noGranule = -1n;

/**
 * Takes the next page from the queue; `null` while it is not whole (a page has at most 65,307 bytes).
 *
 * @throws StitchError `broken` when no page begins here, or its checksum is wrong: decoders leave such a page out
 */
export function takePage(queue: ByteQueue): OggPage | null {
  const fixed = queue.peek(fixedBytes);
  if (!hasAscii(fixed, capture.slice(0, fixed.length))) {
    throw new StitchError("broken", "No Ogg page where one should begin.");
  }
  const segments = fixed[fixedBytes - 1];
  if (segments === undefined) return null;
  const headBytes = fixedBytes + segments;
  const head = queue.peek(headBytes);
  if (head.length < headBytes) return null;
  const lacing = head.slice(fixedBytes);
  const pageBytes = lacing.reduce((sum, size) => sum + size, headBytes);
  if (queue.length < pageBytes) return null;

  const bytes = queue.take(pageBytes);
  const view = viewOf(bytes);
  if (view.getUint32(crcAt, true) !== pageCrc(bytes)) {
    throw new StitchError("broken", "An Ogg page with a wrong checksum.");
  }
  const flags = view.getUint8(5);
  const granule = view.getBigInt64(6, true);
  return {
    bytes,
    isContinued: (flags & 1) !== 0,
    isFirst: (flags & 2) !== 0,
    isLast: (flags & 4) !== 0,
    granule: granule === noGranule ? null : Number(granule),
    serial: view.getUint32(14, true),
    sequence: view.getUint32(18, true),
    packets: splitPackets(bytes.subarray(headBytes), lacing),
    isUnfinished: lacing.at(-1) === 255,
  };
}

/** The page's content under another header. */
export function withHeader(page: OggPage, header: PageHeader): Uint8Array {
  return stamped(page.bytes.slice(), header);
}

/** A page that holds nothing. */
export function emptyPage(header: PageHeader): Uint8Array {
  const bytes = new Uint8Array(fixedBytes);
  for (let at = 0; at < capture.length; at++) bytes[at] = capture.charCodeAt(at);
  return stamped(bytes, header);
}

function stamped(bytes: Uint8Array, header: PageHeader): Uint8Array {
  const view = viewOf(bytes);
  view.setUint8(5, (header.isContinued ? 1 : 0) | (header.isFirst ? 2 : 0) | (header.isLast ? 4 : 0));
  view.setBigInt64(6, header.granule === null ? noGranule : BigInt(header.granule), true);
  view.setUint32(14, header.serial, true);
  view.setUint32(18, header.sequence, true);
  view.setUint32(crcAt, pageCrc(bytes), true);
  return bytes;
}

/** A packet ends with the first segment of fewer than 255 bytes, which may have none. */
function splitPackets(body: Uint8Array, lacing: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = [];
  let start = 0;
  let end = 0;
  for (const [index, size] of lacing.entries()) {
    end += size;
    if (size === 255 && index < lacing.length - 1) continue;
    packets.push(body.subarray(start, end));
    start = end;
  }
  return packets;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x8000_0000 ? 0x04c1_1db7 : 0);
  return crc;
});

/** Ogg's CRC-32 of the page, its own four bytes counted as zeros. */
function pageCrc(bytes: Uint8Array): number {
  let crc = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = at >= crcAt && at < crcAt + 4 ? 0 : (bytes[at] ?? 0);
    crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ byte] ?? 0);
  }
  return crc >>> 0;
}
