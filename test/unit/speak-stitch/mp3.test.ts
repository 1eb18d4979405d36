import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { cuts, faultOf, sentAfterEachByte, stitch } from "./cutting.ts";
import { apeTag, frameStarts, id3v1, id3v2, indexFrame, mp3Frame, mp3Kinds } from "./mp3-files.ts";
import { encodeAll, speakAll } from "./speech.ts";

const format = { encoding: "mp3", bitRate: 48_000 } as const;

/** Bare frames, three chunks. */
let chunks: Uint8Array[];
let plain: Buffer;
beforeAll(async () => {
  chunks = await encodeAll(format, await speakAll());
  plain = Buffer.concat(chunks);
});

/** Bytes among which no frame begins. */
const noFrames = fc.uint8Array({ maxLength: 400 }).map((bytes) => bytes.map((byte) => byte & 0x7f));
/** Content of a tag may look like frames. */
const anything = fc.oneof(
  fc.uint8Array({ maxLength: 3_000 }),
  fc.constant(mp3Frame({ kind: mp3Kinds[1] ?? never(), rate: 1, bits: 5 })),
);

function never(): never {
  throw new Error("The table is empty.");
}

const front = fc.array(
  fc.oneof(
    fc.tuple(anything, fc.boolean()).map(([body, hasFooter]) => id3v2(body, hasFooter)),
    noFrames.map((bytes) => Buffer.from(bytes)),
  ),
  { maxLength: 2 },
);
const index = fc.constantFrom(null, "Xing", "Info", "VBRI");
const back = fc.array(
  fc.oneof(
    fc.constant(id3v1()),
    anything.map((body) => apeTag(body)),
    noFrames.map((body) => apeTag(body, false)),
    anything.map((body) => id3v2(body)),
    noFrames.map((bytes) => Buffer.from(bytes)),
  ),
  { maxLength: 3 },
);

describe("stitching mp3", () => {
  it("gives every frame as it was, and nothing else, however the chunks are dressed and cut", () => {
    const dress = fc.tuple(front, index, back);
    fc.assert(
      fc.property(fc.array(dress, { minLength: 1, maxLength: 3 }), cuts, (dresses, sizes) => {
        const dressed = dresses.map(([before, name, after], number) => {
          const frames = chunks[number] ?? never();
          const first = frames.subarray(0, frameStarts(frames)[1]);
          const head = name === null ? [] : [indexFrame(first, name)];
          return Buffer.concat([...before, ...head, frames, ...after]);
        });
        const expected = Buffer.concat(chunks.slice(0, dresses.length));
        expect(stitch(format, dressed, sizes).equals(expected)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("gives the same byte by byte", () => {
    expect(stitch(format, chunks, [1]).equals(plain)).toBe(true);
  });

  it("sends each frame with its last byte, not later", () => {
    const [chunk = never()] = chunks;
    const some = chunk.subarray(0, frameStarts(chunk)[12]);
    const sent = sentAfterEachByte(format, some);
    for (const [number, end] of frameStarts(some).entries()) {
      if (number > 0)
        expect([number, sent[end - 2], sent[end - 1]]).toEqual([number, frameStarts(some)[number - 1], end]);
    }
  });

  it("drops a last frame that is not whole", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 143 }), cuts, (missing, sizes) => {
        const [first = never(), second = never()] = chunks;
        const starts = frameStarts(first);
        const whole = first.subarray(0, starts[starts.length - 2]);
        const torn = first.subarray(0, first.length - missing);
        expect(stitch(format, [torn, second], sizes).equals(Buffer.concat([whole, second]))).toBe(true);
      }),
    );
  });

  it("goes on after stray bytes between frames", () => {
    const [chunk = never()] = chunks;
    const [, , cut = 0] = frameStarts(chunk);
    const parts = [chunk.subarray(0, cut), Buffer.alloc(700), id3v1(), chunk.subarray(cut)];
    expect(stitch(format, [Buffer.concat(parts)]).equals(chunk)).toBe(true);
  });

  it("takes what is not of its kind for stray bytes among such", () => {
    const [chunk = never()] = chunks;
    const other = mp3Frame({ kind: mp3Kinds[1] ?? never(), rate: 0, bits: 5 });
    expect(stitch(format, [Buffer.concat([chunk, Buffer.alloc(1), other])]).equals(chunk)).toBe(true);
  });

  it("knows the length of every frame there is", () => {
    const anyFrames = fc
      .record({
        kind: fc.constantFrom(...mp3Kinds),
        rate: fc.integer({ min: 0, max: 2 }),
        isMono: fc.boolean(),
        hasChecksum: fc.boolean(),
        filling: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 50 }),
        frames: fc.array(
          fc.record({
            bits: fc.integer({ min: 0, max: 13 }),
            padding: fc.constantFrom(0, 1),
            mode: fc.constantFrom(0, 1, 2),
          }),
          { minLength: 1, maxLength: 8 },
        ),
      })
      .map(({ frames, isMono, ...shared }) =>
        frames.map(({ mode, ...own }) => mp3Frame({ ...shared, ...own, mode: isMono ? 3 : mode })),
      );
    fc.assert(
      fc.property(anyFrames, cuts, (frames, sizes) => {
        expect(stitch(format, [Buffer.concat(frames)], sizes).equals(Buffer.concat(frames))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [417, 0],
    [418, 1],
  ] as const)("takes 128 kbit/s at 44.1 kHz for frames of %i bytes", (bytes, padding) => {
    expect(mp3Frame({ kind: mp3Kinds[0] ?? never(), rate: 0, bits: 8, padding })).toHaveLength(bytes);
  });
});

describe("what mp3 is refused", () => {
  const kind = mp3Kinds[1] ?? never();
  const mono = mp3Frame({ kind, rate: 1, bits: 5 });
  const stray = (count: number) => Buffer.alloc(count, "x");
  const layer2 = Buffer.from(mono);
  layer2.writeUInt8(0xf5, 1);
  const free = Buffer.from(mono);
  free.writeUInt8(0x04, 2);

  it.each([
    ["no bytes", [Buffer.alloc(0)], "empty"],
    ["an error page instead of sound", [mono, Buffer.from('{"err_code":"Bad Request"}')], "empty"],
    ["only tags", [Buffer.concat([id3v2(stray(50)), id3v1()])], "empty"],
    ["only an index", [indexFrame(mono, "Info")], "empty"],
    ["layer II", [layer2], "empty"],
    ["frames of free length", [free], "empty"],
    ["no frame for long", [stray(8_196)], "broken"],
    ["no frame for long after some", [Buffer.concat([mono, stray(8_196)])], "broken"],
    ["another sample rate", [mono, mp3Frame({ kind, rate: 0, bits: 5 })], "format_changed"],
    [
      "another version",
      [mono, mp3Frame({ kind: mp3Kinds[0] ?? never(), rate: 1, bits: 5 })],
      "format_changed",
    ],
    ["two channels after one", [mono, mp3Frame({ kind, rate: 1, bits: 5, mode: 0 })], "format_changed"],
    [
      "an index of another rate",
      [mono, indexFrame(mp3Frame({ kind, rate: 0, bits: 5 }), "Xing")],
      "format_changed",
    ],
  ] as const)("%s", (_, bodies, fault) => {
    expect(faultOf(format, bodies)).toBe(fault);
    expect(faultOf(format, bodies, [1])).toBe(fault);
  });

  it.each([
    ["as many stray bytes as are forgiven", [Buffer.concat([stray(8_192), mono])]],
    ["so many more than once", [Buffer.concat([stray(8_192), mono, stray(8_192), mono])]],
    ["a tag longer than those", [Buffer.concat([id3v2(stray(100_000)), mono])]],
    [
      "stereo after joint stereo",
      [mp3Frame({ kind, rate: 1, bits: 5, mode: 1 }), mp3Frame({ kind, rate: 1, bits: 5, mode: 0 })],
    ],
    ["another bit rate", [mono, mp3Frame({ kind, rate: 1, bits: 7 })]],
  ] as const)("but not %s", (_, bodies) => {
    expect(faultOf(format, bodies, [999])).toBe(null);
  });

  it("holds no more than a frame of a tag that never ends", () => {
    const endless = id3v2(stray(1));
    endless.fill(0x7f, 6, 10);
    expect(faultOf(format, [Buffer.concat([mono, endless, stray(1_000_000)])])).toBe(null);
  });
});
