import { beforeAll, describe, expect, it } from "vitest";
import { stitch } from "./cutting.ts";
import { type Decoded, decodeMp3, largestDifference, largestJump } from "./decoders.ts";
import { frameStarts, mp3Frame, mp3Kinds, sideEnd } from "./mp3-files.ts";
import { encodeAll, speakAll } from "./speech.ts";

const frameSamples = 576;
/** Far below what can be heard: full scale is 1. */
const inaudible = 0.0001;
/** The decoder's filters stand elsewhere in their cycle and round otherwise. */
const rounding = 0.000_001;

describe.each([48_000, 32_000] as const)("the sound of stitched mp3 of %i bit/s", (bitRate) => {
  const format = { encoding: "mp3", bitRate } as const;
  let chunks: Uint8Array[];
  let alone: Decoded[];
  beforeAll(async () => {
    chunks = await encodeAll(format, await speakAll());
    alone = await Promise.all(chunks.map(decodeMp3));
  });

  it("is that of the chunks, one after the other, without a click", async () => {
    const { samples } = await decodeMp3(stitch(format, chunks, [777]));
    let at = 0;
    for (const [index, { samples: chunk }] of alone.entries()) {
      // What the decoder still has of the chunk before fades within two frames.
      const faded = index === 0 ? 0 : 2 * frameSamples;
      expect(largestDifference(chunk.subarray(0, faded), samples, at)).toBeLessThan(inaudible);
      expect(largestDifference(chunk.subarray(faded), samples, at + faded)).toBeLessThan(rounding);
      if (index > 0) {
        const seam = largestJump(samples, at - frameSamples, at + frameSamples);
        expect(seam).toBeLessThan(largestJump(chunk, 0, chunk.length) / 50);
      }
      at += chunk.length;
    }
    expect(samples).toHaveLength(at);
  });

  it.each([3, 20, 50])(
    "is silent where frame %i of a chunk needs what was before the chunk",
    async (first) => {
      const [before = new Uint8Array(0), chunk = new Uint8Array(0)] = chunks;
      const late = chunk.subarray(frameStarts(chunk)[first]);
      const stitched = stitch(format, [before, late], [100]);
      const silenced = frameStarts(late).filter((start, index, starts) => {
        const frame = late.subarray(start, starts[index + 1]);
        return !stitched
          .subarray(before.length + start)
          .subarray(0, frame.length)
          .equals(frame);
      }).length;
      expect(silenced).toBeGreaterThan(0);
      expect(silenced).toBeLessThan(5);

      const { samples } = await decodeMp3(stitched);
      const seam = alone[0]?.samples.length ?? 0;
      expect(largestJump(samples, seam, seam + silenced * frameSamples)).toBeLessThan(inaudible);
      // A frame is heard together with the end of the one before, and its filters take half a frame more.
      const settled = (silenced + 2) * frameSamples;
      const rest = (alone[1]?.samples ?? samples).subarray(first * frameSamples + settled);
      expect(largestDifference(rest, samples, seam + settled)).toBeLessThan(rounding);
      expect(samples).toHaveLength(seam + settled + rest.length);
    },
  );
});

describe("a frame that needs what is not there", () => {
  const format = { encoding: "mp3", bitRate: 48_000 } as const;

  it.each(mp3Kinds)("keeps its data and has a right checksum in MPEG $version", (kind) => {
    for (const mode of [0, 3] as const) {
      const options = { kind, rate: 1, bits: 4, mode, hasChecksum: true, filling: [1, 2, 3] };
      const frame = mp3Frame(options);
      const main = sideEnd(options);
      frame.fill(0xff, 6, main);
      const sent = stitch(format, [frame]);
      const expected = Buffer.from(frame).fill(0, 6, main);
      expected.writeUInt16BE(
        remainder(Buffer.concat([expected.subarray(2, 4), expected.subarray(6, main)])),
        4,
      );
      expect(sent).toEqual(expected);
    }
  });

  it("is held against the published check value of its checksum", () => {
    expect(remainder(Buffer.from("123456789"))).toBe(0xaee7);
  });

  it("is whole as soon as the frames before it hold enough", () => {
    const [kind] = mp3Kinds;
    if (kind === undefined) throw new Error("The table is empty.");
    const options = { kind, rate: 0, bits: 0 };
    const frames = Array.from({ length: 7 }, () => {
      const frame = mp3Frame(options);
      // The most that can be asked for: 511 bytes.
      frame.writeUInt16BE(0xff80, 4);
      return frame;
    });
    const room = (frames[0]?.length ?? 0) - sideEnd(options);
    const sent = stitch(format, [Buffer.concat(frames)]);
    const begins = frames.map((frame, index) => sent.readUInt16BE(index * frame.length + 4) >> 7);
    expect(begins).toEqual([0, 1, 2, 3, 4, 5, 6].map((index) => Math.min(511, index * room)));
  });
});

/** The checksum as the standard defines it: the remainder of a division in GF(2) by x¹⁶+x¹⁵+x²+1. */
function remainder(bytes: Uint8Array): number {
  const bits = [...bytes].flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => (byte >> bit) & 1));
  let register = 0xffff;
  for (const bit of bits) {
    const carry = (register >> 15) ^ bit;
    register = (register << 1) & 0xffff;
    if (carry === 1) register ^= 0b1000_0000_0000_0101;
  }
  return register;
}
