import { describe, expect, it } from "vitest";
import {
  contentType,
  isStitchable,
  providerQuery,
  type SpeakFormat,
} from "../../../workers/speak/formats.ts";

const cases: readonly (readonly [SpeakFormat, string, Record<string, string>])[] = [
  [{ encoding: "mp3", bitRate: 32_000 }, "audio/mpeg", { encoding: "mp3", bit_rate: "32000" }],
  [
    { encoding: "linear16", container: "wav", sampleRate: 24_000 },
    "audio/wav",
    { encoding: "linear16", container: "wav", sample_rate: "24000" },
  ],
  [
    { encoding: "linear16", container: "none", sampleRate: 48_000 },
    "audio/l16;rate=48000",
    { encoding: "linear16", container: "none", sample_rate: "48000" },
  ],
  [
    { encoding: "mulaw", container: "wav", sampleRate: 8_000 },
    "audio/wav",
    { encoding: "mulaw", container: "wav", sample_rate: "8000" },
  ],
  [
    { encoding: "alaw", container: "none", sampleRate: 16_000 },
    "audio/alaw;rate=16000",
    { encoding: "alaw", container: "none", sample_rate: "16000" },
  ],
  [
    { encoding: "opus", bitRate: 12_000 },
    "audio/ogg;codecs=opus",
    { encoding: "opus", container: "ogg", bit_rate: "12000" },
  ],
  [{ encoding: "flac", sampleRate: null }, "audio/flac", { encoding: "flac" }],
  [{ encoding: "flac", sampleRate: 22_050 }, "audio/flac", { encoding: "flac", sample_rate: "22050" }],
  [{ encoding: "aac", bitRate: 48_000 }, "audio/aac", { encoding: "aac", bit_rate: "48000" }],
];

describe("speech formats", () => {
  it.each(cases)("%j is sent as %s", (format, type) => {
    expect(contentType(format)).toBe(type);
  });

  it.each(cases)("%j is asked for as it is", (format, _, query) => {
    expect(providerQuery(format, { isStitched: false })).toEqual(query);
  });

  it.each(cases)("%j is asked for without a header of its own when it is stitched", (format, _, query) => {
    const bare = query.container === "wav" ? { ...query, container: "none" } : query;
    expect(providerQuery(format, { isStitched: true })).toEqual(bare);
  });

  it("can be stitched, but for flac and aac", () => {
    const refused = cases.map(([format]) => format).filter((format) => !isStitchable(format));
    expect(new Set(refused.map(({ encoding }) => encoding))).toEqual(new Set(["flac", "aac"]));
  });
});
