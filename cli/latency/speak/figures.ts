import { fitLine } from "../../../shared/fit.ts";
import { spreadOf } from "../../../shared/percentile.ts";
import type { Spread } from "../../../shared/stats.ts";

/** One text spoken. */
export type Spoken = {
  /** As asked for, and as it was. */
  readonly length: number;
  readonly characters: number;
  /** From the request on: to the first byte of sound, and to the last. */
  readonly first_byte_ms: number;
  readonly total_ms: number;
  /** What was spoken lasts so long. */
  readonly audio_ms: number;
};

/** Milliseconds by characters: what a request takes whatever its length, and what its length adds. */
export type LengthLine = { readonly base_ms: number; readonly per_100_characters_ms: number };

export type OfLength = {
  readonly length: number;
  readonly first_byte_ms: Spread;
  readonly total_ms: Spread;
  /** Milliseconds, the p50 of all runs. */
  readonly audio_ms: number;
  /** Seconds of audio by seconds until the last byte, the p50 of all runs. */
  readonly speed_up: number;
};

export type Figures = {
  readonly lengths: readonly OfLength[];
  /** The lines of least squares through all requests; null where all have one length. */
  readonly first_byte: LengthLine | null;
  readonly total: LengthLine | null;
  /** Seconds of audio by seconds until the last byte, the p50 of all requests. */
  readonly speed_up: number | null;
};

export function figuresOf(spoken: readonly Spoken[]): Figures {
  const lengths = [...new Set(spoken.map(({ length }) => length))].sort((a, b) => a - b);
  return {
    lengths: lengths.flatMap((length) => ofLength(spoken.filter((each) => each.length === length)) ?? []),
    first_byte: lineThrough(spoken, ({ first_byte_ms }) => first_byte_ms),
    total: lineThrough(spoken, ({ total_ms }) => total_ms),
    speed_up: spreadOf(spoken.map(speedUp))?.p50 ?? null,
  };
}

function ofLength(spoken: readonly Spoken[]): OfLength | null {
  const [first, total] = [
    spreadOf(spoken.map(({ first_byte_ms }) => first_byte_ms)),
    spreadOf(spoken.map(({ total_ms }) => total_ms)),
  ];
  const audio = spreadOf(spoken.map(({ audio_ms }) => audio_ms));
  const speed = spreadOf(spoken.map(speedUp));
  const length = spoken[0]?.length;
  if (length === undefined || first === null || total === null || audio === null || speed === null)
    return null;
  return { length, first_byte_ms: first, total_ms: total, audio_ms: audio.p50, speed_up: speed.p50 };
}

function lineThrough(spoken: readonly Spoken[], ms: (each: Spoken) => number): LengthLine | null {
  const line = fitLine(spoken.map((each) => [each.characters, ms(each)] as const));
  return line && { base_ms: line.intercept, per_100_characters_ms: 100 * line.slope };
}

function speedUp({ audio_ms, total_ms }: Spoken): number {
  return audio_ms / total_ms;
}
