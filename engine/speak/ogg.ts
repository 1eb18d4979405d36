/** Most segments in one page; a packet takes one for every 255 bytes, and one more. */
const MAX_SEGMENTS = 255;
const HEADER_BYTES = 27;
const CRC_AT = 22;
const IS_FIRST = 2;
const IS_LAST = 4;

/** An Ogg stream under construction: page after page, numbered and with checksums. */
export type OggStream = {
  /** The page that the stream begins with. */
  first(packet: Uint8Array): Uint8Array;
  /** Whole packets on as few pages as hold them; `positions` are those after each packet. */
  pages(packets: readonly Uint8Array[], positions: readonly number[]): Uint8Array;
  /** The page that the stream ends with, cut to `position`. */
  last(packet: Uint8Array, position: number): Uint8Array;
};

export function createOggStream(serial: number): OggStream {
  let sequence = 0;

  function page(packets: readonly Uint8Array[], position: number, flags: number): Uint8Array {
    const lacing = packets.flatMap(lace);
    const bytes = Buffer.alloc(HEADER_BYTES);
    bytes.write("OggS\0", "latin1");
    bytes.writeUInt8(flags, 5);
    bytes.writeBigInt64LE(BigInt(position), 6);
    bytes.writeUInt32LE(serial, 14);
    bytes.writeUInt32LE(sequence++, 18);
    bytes.writeUInt8(lacing.length, 26);
    const whole = Buffer.concat([bytes, Uint8Array.from(lacing), ...packets]);
    whole.writeUInt32LE(crcOf(whole), CRC_AT);
    return whole;
  }

  return {
    first: (packet) => page([packet], 0, IS_FIRST),
    pages(packets, positions) {
      const written: Uint8Array[] = [];
      let from = 0;
      let segments = 0;
      for (const [index, packet] of packets.entries()) {
        const more = lace(packet).length;
        if (segments + more > MAX_SEGMENTS) {
          written.push(page(packets.slice(from, index), positions[index - 1] ?? 0, 0));
          from = index;
          segments = 0;
        }
        segments += more;
      }
      if (segments > 0) written.push(page(packets.slice(from), positions[packets.length - 1] ?? 0, 0));
      return Buffer.concat(written);
    },
    last: (packet, position) => page([packet], position, IS_LAST),
  };
}

/** Lengths of a packet's segments: the one below 255 ends it. */
function lace(packet: Uint8Array): number[] {
  return [...new Array<number>(Math.floor(packet.length / 255)).fill(255), packet.length % 255];
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x8000_0000 ? 0x04c1_1db7 : 0);
  return crc;
});

/** Ogg's CRC-32, of a page whose own four bytes are still zero. */
function crcOf(page: Uint8Array): number {
  let crc = 0;
  for (const byte of page) crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] ?? 0);
  return crc >>> 0;
}
