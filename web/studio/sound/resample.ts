/** Half the length of the filter, in periods of the lower of the two rates; the delay it costs. */
const halfWidthPeriods = 32;
/** Of Kaiser's window: 70 dB less of what the lower rate cannot hold. */
const beta = 6.76;
/** The middle of the filter's slope as a share of the lower rate's limit: the slope ends at the limit itself. */
const cutoff = 0.9325;

export type Resampler = {
  /** Takes samples in pieces of any size; `take` is called with each that is complete, in order. */
  push(samples: Float32Array, take: (sample: number) => void): void;
  /** Hands on what still waited for what comes after it, taken for silence. */
  finish(take: (sample: number) => void): void;
};

/**
 * Changes the sample rate of a stream with a windowed-sinc filter. Output n lies at the time n / `toRate`: the filter's delay is
 * made up for. Of N samples, `ceil(N · toRate / fromRate)` come out, the same for pieces of any size. It allocates nothing
 * while it runs, for it runs on the audio thread.
 *
 * @param fromRate samples a second, an integer, as `toRate` is
 */
export function createResampler(fromRate: number, toRate: number): Resampler {
  if (fromRate === toRate) return { push: (samples, take) => samples.forEach(take), finish() {} };

  const divisor = greatestCommonDivisor(fromRate, toRate);
  const up = toRate / divisor;
  const down = fromRate / divisor;
  const half = Math.ceil(halfWidthPeriods / Math.min(1, toRate / fromRate));
  const length = 2 * half;
  const phases = Array.from({ length: up }, (_, phase) =>
    tapsAt(phase / up, half, cutoff * Math.min(1, toRate / fromRate)),
  );
  /** The newest samples, each written twice, `length` apart: so they always lie in one piece somewhere. */
  const recent = new Float32Array(2 * length);
  let at = 0;
  let received = 0;
  /** The input at or before the next output, and how far beyond it that lies, in parts of `up`. */
  let centre = 0;
  let phase = 0;

  function add(sample: number, take: (sample: number) => void): void {
    recent[at] = sample;
    recent[at + length] = sample;
    at = (at + 1) % length;
    received += 1;
    while (centre + half < received) {
      take(filtered());
      phase += down;
      centre += Math.floor(phase / up);
      phase %= up;
    }
  }

  function filtered(): number {
    const taps = phases[phase];
    let sum = 0;
    for (let tap = 0; tap < length; tap++) sum += (taps?.[tap] ?? 0) * (recent[at + tap] ?? 0);
    return sum;
  }

  return {
    push(samples, take) {
      for (const sample of samples) add(sample, take);
    },
    finish(take) {
      for (let count = 0; count < half; count++) add(0, take);
    },
  };
}

/** The filter's taps for an output that lies `fraction` of an input period after an input. */
function tapsAt(fraction: number, half: number, share: number): Float32Array {
  const taps = Float64Array.from({ length: 2 * half }, (_, tap) => {
    const distance = tap - half + 1 - fraction;
    const x = Math.PI * distance * share;
    return (x === 0 ? 1 : Math.sin(x) / x) * kaiser(distance / half);
  });
  // Each phase passes a constant unchanged, so that no tone appears at the rate of the phases.
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return Float32Array.from(taps, (tap) => tap / sum);
}

function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(beta * Math.sqrt(1 - x * x)) / besselOfBeta;
}

/** Once: there are tens of thousands of taps, and the audio thread waits for them. */
const besselOfBeta = bessel(beta);

/** The modified Bessel function of order 0, by its series. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
