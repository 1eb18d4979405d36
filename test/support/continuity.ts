/** A tone as 16-bit audio. */
export function toneAudio(sampleRate: number, hz: number, seconds: number): Uint8Array {
  const samples = Int16Array.from({ length: sampleRate * seconds }, (_, n) =>
    Math.round(16_000 * Math.sin((2 * Math.PI * hz * n) / sampleRate)),
  );
  return new Uint8Array(samples.buffer);
}

/**
 * Where a tone of `hz` does not go on as it did before, in samples: a piece that is missing, comes twice or is silent changes its
 * phase or its level there. Compared are blocks of a hundredth of a second with the first one.
 */
export function breaksIn(samples: Int16Array, sampleRate: number, hz: number): readonly number[] {
  const blockSamples = sampleRate / 100;
  const blocks = Array.from({ length: Math.floor(samples.length / blockSamples) }, (_, index) =>
    toneOf(samples, index * blockSamples, blockSamples, (2 * Math.PI * hz) / sampleRate),
  );
  const [first] = blocks;
  if (first === undefined) throw new Error("There is no whole block of audio.");
  const isLikeFirst = ({ re, im }: Tone) =>
    Math.hypot(re - first.re, im - first.im) < 0.05 * Math.hypot(first.re, first.im);
  return blocks.flatMap((block, index) => (isLikeFirst(block) ? [] : [index * blockSamples]));
}

type Tone = { readonly re: number; readonly im: number };

/** Amplitude and phase as one number, by the clock of all samples. */
function toneOf(samples: Int16Array, from: number, count: number, step: number): Tone {
  let re = 0;
  let im = 0;
  for (let n = from; n < from + count; n++) {
    re += (samples[n] ?? 0) * Math.cos(step * n);
    im += (samples[n] ?? 0) * Math.sin(step * n);
  }
  return { re: re / count, im: im / count };
}
