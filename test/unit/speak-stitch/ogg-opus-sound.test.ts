import { beforeAll, describe, expect, it } from "vitest";
import { stitch } from "./cutting.ts";
import { type Decoded, decodeOpus, largestDifference, largestJump } from "./decoders.ts";
import { encodeAll, speakAll } from "./speech.ts";

/** The encoder's packets, and what it lets a decoder skip, in samples at 48 kHz. */
const packetSamples = 960;
const preSkip = 312;
const seamSamples = 480;

/**
 * A decoder that comes from other sound than the encoder began with differs a little for a while. Full scale is 1; the
 * voices reach 0.5.
 */
const tolerance = 0.005;

describe.each([12_000, 24_000, 64_000])("the sound of stitched Opus of %i bit/s", (bitRate) => {
  const format = { encoding: "opus", bitRate } as const;
  let chunks: Uint8Array[];
  let alone: Decoded[];
  beforeAll(async () => {
    chunks = await encodeAll(format, await speakAll());
    alone = await Promise.all(chunks.map(decodeOpus));
  });

  it("is that of the chunks, with padding and pre-skip at the seams, without a click", async () => {
    const { samples } = await decodeOpus(stitch(format, chunks, [333]));
    let at = 0;
    for (const [index, { samples: chunk }] of alone.entries()) {
      const difference = largestDifference(chunk, samples, at);
      if (index === 0) expect(difference).toBe(0);
      else {
        expect(difference).toBeLessThan(tolerance);
        const seam = largestJump(samples, at - preSkip - seamSamples, at + seamSamples);
        expect(seam).toBeLessThan(largestJump(chunk, 0, chunk.length) / 50);
      }
      const packets = Math.ceil((preSkip + chunk.length) / packetSamples);
      at += index === chunks.length - 1 ? chunk.length : packets * packetSamples;
    }
    expect(samples).toHaveLength(at);
  });

  it("is all there when the last chunk does not say that it ends", async () => {
    const [first = new Uint8Array(0), second = new Uint8Array(0)] = chunks;
    const lastPage = Buffer.from(second).lastIndexOf("OggS");
    const { samples } = await decodeOpus(stitch(format, [first, second.subarray(0, lastPage)]));
    const whole = await decodeOpus(stitch(format, [first, second]));
    expect(whole.samples.length - samples.length).toBeLessThanOrEqual(packetSamples);
    expect(largestDifference(samples, whole.samples, 0)).toBe(0);
  });
});
