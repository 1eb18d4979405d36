import fc from "fast-check";
import { getPacketInfo } from "libopus-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { cuts, faultOf, sentAfterEachByte, stitch } from "./cutting.ts";
import {
  continuedFlag,
  endFlag,
  firstFlag,
  oggChecksum,
  oggFile,
  oggPage,
  opusHead,
  opusTags,
  readOgg,
} from "./ogg-files.ts";
import { encodeAll, speakAll } from "./speech.ts";

const format = { encoding: "opus", bitRate: 650_000 } as const;

/** Packets of more than a thousand bytes, six segments each, 20 ms. */
let speech: Buffer[][];
beforeAll(async () => {
  const chunks = await encodeAll(format, await speakAll(["Yes.", "No.", "Why not?"]));
  speech = chunks.map((chunk) => readOgg(chunk).packets.slice(2));
});

/** Ways of laying out a chunk. */
const layouts = fc.record({
  serial: fc.nat(0xffff_ffff),
  firstSequence: fc.nat(1_000),
  preSkip: fc.constantFrom(0, 312, 3_840),
  segmentsPerPage: fc.integer({ min: 1, max: 100 }),
  origin: fc.constantFrom(0, 480_000, 2 ** 40),
  trimmed: fc.integer({ min: 0, max: 959 }),
  hasEnd: fc.boolean(),
  tags: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 70_000 })).map(opusTags),
});

describe("stitching Ogg Opus", () => {
  it("makes one stream of any streams, packet for packet", () => {
    fc.assert(
      fc.property(fc.array(layouts, { minLength: 1, maxLength: 3 }), cuts, (chosen, sizes) => {
        const chunks = chosen.map((layout, index) => oggFile({ ...layout, packets: speech[index] ?? [] }));
        const stitched = stitch(format, chunks, sizes);
        const { pages, packets } = readOgg(stitched);

        const [first, ...audio] = [chunks[0] ?? Buffer.alloc(0), ...speech.slice(0, chosen.length).flat()];
        expect(
          Buffer.concat(packets).equals(Buffer.concat([...readOgg(first).packets.slice(0, 2), ...audio])),
        ).toBe(true);
        expect(packets.length).toBe(2 + audio.length);

        const positions = pages.map(({ granule }) => granule);
        const headers = pages.length - audioPages(pages);
        const last = chosen.at(-1);
        let ended = 0;
        for (const [index, page] of pages.entries()) {
          expect(page.sequence).toBe(index);
          expect(page.serial).toBe(chosen[0]?.serial);
          expect((page.flags & firstFlag) !== 0).toBe(index === 0);
          expect((page.flags & endFlag) !== 0).toBe(index === pages.length - 1);
          if (index >= headers) ended += page.ended;
          const isCut = index === pages.length - 1 && last?.hasEnd === true;
          const expected = index < headers ? 0 : ended * 960 - (isCut ? last.trimmed : 0);
          expect(positions[index]).toBe(page.ended === 0 ? -1 : expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    { origin: 0, trimmed: 500, position: 2 * 960 - 500 },
    { origin: 48_000, trimmed: 0, position: 2 * 960 },
  ])("ends a stream of one page where it ends: $position", ({ origin, trimmed, position }) => {
    const [packets = []] = speech;
    const file = oggFile({ packets: packets.slice(0, 2), origin, trimmed });
    expect(readOgg(stitch(format, [file])).pages.map(({ granule }) => granule)).toEqual([0, 0, position]);
  });

  it.each([
    { trimmed: 5_000, position: 7 * 960 },
    { trimmed: -5_000, position: 9 * 960 },
  ])("never moves the end further than its page: $trimmed", ({ trimmed, position }) => {
    const packets = new Array<Uint8Array>(9).fill(Uint8Array.of(0x08, 1, 2, 3));
    const file = oggFile({ packets, segmentsPerPage: 7, trimmed });
    expect(readOgg(stitch(format, [file])).pages.at(-1)?.granule).toBe(position);
  });

  it("is held against the published check value of Ogg's checksum", () => {
    expect(oggChecksum(Buffer.from("123456789"))).toBe(0x89a1_897f);
  });

  it("leaves a single chunk as it is", async () => {
    const spoken = await speakAll(["One chunk is enough for this."]);
    const [chunk = Buffer.alloc(0)] = await encodeAll({ ...format, bitRate: 12_000 }, spoken);
    expect(stitch(format, [chunk], [50]).equals(chunk)).toBe(true);
  });

  it("sends each page with its last byte; only the end of the chunk waits", () => {
    const chunk = oggFile({ packets: (speech[0] ?? []).slice(0, 9), segmentsPerPage: 7 });
    const sent = sentAfterEachByte(format, chunk);
    const { pages } = readOgg(chunk);
    let end = 0;
    for (const [index, { bytes }] of pages.entries()) {
      const start = end;
      end += bytes.length;
      expect([sent[end - 2], sent[end - 1]]).toEqual([start, index === pages.length - 1 ? start : end]);
    }
  });

  it("takes a chunk that is several streams in a row", () => {
    const [a = [], b = []] = speech;
    const chained = Buffer.concat([
      oggFile({ packets: a }),
      oggFile({ packets: b, serial: 9, trimmed: 100 }),
    ]);
    const apart = [oggFile({ packets: a }), oggFile({ packets: b, trimmed: 100 })];
    expect(stitch(format, [chained], [500])).toEqual(stitch(format, apart));
  });

  it("counts every kind of packet as a decoder does", async () => {
    for (let first = 0; first < 256; first++) {
      for (const frames of (first & 3) === 3 ? [1, 2, 3, 48] : [1]) {
        const packet = Uint8Array.from([first, frames, ...new Array<number>(frames * 2).fill(0)]);
        // Codes 1 and 2 want halves of equal and of told length.
        const whole =
          (first & 3) === 2
            ? Uint8Array.from([first, 1, 0, 0])
            : packet.subarray(0, (first & 3) === 1 ? 3 : undefined);
        const known = await getPacketInfo(whole, { sampleRate: 48_000 }).catch(() => null);
        const file = oggFile({ packets: [whole], packetSamples: known?.samples ?? 960 });
        if (known === null) expect(faultOf(format, [file])).toBe("broken");
        else
          expect(readOgg(stitch(format, [file, file])).pages.map((page) => page.granule)).toEqual([
            0,
            0,
            known.samples,
            2 * known.samples,
          ]);
      }
    }
  });
});

/** Pages after the two headers, whatever number of pages the tags take. */
function audioPages(pages: readonly { ended: number }[]): number {
  let packets = 0;
  return pages.filter(({ ended }) => {
    packets += ended;
    return packets - ended >= 2;
  }).length;
}

describe("what Ogg Opus is refused", () => {
  const packet = Uint8Array.of(0x08, 1, 2, 3);
  const sound = oggFile({ packets: [packet, packet], segmentsPerPage: 1 });
  const { pages } = readOgg(sound);
  const bytesOf = (...numbers: number[]) =>
    Buffer.concat(numbers.map((number) => pages[number]?.bytes ?? Buffer.alloc(0)));
  const altered = Buffer.from(sound);
  altered.writeUInt8(9, sound.length - 1);
  const head = (options: Parameters<typeof opusHead>[0], packetOf = opusHead(options)) =>
    oggPage({ flags: firstFlag, granule: 0, serial: 7, sequence: 0 }, [packetOf]);
  const next = (flags: number, ...segments: Uint8Array[]) =>
    oggPage({ flags, granule: 960, serial: 7, sequence: 2 }, segments);
  const opusPages = (serial: number, ...numbers: number[]) => {
    const all = readOgg(oggFile({ packets: [packet], serial })).pages;
    return Buffer.concat(numbers.map((number) => all[number]?.bytes ?? Buffer.alloc(0)));
  };
  const newer = opusHead();
  newer.writeUInt8(16, 8);

  it.each([
    ["no bytes", [Buffer.alloc(0)], "empty"],
    ["only headers", [bytesOf(0, 1)], "empty"],
    ["something else", [Buffer.from("ID3")], "broken"],
    ["an error page instead of sound", [sound, Buffer.from('{"err_code":"Bad Request"}')], "broken"],
    ["bytes after the end", [Buffer.concat([sound, Buffer.from("x")])], "broken"],
    [
      "a page after the end",
      [Buffer.concat([sound, sound.subarray(-(pages[3]?.bytes.length ?? 0))])],
      "broken",
    ],
    [
      "another page after the end",
      [Buffer.concat([sound, oggPage({ flags: 0, granule: 2880, serial: 7, sequence: 4 }, [packet])])],
      "broken",
    ],
    [
      "a torn packet before another stream",
      [Buffer.concat([bytesOf(0, 1), next(0, packet, Buffer.alloc(255, 8)), sound])],
      "torn",
    ],
    ["a changed byte", [altered], "broken"],
    ["a missing first page", [bytesOf(1, 2, 3)], "broken"],
    ["missing tags", [bytesOf(0, 2, 3)], "broken"],
    [
      "tags and audio on one page",
      [
        Buffer.concat([
          bytesOf(0),
          oggPage({ flags: 0, granule: 960, serial: 7, sequence: 1 }, [opusTags(), packet]),
        ]),
      ],
      "broken",
    ],
    ["a missing page", [bytesOf(0, 1, 3)], "broken"],
    ["two streams at once", [Buffer.concat([bytesOf(0), opusPages(8, 0), bytesOf(1)])], "broken"],
    [
      "a page of another stream",
      [Buffer.concat([bytesOf(0, 1), oggPage({ flags: 0, granule: 960, serial: 8, sequence: 2 }, [packet])])],
      "broken",
    ],
    [
      "another codec",
      [
        oggPage({ flags: firstFlag, granule: 0, serial: 7, sequence: 0 }, [
          Buffer.from("\x01vorbis and its numbers"),
        ]),
      ],
      "broken",
    ],
    ["a later version of Opus", [head({}, newer)], "broken"],
    [
      "audio on the page of the head",
      [oggPage({ flags: firstFlag, granule: 0, serial: 7, sequence: 0 }, [opusHead(), packet])],
      "broken",
    ],
    ["a packet without a beginning", [Buffer.concat([bytesOf(0, 1), next(continuedFlag, packet)])], "broken"],
    ["a packet without bytes", [Buffer.concat([bytesOf(0, 1), next(0, Buffer.alloc(0))])], "broken"],
    ["a packet of no frames", [Buffer.concat([bytesOf(0, 1), next(0, Uint8Array.of(3, 0))])], "broken"],
    ["a torn page", [sound.subarray(0, -1)], "torn"],
    ["a torn packet", [Buffer.concat([bytesOf(0, 1), next(0, packet, Buffer.alloc(255, 8))])], "torn"],
    ["two channels after one", [sound, oggFile({ packets: [packet], channels: 2 })], "format_changed"],
    ["another gain", [sound, oggFile({ packets: [packet], gain: 256 })], "format_changed"],
  ] as const)("%s", (_, chunks, fault) => {
    expect(faultOf(format, chunks)).toBe(fault);
    expect(faultOf(format, chunks, [1])).toBe(fault);
  });
});
