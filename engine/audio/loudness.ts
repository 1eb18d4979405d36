/** The peak that quiet speech is brought up to. Louder audio is left alone. */
const TARGET_PEAK = 0.4;

/** What a stream's first speech is taken to peak at, before anything is known about it. */
const FIRST_PEAK = 0.05;
/** How fast an earlier peak is forgotten: by half in about 15 s. */
const PEAK_DECAY_PER_SAMPLE = 0.5 ** (1 / (15 * 16_000));
const MAX_GAIN = 20;
const STEP_SAMPLES = 512;

/**
 * Brings up a quiet stream as it comes, for the voice activity detector, which takes a whisper for silence.
 * `level` returns a copy, or the audio itself when it is loud enough.
 */
export function createLeveller(): { level(audio: Float32Array): Float32Array } {
  let peak = FIRST_PEAK;
  return {
    level(audio) {
      const levelled = new Float32Array(audio.length);
      for (let at = 0; at < audio.length; at += STEP_SAMPLES) {
        const step = audio.subarray(at, at + STEP_SAMPLES);
        peak = Math.max(peakOf(step), peak * PEAK_DECAY_PER_SAMPLE ** step.length);
        const gain = Math.min(MAX_GAIN, Math.max(1, TARGET_PEAK / peak));
        for (const [index, sample] of step.entries()) levelled[at + index] = sample * gain;
      }
      return levelled;
    },
  };
}

/** Brings one stretch of quiet speech up as a whole, for the recogniser; louder audio comes back as it is. */
export function lift(audio: Float32Array): Float32Array {
  const peak = peakOf(audio);
  if (peak === 0 || peak >= TARGET_PEAK) return audio;
  const gain = Math.min(MAX_GAIN, TARGET_PEAK / peak);
  return audio.map((sample) => sample * gain);
}

function peakOf(audio: Float32Array): number {
  let peak = 0;
  for (const sample of audio) peak = Math.max(peak, Math.abs(sample));
  return peak;
}
