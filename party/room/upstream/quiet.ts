import {
  type AudioFormat,
  bytesToSamples,
  frameBytes,
  msToSamples,
  samplesToBytes,
} from "../../../shared/audio.ts";
import { decoders } from "./g711.ts";

const windowMs = 60;
const hopMs = 20;

/**
 * Where speech is quietest, in samples from the beginning of `audio`: the middle of its softest 60 ms, and of equally
 * soft ones the last. A stream that begins there tears no word, or does the least harm.
 */
export function quietPlace(audio: Uint8Array, format: AudioFormat): number {
  const samples = bytesToSamples(audio.length, format);
  const window = msToSamples(windowMs, format);
  const hop = msToSamples(hopMs, format);
  if (samples <= window) return samples;
  const energy = energies(audio, format, hop);
  const hops = Math.round(window / hop);
  let best = Number.POSITIVE_INFINITY;
  let at = samples;
  for (let first = 0; first + hops <= energy.length; first += 1) {
    let sum = 0;
    for (let i = first; i < first + hops; i += 1) sum += energy[i] ?? 0;
    if (sum > best) continue;
    best = sum;
    at = first * hop + Math.floor(window / 2);
  }
  return at;
}

/** So much softer than the loudest counts as a pause, and so does anything no louder than a whisper of noise. */
const pause = { share: 0.1, level: 30 } as const;

/** Whether the last 60 ms are a pause, measured by what came before them. Nothing at all is one too. */
export function endsQuietly(audio: Uint8Array, format: AudioFormat): boolean {
  const hop = msToSamples(hopMs, format);
  // Hops are counted from the end here.
  const whole = samplesToBytes(Math.floor(bytesToSamples(audio.length, format) / hop) * hop, format);
  const levels = energies(audio.subarray(audio.length - whole), format, hop);
  const tail = levels.subarray(-Math.round(windowMs / hopMs));
  const loudest = levels.reduce((most, level) => Math.max(most, level), 0);
  return tail.every((level) => level <= Math.max(pause.level, loudest * pause.share));
}

/** Mean absolute level of each whole hop, over all channels. */
function energies(audio: Uint8Array, format: AudioFormat, hop: number): Float64Array {
  const view = new DataView(audio.buffer, audio.byteOffset, audio.byteLength);
  const levels = new Float64Array(Math.floor(bytesToSamples(audio.length, format) / hop));
  const valueBytes = frameBytes(format) / format.channels;
  const values = hop * format.channels;
  const decode = decoders[format.encoding];
  for (let at = 0; at < levels.length; at += 1) {
    let sum = 0;
    for (let i = 0; i < values; i += 1) sum += Math.abs(decode(view, (at * values + i) * valueBytes));
    levels[at] = sum / values;
  }
  return levels;
}
