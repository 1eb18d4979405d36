import type { RawFrame } from "./case.ts";

/** Frames of a WebSocket as they stand on the wire (RFC 6455 §5.2): any, right or wrong. */
export function frameBytes(
  { opcode, isFinal, reserved, isMasked, length }: Omit<RawFrame, "hex">,
  payload: Buffer,
): Buffer {
  const said = length ?? payload.length;
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  const mask = isMasked ? 0x80 : 0;
  const head =
    said < 126
      ? Buffer.from([first, mask | said])
      : said < 65_536
        ? Buffer.from([first, mask | 126, said >> 8, said & 255])
        : Buffer.concat([Buffer.from([first, mask | 127]), bigEndian(said)]);
  if (!isMasked) return Buffer.concat([head, payload]);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (maskingKey[index % 4] ?? 0)));
  return Buffer.concat([head, maskingKey, masked]);
}

const maskingKey = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

export function wholeFrame(opcode: number, payload: string | Uint8Array): Buffer {
  const bytes = typeof payload === "string" ? Buffer.from(payload) : Buffer.from(payload);
  return frameBytes({ opcode, isFinal: true, reserved: 0, isMasked: true }, bytes);
}

export function closeFrame(code: number): Buffer {
  return wholeFrame(opcodes.close, Buffer.from([code >> 8, code & 255]));
}

export const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export type Frame = { readonly opcode: number; readonly payload: Buffer };

/** The whole frames at the beginning, and how many bytes they take. The server sends none masked and none in parts. */
export function readFrames(bytes: Buffer): { frames: Frame[]; length: number } {
  const frames: Frame[] = [];
  let at = 0;
  for (;;) {
    const [first, second] = [bytes[at], bytes[at + 1]];
    if (first === undefined || second === undefined) return { frames, length: at };
    if ((second & 0x80) !== 0 || (first & 0xf0) !== 0x80)
      throw new Error("The server sent a frame that none may send.");
    const short = second & 0x7f;
    const from = at + (short === 127 ? 10 : short === 126 ? 4 : 2);
    if (bytes.length < from) return { frames, length: at };
    const size =
      short === 127
        ? Number(bytes.readBigUInt64BE(at + 2))
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : short;
    if (bytes.length < from + size) return { frames, length: at };
    frames.push({ opcode: first & 0x0f, payload: Buffer.from(bytes.subarray(from, from + size)) });
    at = from + size;
  }
}
