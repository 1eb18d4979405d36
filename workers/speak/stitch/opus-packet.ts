import { hasAscii } from "./byte-queue.ts";
import { StitchError } from "./stitcher.ts";

/** 120 ms at 48 kHz. */
const packetMaxSamples = 5_760;

/** Samples at 48 kHz of one frame, by the configuration in the packet's first byte. */
function frameSamples(configuration: number): number {
  if (configuration < 12) return [480, 960, 1920, 2880][configuration % 4] ?? 0;
  if (configuration < 16) return [480, 960][configuration % 2] ?? 0;
  return [120, 240, 480, 960][configuration % 4] ?? 0;
}

/** How many samples at 48 kHz a packet decodes to; its first two bytes are enough. */
export function packetSamples(packet: Uint8Array): number {
  const [toc = 0, count = 0] = packet;
  const frames = [1, 2, 2, count & 0x3f][toc & 3] ?? 0;
  const samples = frames * frameSamples(toc >> 3);
  if (packet.length === 0 || samples === 0 || samples > packetMaxSamples) {
    throw new StitchError("broken", "A packet that is not Opus.");
  }
  return samples;
}

/** Checks the packet that an Opus stream begins with. */
export function checkOpusHead(packet: Uint8Array): void {
  const version = packet[8] ?? 0;
  if (!hasAscii(packet, "OpusHead") || packet.length < 19 || version >> 4 !== 0) {
    throw new StitchError("broken", "An Ogg stream that does not begin with OpusHead.");
  }
}

/** Whether a decoder set up for one stream decodes the other alike; skip and original sample rate may differ. */
export function isSameOpus(a: Uint8Array, b: Uint8Array): boolean {
  const setUp = (head: Uint8Array) => [head[9], ...head.subarray(16)];
  const [x, y] = [setUp(a), setUp(b)];
  return x.length === y.length && x.every((byte, index) => byte === y[index]);
}
