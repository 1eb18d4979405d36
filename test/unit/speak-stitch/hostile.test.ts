import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { StitchableFormat } from "../../../workers/speak/formats.ts";
import { createStitcher, StitchError } from "../../../workers/speak/stitch/index.ts";
import { cuts, stitch } from "./cutting.ts";
import { encodeAll, speakAll } from "./speech.ts";

let spoken: Float32Array[];
beforeAll(async () => {
  spoken = await speakAll(["Yes.", "No."]);
});

type Damage = {
  readonly chunk: number;
  /** Where, as a part of the chunk. */
  readonly at: number;
  readonly taken: number;
  readonly put: Uint8Array;
};

const damages: fc.Arbitrary<Damage[]> = fc.array(
  fc.record({
    chunk: fc.nat(1),
    at: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
    taken: fc.oneof(fc.nat(4), fc.nat(2_000)),
    put: fc.uint8Array({ maxLength: 20 }),
  }),
  { minLength: 1, maxLength: 4 },
);

function damaged(chunks: readonly Uint8Array[], done: readonly Damage[]): Uint8Array[] {
  return chunks.map((chunk, index) =>
    done
      .filter((one) => one.chunk === index)
      .reduce((bytes, { at, taken, put }) => {
        const from = Math.floor(at * bytes.length);
        return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + taken)]);
      }, Buffer.from(chunk)),
  );
}

/** The stream in hexadecimal, or what is wrong with the chunks; anything else that is thrown is a mistake of ours. */
function outcome(format: StitchableFormat, chunks: readonly Uint8Array[], sizes?: readonly number[]): string {
  try {
    return stitch(format, chunks, sizes).toString("hex");
  } catch (error) {
    if (error instanceof StitchError) return error.fault;
    throw error;
  }
}

describe.each<StitchableFormat>([
  { encoding: "mp3", bitRate: 48_000 },
  { encoding: "opus", bitRate: 12_000 },
  { encoding: "linear16", container: "wav", sampleRate: 8_000 },
])("damaged chunks of $encoding", (format) => {
  it("come to the same however they are cut", async () => {
    const chunks = await encodeAll(format, spoken);
    fc.assert(
      fc.property(damages, cuts, (done, sizes) => {
        const bad = damaged(chunks, done);
        expect(outcome(format, bad, sizes) === outcome(format, bad)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("of any bytes come to the same however they are cut", () => {
    const starts = fc.constantFrom("", "OggS\0", "ID3", "APETAGEX", "TAG", "\xff\xf3\x64\xc4");
    const chunk = fc
      .array(fc.tuple(starts, fc.uint8Array({ maxLength: 300 })), { maxLength: 5 })
      .map((parts) => Buffer.concat(parts.flatMap(([start, rest]) => [Buffer.from(start, "latin1"), rest])));
    fc.assert(
      fc.property(fc.array(chunk, { minLength: 1, maxLength: 3 }), cuts, (chunks, sizes) => {
        expect(outcome(format, chunks, sizes)).toBe(outcome(format, chunks));
      }),
      { numRuns: 300 },
    );
  });
});

describe("a provider that never sends audio", () => {
  it.each<[StitchableFormat, number]>([
    [{ encoding: "mp3", bitRate: 48_000 }, 8_200],
    [{ encoding: "opus", bitRate: 12_000 }, 1],
  ])("is given up: $encoding after %i bytes", (format, most) => {
    const stitcher = createStitcher(format);
    let sent = 0;
    const push = () => {
      for (; sent < 100_000; sent++) expect(stitcher.push(Uint8Array.of(0x20))).toHaveLength(0);
    };
    expect(push).toThrow(StitchError);
    expect(sent).toBeLessThan(most);
  });
});
