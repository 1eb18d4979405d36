import { describe, expect, it } from "vitest";
import { decoders } from "../../../party/room/upstream/g711.ts";
import { endsQuietly, quietPlace } from "../../../party/room/upstream/quiet.ts";
import { silence } from "../../../party/room/upstream/silence.ts";
import { type AudioFormat, encodings, msToSamples, samplesToBytes } from "../../../shared/audio.ts";

const formats: AudioFormat[] = encodings.flatMap((encoding) => [
  { encoding, sampleRate: 8_000, channels: 1 },
  { encoding, sampleRate: 16_000, channels: 2 },
  { encoding, sampleRate: 11_025, channels: 1 },
]);

/** The byte (or value) whose decoded level is nearest: the slow way, and independent of the tables. */
function encodeG711(encoding: "mulaw" | "alaw", value: number): number {
  let best = 0;
  let error = Number.POSITIVE_INFINITY;
  for (let byte = 0; byte < 256; byte += 1) {
    const off = Math.abs(decodeReference(encoding, byte) - value);
    if (off < error) [best, error] = [byte, off];
  }
  return best;
}

/** As the recommendation words it: sign, three bits of segment, four of step. */
function decodeReference(encoding: "mulaw" | "alaw", byte: number): number {
  const bits = encoding === "mulaw" ? byte ^ 0xff : byte ^ 0x55;
  const segment = (bits & 0x70) >> 4;
  const step = bits & 0x0f;
  if (encoding === "mulaw") {
    const level = (step * 2 + 33) * 2 ** segment - 33;
    return (bits & 0x80) === 0 ? level * 4 : -level * 4;
  }
  const level = segment === 0 ? step * 2 + 1 : (step * 2 + 33) * 2 ** (segment - 1);
  return (bits & 0x80) === 0 ? -level * 8 : level * 8;
}

/** A tone whose loudness is given for each moment, on every channel. */
function tone(format: AudioFormat, ms: number, loudness: (atMs: number) => number): Uint8Array<ArrayBuffer> {
  const samples = msToSamples(ms, format);
  const audio = new Uint8Array(samplesToBytes(samples, format));
  const view = new DataView(audio.buffer);
  for (let at = 0; at < samples; at += 1) {
    const atMs = (at * 1000) / format.sampleRate;
    const value = Math.round(loudness(atMs) * Math.sin(at * 0.7));
    for (let channel = 0; channel < format.channels; channel += 1) {
      const place = at * format.channels + channel;
      if (format.encoding === "linear16") view.setInt16(place * 2, value, true);
      else view.setUint8(place, encodeG711(format.encoding, value));
    }
  }
  return audio;
}

describe.each(formats)("in $encoding, $sampleRate Hz, $channels channels", (format) => {
  const inMs = (samples: number) => (samples * 1000) / format.sampleRate;

  it("the pause between two words is found, however softly it hums", () => {
    for (const hum of [0, 40, 300]) {
      const audio = tone(format, 600, (at) => (at > 300 && at < 420 ? hum : 8_000));
      const place = inMs(quietPlace(audio, format));
      expect(place).toBeGreaterThanOrEqual(325);
      expect(place).toBeLessThanOrEqual(395);
    }
  });

  it("the later of two pauses is taken, and the end of silence", () => {
    const audio = tone(format, 800, (at) => ((at > 100 && at < 200) || (at > 500 && at < 600) ? 0 : 8_000));
    expect(inMs(quietPlace(audio, format))).toBeGreaterThan(500);
    const nothing = silence(msToSamples(1_000, format), format);
    expect(inMs(quietPlace(nothing, format))).toBeGreaterThan(940);
  });

  it("a place inside of the audio is given, whatever its length", () => {
    for (let samples = 0; samples < msToSamples(150, format); samples += 37) {
      const place = quietPlace(silence(samples, format), format);
      expect(Number.isInteger(place)).toBe(true);
      expect(place).toBeGreaterThanOrEqual(0);
      expect(place).toBeLessThanOrEqual(samples);
    }
  });

  it("audio that breaks off inside of a word does not end quietly, and audio that pauses does", () => {
    expect(
      endsQuietly(
        tone(format, 400, () => 8_000),
        format,
      ),
    ).toBe(false);
    expect(
      endsQuietly(
        tone(format, 400, (at) => (at < 370 ? 8_000 : 0)),
        format,
      ),
    ).toBe(false);
    expect(
      endsQuietly(
        tone(format, 400, (at) => (at < 320 ? 8_000 : 0)),
        format,
      ),
    ).toBe(true);
    expect(
      endsQuietly(
        tone(format, 400, (at) => (at < 320 ? 8_000 : 400)),
        format,
      ),
    ).toBe(true);
    expect(endsQuietly(silence(msToSamples(400, format), format), format)).toBe(true);
    expect(endsQuietly(new Uint8Array(0), format)).toBe(true);
  });
});

describe("G.711", () => {
  it.each(["mulaw", "alaw"] as const)(
    "%s is decoded as the recommendation says, every value of it",
    (law) => {
      for (let byte = 0; byte < 256; byte += 1) {
        const view = new DataView(new Uint8Array([byte]).buffer);
        expect(decoders[law](view, 0) + 0).toBe(decodeReference(law, byte) + 0);
      }
    },
  );

  it.each(encodings)("silence in %s is as soft as the encoding allows", (encoding) => {
    const format = { encoding, sampleRate: 8_000, channels: 1 };
    const audio = silence(100, format);
    const view = new DataView(audio.buffer);
    expect(audio).toHaveLength(samplesToBytes(100, format));
    expect(Math.abs(decoders[encoding](view, 0))).toBeLessThanOrEqual(8);
  });
});
