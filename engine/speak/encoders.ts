import { createMp3Encoder } from "wasm-media-encoders";
import { encodeAlaw, encodeMulaw } from "../audio/g711.ts";
import { toInt16, toLinear16 } from "../audio/pcm.ts";
import { createResampler } from "../audio/resample.ts";
import { openWavHeader } from "../audio/wav.ts";
import type { SpeechEncoder } from "./encoder.ts";
import { MP3_RATE, type PlainFormat, type SpeakFormat } from "./formats.ts";
import { createOpus } from "./opus.ts";
import { FLITE_RATE } from "./voices.ts";

const NOTHING = new Uint8Array(0);

export async function createSpeechEncoder(format: SpeakFormat): Promise<SpeechEncoder> {
  if (format.encoding === "mp3") return createMp3(format.bitRate);
  if (format.encoding === "opus") return createOpus(format.bitRate);
  return createPlain(format);
}

const CODES = {
  linear16: toLinear16,
  mulaw: (samples: Float32Array) => encodeMulaw(toInt16(samples)),
  alaw: (samples: Float32Array) => encodeAlaw(toInt16(samples)),
};

function createPlain(format: PlainFormat): SpeechEncoder {
  const { encoding, container, sampleRate } = format;
  const resampler = createResampler(FLITE_RATE, sampleRate);
  const code = CODES[encoding];
  return {
    header: container === "wav" ? openWavHeader(sampleRate, encoding) : NOTHING,
    encode: (samples) => code(resampler.push(samples)),
    finish: () => code(resampler.finish()),
    free() {},
  };
}

async function createMp3(bitRate: 32_000 | 48_000): Promise<SpeechEncoder> {
  const resampler = createResampler(FLITE_RATE, MP3_RATE);
  const lame = await createMp3Encoder();
  const bitrate = bitRate === 32_000 ? 32 : 48;
  lame.configure({ channels: 1, sampleRate: MP3_RATE, outputSampleRate: MP3_RATE, bitrate });
  // What it gives out lies in its own memory and is overwritten by the next call.
  const encode = (samples: Float32Array) => (samples.length === 0 ? NOTHING : lame.encode([samples]).slice());
  return {
    header: NOTHING,
    encode: (samples) => encode(resampler.push(samples)),
    finish: () => Buffer.concat([encode(resampler.finish()), lame.finalize()]),
    // An instance of its own, which goes with it.
    free() {},
  };
}
