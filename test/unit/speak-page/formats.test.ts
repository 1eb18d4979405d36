import { describe, expect, it } from "vitest";
import { decodeAlaw, decodeMulaw } from "../../../engine/audio/g711.ts";
import { wavHeader } from "../../../shared/wav-header.ts";
import { type Audio, audioOf, findFormat, formats, queryOf } from "../../../web/speak/formats.ts";
import { createRecording, filesOf, secondsOf } from "../../../web/speak/recording.ts";
import { createDecoder } from "../../../web/speak/samples.ts";
import { createSoundReader, createWavReader } from "../../../web/speak/wav.ts";
import { readFormat } from "../../../workers/speak/request/format.ts";

/** Cut into pieces of so many bytes. */
function* cut(bytes: Uint8Array<ArrayBuffer>, size: number): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const joined = (pieces: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...pieces].flatMap((each) => [...each]));
const numbered = (length: number) => Uint8Array.from({ length }, (_, at) => at * 7);

describe("the formats", () => {
  it.each(formats.map((format) => [format.id, format] as const))(
    "%s is asked for as the service understands",
    (_, format) => {
      for (const value of format.detail?.values ?? [0]) {
        const { encoding, container, sample_rate, bit_rate } = queryOf(format, value);
        const read = readFormat({ encoding, container, sample_rate, bit_rate });
        expect(read.encoding).toBe(encoding);
        const audio = audioOf(queryOf(format, value));
        if ("container" in read) {
          const { container, sampleRate } = read;
          expect(audio).toEqual({ kind: "samples", encoding, container, sampleRate });
        } else {
          expect(audio.kind).toBe("media");
        }
      }
    },
  );

  it("cover all encodings, each once", () => {
    expect(new Set(formats.map(({ query }) => query.encoding))).toEqual(
      new Set(["linear16", "mp3", "opus", "mulaw", "alaw", "flac", "aac"]),
    );
    expect(new Set(formats.map(({ id }) => id)).size).toBe(formats.length);
    expect(findFormat("mp3").id).toBe("mp3");
    expect(findFormat("?")).toBe(formats[0]);
  });
});

describe("samples", () => {
  it("of 16 bits survive any cut", () => {
    const samples = [0, 1, -1, 32_767, -32_768, 12_345, -2];
    const bytes = new Uint8Array(Int16Array.from(samples).buffer);
    for (let size = 1; size <= bytes.length; size++) {
      const decode = createDecoder("linear16");
      const decoded = [...cut(bytes, size)].flatMap((piece) => [...decode(piece)]);
      expect(decoded, `pieces of ${size}`).toEqual(samples.map((sample) => sample / 32_768));
    }
  });

  it.each([
    ["mulaw", decodeMulaw],
    ["alaw", decodeAlaw],
  ] as const)("of %s are those of the engine, which writes them", (encoding, reference) => {
    const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
    // Not by `toEqual`, to which 0 and -0 are different.
    const expected = [...reference(codes)].map((sample) => sample / 32_768 + 0);
    expect([...createDecoder(encoding)(codes)].map((sample) => sample + 0)).toEqual(expected);
  });
});

describe("a WAV stream", () => {
  const format = { encoding: "linear16", sampleRate: 24_000 } as const;
  const data = numbered(100);

  it("is read without the header, however it is cut", () => {
    const stream = joined([wavHeader(format, "open"), data]);
    for (let size = 1; size <= stream.length; size++) {
      const read = createWavReader();
      expect(joined([...cut(stream, size)].map(read)), `pieces of ${size}`).toEqual(data);
    }
  });

  it("may hold other things before and after its samples", () => {
    const [riff, rest] = [
      wavHeader(format, data.length).subarray(0, 36),
      wavHeader(format, data.length).subarray(36),
    ];
    const odd = Uint8Array.of(...Buffer.from("LIST"), 3, 0, 0, 0, 1, 2, 3, 0);
    const stream = joined([riff, odd, rest, data, odd]);
    for (const size of [1, 7, 44, 1_000]) {
      const read = createWavReader();
      expect(joined([...cut(stream, size)].map(read))).toEqual(data);
    }
  });

  it("is only looked for where it was asked for", () => {
    const raw = createSoundReader({ kind: "samples", container: "none", ...format });
    expect(raw(data)).toBe(data);
    expect(createSoundReader({ kind: "media", mediaType: "audio/mpeg", extension: "mp3" })(data)).toBe(data);
  });
});

describe("the files", () => {
  const samples = { kind: "samples", encoding: "mulaw", sampleRate: 8_000 } as const;
  const recorded = (audio: Audio, pieces: readonly Uint8Array<ArrayBuffer>[]) => {
    const recording = createRecording(audio);
    for (const piece of pieces) recording.add(piece);
    return recording;
  };
  const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

  it("of raw samples are a WAV file with its length, and what came", async () => {
    const pieces = [numbered(5), numbered(0), numbered(11)];
    const recording = recorded({ ...samples, container: "none" }, pieces);
    const [wav, raw] = filesOf(recording);
    expect([wav?.name, raw?.name]).toEqual(["speech.wav", "speech.ulaw"]);
    expect(await bytesOf(raw?.blob ?? new Blob())).toEqual(joined(pieces));
    const file = await bytesOf(wav?.blob ?? new Blob());
    expect(file.subarray(44)).toEqual(joined(pieces));
    const view = new DataView(file.buffer);
    expect([view.getUint32(4, true), view.getUint32(40, true)]).toEqual([file.length - 8, 16]);
    expect([view.getUint16(20, true), view.getUint32(24, true), view.getUint16(34, true)]).toEqual([
      7, 8_000, 8,
    ]);
    expect(secondsOf(recording)).toBe(16 / 8_000);
  });

  it("of a WAV stream are one, of anything else what came, and of nothing none", async () => {
    expect(
      filesOf(recorded({ ...samples, container: "wav" }, [numbered(4)])).map(({ name }) => name),
    ).toEqual(["speech.wav"]);
    const media = { kind: "media", mediaType: "audio/mpeg", extension: "mp3" } as const;
    const [mp3] = filesOf(recorded(media, [numbered(4), numbered(2)]));
    expect([mp3?.name, mp3?.blob.type]).toEqual(["speech.mp3", "audio/mpeg"]);
    expect(await bytesOf(mp3?.blob ?? new Blob())).toEqual(joined([numbered(4), numbered(2)]));
    expect(secondsOf(recorded(media, [numbered(4)]))).toBeNull();
    expect(filesOf(recorded(media, []))).toEqual([]);
  });

  it("of many pieces are whole, though the page holds few of them", async () => {
    const pieces = Array.from({ length: 100 }, (_, at) => new Uint8Array(100_000).fill(at));
    const recording = recorded({ ...samples, container: "none" }, pieces);
    const held = recording.parts.filter((part) => part instanceof Uint8Array);
    expect(held.length).toBeLessThan(40);
    const raw = filesOf(recording)[1];
    expect(Buffer.from(await bytesOf(raw?.blob ?? new Blob())).equals(Buffer.concat(pieces))).toBe(true);
  });
});
