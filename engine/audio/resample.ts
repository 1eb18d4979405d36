/** Half the length of the filter, in periods of the lower of the two rates. More is sharper and slower. */
const HALF_WIDTH_PERIODS = 12;
/** Where the filter begins to close, as a share of the lower rate's limit; leaves room for its slope. */
const PASS_BAND = 0.94;

/**
 * Changes the sample rate of a stream, piece by piece, with a windowed-sinc filter.
 *
 * Output sample n lies at the time n / `toRate`: the filter's delay is made up for, and pieces of any size give the same
 * samples as the whole at once. `finish` returns the samples that still waited for what comes after them (silence).
 */
export type Resampler = { push(samples: Float32Array): Float32Array; finish(): Float32Array };

export function createResampler(fromRate: number, toRate: number): Resampler {
  if (fromRate === toRate) return { push: (samples) => samples, finish: () => new Float32Array(0) };

  const divisor = greatestCommonDivisor(fromRate, toRate);
  const up = toRate / divisor;
  const down = fromRate / divisor;
  const cutoff = PASS_BAND * Math.min(1, toRate / fromRate);
  const reach = Math.ceil(HALF_WIDTH_PERIODS / Math.min(1, toRate / fromRate));
  const phases = Array.from({ length: up }, (_, phase) => filterPhase(phase / up, reach, cutoff));

  // Input kept: everything from `base` on. Output sample n needs inputs around n * down / up.
  let kept = new Float32Array(reach);
  let base = -reach;
  let produced = 0;
  let received = 0;

  const drain = (limit: number): Float32Array => {
    const count = Math.max(0, Math.ceil(((limit - reach) * up) / down) - produced);
    const output = new Float32Array(count);
    for (let index = 0; index < count; index++) {
      const position = (produced + index) * down;
      const centre = Math.floor(position / up);
      const taps = phases[position % up];
      if (taps === undefined) break;
      const offset = centre - reach + 1 - base;
      let sum = 0;
      for (let tap = 0; tap < taps.length; tap++) sum += (taps[tap] ?? 0) * (kept[offset + tap] ?? 0);
      output[index] = sum;
    }
    produced += count;
    const needed = Math.floor((produced * down) / up) - reach;
    if (needed > base) {
      kept = kept.slice(needed - base);
      base = needed;
    }
    return output;
  };

  const append = (samples: Float32Array) => {
    const longer = new Float32Array(kept.length + samples.length);
    longer.set(kept);
    longer.set(samples, kept.length);
    kept = longer;
  };

  return {
    push(samples) {
      append(samples);
      received += samples.length;
      return drain(received);
    },
    finish() {
      append(new Float32Array(reach));
      return drain(received + reach);
    },
  };
}

/** The filter's taps for an output sample that lies `fraction` of an input period after an input sample. */
function filterPhase(fraction: number, reach: number, cutoff: number): Float32Array {
  const taps = new Float32Array(2 * reach);
  let sum = 0;
  for (let tap = 0; tap < taps.length; tap++) {
    const distance = tap - reach + 1 - fraction;
    const x = Math.PI * distance * cutoff;
    const sinc = x === 0 ? 1 : Math.sin(x) / x;
    const window = 0.5 * (1 + Math.cos((Math.PI * distance) / reach));
    const value = Math.abs(distance) >= reach ? 0 : sinc * window;
    taps[tap] = value;
    sum += value;
  }
  // Each phase passes a constant unchanged, so that no tone appears at the rate of the phases.
  return taps.map((value) => value / sum);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
