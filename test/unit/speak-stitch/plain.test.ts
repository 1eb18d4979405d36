import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { createPcmReader } from "../../../engine/audio/pcm.ts";
import { openWavHeader } from "../../../engine/audio/wav.ts";
import type { PlainFormat } from "../../../workers/speak/formats.ts";
import { createStitcher } from "../../../workers/speak/stitch/index.ts";
import { cuts, faultOf, stitch } from "./cutting.ts";
import { largestJump } from "./decoders.ts";
import { encodeAll, speakAll } from "./speech.ts";

let spoken: Float32Array[];
beforeAll(async () => {
  spoken = await speakAll();
});

const raw16: PlainFormat = { encoding: "linear16", container: "none", sampleRate: 24_000 };
const bodies = fc.array(fc.uint8Array({ minLength: 2, maxLength: 300 }), { minLength: 1, maxLength: 5 });

describe("stitching plain samples", () => {
  it.each<PlainFormat>([
    raw16,
    { encoding: "linear16", container: "none", sampleRate: 8_000 },
    { encoding: "mulaw", container: "none", sampleRate: 8_000 },
    { encoding: "alaw", container: "none", sampleRate: 16_000 },
  ])("speech in $encoding is that of the chunks, sample for sample", async (format) => {
    const chunks = await encodeAll(format, spoken);
    fc.assert(
      fc.property(cuts, (sizes) => {
        expect(stitch(format, chunks, sizes).equals(Buffer.concat(chunks))).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it("makes no click at a seam", async () => {
    const chunks = await encodeAll(raw16, spoken);
    const sound = createPcmReader(1).read(stitch(raw16, chunks));
    let seam = 0;
    for (const chunk of chunks.slice(0, -1)) {
      seam += chunk.length / 2;
      const inside = largestJump(sound, seam, seam + raw16.sampleRate);
      expect(largestJump(sound, seam - 20, seam + 20)).toBeLessThan(inside / 50);
    }
  });

  it("keeps 16-bit samples whole, whatever the chunks' lengths and cuts", () => {
    fc.assert(
      fc.property(bodies, cuts, (chunks, sizes) => {
        const whole = chunks.map((chunk) => chunk.subarray(0, chunk.length - (chunk.length % 2)));
        expect(stitch(raw16, chunks, sizes)).toEqual(Buffer.concat(whole));
      }),
    );
  });

  it("loses no byte of 8-bit samples", () => {
    const format: PlainFormat = { encoding: "mulaw", container: "none", sampleRate: 8_000 };
    fc.assert(
      fc.property(bodies, cuts, (chunks, sizes) => {
        expect(stitch(format, chunks, sizes)).toEqual(Buffer.concat(chunks));
      }),
    );
  });

  it("gives no half samples on the way, and no whole one late", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 20 }), (parts) => {
        const stitcher = createStitcher(raw16);
        let came = 0;
        let sent = 0;
        for (const part of parts) {
          came += part.length;
          sent += stitcher.push(part).length;
          expect(sent).toBe(came - (came % 2));
        }
      }),
    );
  });

  it.each<PlainFormat>([
    { encoding: "linear16", container: "wav", sampleRate: 24_000 },
    { encoding: "mulaw", container: "wav", sampleRate: 8_000 },
    { encoding: "alaw", container: "wav", sampleRate: 16_000 },
  ])("puts one WAV header of open length before $encoding", (format) => {
    fc.assert(
      fc.property(bodies, cuts, (chunks, sizes) => {
        const bare = stitch({ ...format, container: "none" }, chunks, sizes);
        const header = openWavHeader(format.sampleRate, format.encoding);
        expect(stitch(format, chunks, sizes)).toEqual(Buffer.concat([header, bare]));
      }),
    );
  });

  it("sends the WAV header with the first sample, not before", () => {
    const stitcher = createStitcher({ ...raw16, container: "wav" });
    expect(stitcher.push(Uint8Array.of(1))).toHaveLength(0);
    expect(stitcher.push(Uint8Array.of(2))).toHaveLength(46);
  });

  it.each([[[]], [[1]]])("refuses a chunk of %j bytes, which holds no sample", (bytes) => {
    expect(faultOf(raw16, [Uint8Array.of(1, 2), Uint8Array.from(bytes)])).toBe("empty");
  });

  it("ends a chunk that nobody ended", () => {
    const stitcher = createStitcher(raw16);
    stitcher.push(new Uint8Array(0));
    expect(() => stitcher.finish()).toThrow("without a sample");
  });
});
