import { type AudioFormat, frameBytes } from "../../../shared/audio.ts";
import { decoders } from "../upstream/g711.ts";

/** Audio is judged in cells of this on the session's clock. */
export const cellMs = 100;
/** Of each cell so many values are looked at: a level needs no more, and a room has many a second. */
const valuesPerCell = 100;

/** Levels on the scale of 16 bits. */
const loud = {
  /** So many times the noise: about 10 dB. */
  overNoise: 3.2,
  /** Softer than this is nobody, also in perfect silence. */
  least: 60,
} as const;
const noise = {
  /** As loud may the first sound be at most and still be taken for the noise. */
  first: 200,
  least: 8,
  /** The estimate falls with any softer cell at once, and doubles in ten seconds without one. */
  rise: 2 ** (cellMs / 10_000),
} as const;

/**
 * Where somebody seems to speak, by level alone: louder than the noise, for two cells at least. What it cannot tell:
 * music, applause and traffic that come and go are sound as speech is, and count; a sound that stays equally loud is
 * noise before long.
 */
export class Voice {
  readonly #format: AudioFormat;
  readonly #spoken: (cell: number) => void;
  readonly #cellSamples: number;
  readonly #strideBytes: number;
  /** Position of byte 0, bytes taken since then, and the next one to look at. */
  #base: number;
  #bytes = 0;
  #next = 0;
  #cell: number;
  #level = { sum: 0, squares: 0, values: 0 };
  #noise: number | null = null;
  /** The cell before was loud: it counts if it is not the only one. */
  #before: "soft" | "loud" | "spoken" = "soft";

  /**
   * @param begin position (samples) of the first audio
   * @param from cells before this one were judged already, by an earlier object
   * @param spoken called for each cell in which somebody speaks
   */
  constructor(format: AudioFormat, begin: number, from: number, spoken: (cell: number) => void) {
    this.#format = format;
    this.#spoken = spoken;
    this.#cellSamples = (cellMs * format.sampleRate) / 1_000;
    // Odd, so that it falls in step with no common tone, and on every channel in turn.
    const strideValues = Math.max(1, Math.floor((this.#cellSamples * format.channels) / valuesPerCell)) | 1;
    this.#strideBytes = (strideValues * frameBytes(format)) / format.channels;
    this.#base = begin;
    this.#cell = Math.max(from, Math.floor(begin / this.#cellSamples));
  }

  /** Cells before this one have been judged. */
  get judgedTo(): number {
    return this.#cell;
  }

  /** End of the whole samples taken. */
  get position(): number {
    return this.#base + Math.floor(this.#bytes / frameBytes(this.#format));
  }

  /** What comes next begins a new sample frame at this position. */
  realign(position: number): void {
    this.#base = position;
    this.#bytes = 0;
    this.#next = 0;
    this.#level = { sum: 0, squares: 0, values: 0 };
    this.#before = "soft";
  }

  take(audio: Uint8Array): void {
    const view = new DataView(audio.buffer, audio.byteOffset, audio.byteLength);
    const decode = decoders[this.#format.encoding];
    const valueBytes = frameBytes(this.#format) / this.#format.channels;
    const end = this.#bytes + audio.length;
    while (this.#next + valueBytes <= end) {
      // At the seam of two frames a value may be cut in two: it is passed over.
      if (this.#next >= this.#bytes) this.#look(decode(view, this.#next - this.#bytes));
      this.#next += this.#strideBytes;
    }
    this.#bytes = end;
    this.#passTo(this.position);
  }

  #look(value: number): void {
    this.#passTo(this.#base + Math.floor(this.#next / frameBytes(this.#format)));
    this.#level.sum += value;
    this.#level.squares += value * value;
    this.#level.values += 1;
  }

  /** Judges the cells that end by a position. */
  #passTo(position: number): void {
    const cell = Math.floor(position / this.#cellSamples);
    if (cell <= this.#cell) {
      // Judged by an earlier object, and sent again for its words alone.
      if (cell < this.#cell) this.#level = { sum: 0, squares: 0, values: 0 };
      return;
    }
    this.#judge();
    this.#cell = cell;
  }

  #judge(): void {
    const { sum, squares, values } = this.#level;
    this.#level = { sum: 0, squares: 0, values: 0 };
    if (values === 0) {
      this.#before = "soft";
      return;
    }
    const mean = sum / values;
    const level = Math.sqrt(Math.max(0, squares / values - mean * mean));
    const before = this.#noise ?? noise.first;
    this.#noise = Math.max(noise.least, Math.min(level, before * noise.rise));
    if (level < Math.max(loud.least, this.#noise * loud.overNoise)) {
      this.#before = "soft";
      return;
    }
    if (this.#before === "soft") {
      this.#before = "loud";
      return;
    }
    if (this.#before === "loud") this.#spoken(this.#cell - 1);
    this.#spoken(this.#cell);
    this.#before = "spoken";
  }
}
