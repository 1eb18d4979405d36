import { firstFrames } from "./align.ts";
import type { Step } from "./speculate.ts";

/** A word as the model wrote it, with its place in the audio it was recognised from (samples at 16 kHz). */
export type Word = { text: string; start: number; end: number; confidence: number };

/** What was recognised in one stretch of audio. `tokenStarts` has a sample position for each token. */
export type Hypothesis = { text: string; words: Word[]; tokens: number[]; tokenStarts: number[] };

export const NOTHING: Hypothesis = { text: "", words: [], tokens: [], tokenStarts: [] };

/** Whether there is a word and the other is the same but for capitals and marks. */
export function sameWord(one: Word | undefined, other: Word): boolean {
  return one !== undefined && plain(one.text) === plain(other.text);
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/**
 * How far behind a frame's first sample a word begins that the path enters there: the frame's centre (its receptive field
 * is 895 samples), and about one frame by which attention moves on before the word is heard (measured against forced
 * alignments).
 */
const ENTRY_DELAY_SAMPLES = 800;
/** One encoder frame: the strides 64, 3 and 2 of its three convolutions. */
const SAMPLES_PER_FRAME = 384;

const ENERGY_WINDOW = 160;
/** A word begins and ends where the sound is above this share of its loudest moment… */
const FADED = 0.1;
/** …and this many times as loud as the quietest moments around. */
const ABOVE_NOISE = 2;
/** Silence inside a word (before a plosive) is shorter than this many windows. */
const GAP_WINDOWS = 12;
const MIN_WORD_SAMPLES = 800;

/** The path gives a token that has no audio one frame, seldom two. */
const INVENTED_TOKEN_SAMPLES = 1.5 * SAMPLES_PER_FRAME;
const MIN_INVENTED_TOKENS = 1.5;
const UNSURE = 0.4;

const HAS_SOUND = /[\p{L}\p{N}]/u;

/**
 * Groups tokens into words and finds their times: a word begins where the decoder's attention moves to it and ends where
 * attention leaves it or, before a pause, where the sound has faded. Words the decoder made up after the sound had ended
 * are left out. Times never fall from word to word and lie inside the audio.
 */
export function readHypothesis(
  steps: readonly Step[],
  audio: Float32Array,
  textOf: (ids: readonly number[]) => string,
): Hypothesis {
  const words = placeWords(steps, audio, textOf);
  const heard = withoutInventedTail(words, audio.length);
  if (heard.length === words.length) return toHypothesis(steps, words);
  // The path through the attention was bent by words that belong nowhere: it is found again without them.
  const kept = steps.slice(0, (heard.at(-1)?.last ?? -1) + 1);
  return toHypothesis(kept, placeWords(kept, audio, textOf));
}

function toHypothesis(steps: readonly Step[], placed: readonly PlacedWord[]): Hypothesis {
  const words = placed.map(({ text, start, end, confidence }) => ({ text, start, end, confidence }));
  return {
    text: words.map((word) => word.text).join(" "),
    words,
    tokens: steps.map((step) => step.next),
    tokenStarts: tokenStarts(steps),
  };
}

/** `entry`: where the path through the attention comes to the word. `last`: the index of its last token. */
type PlacedWord = Word & { entry: number; tokens: number; last: number };

function placeWords(
  steps: readonly Step[],
  audio: Float32Array,
  textOf: (ids: readonly number[]) => string,
): PlacedWord[] {
  const starts = tokenStarts(steps).map((start) => Math.min(audio.length, start));
  const tokens = steps.map((step) => step.next);
  const spans = wordSpans(tokens, textOf);
  const energies = energiesOf(audio);
  const noise = noiseOf(energies);
  const words: PlacedWord[] = [];
  let floor = 0;
  for (const [index, span] of spans.entries()) {
    const start = Math.max(floor, starts[span.first] ?? 0);
    const limit = Math.max(start, starts[spans[index + 1]?.first ?? tokens.length] ?? audio.length);
    const sound = soundWithin(energies, noise, start, limit);
    const begin = Math.min(sound.from, Math.max(start, limit - MIN_WORD_SAMPLES));
    const end = Math.min(limit, Math.max(begin + MIN_WORD_SAMPLES, sound.to));
    const spoken = steps
      .slice(span.first, span.last + 1)
      .filter((step) => HAS_SOUND.test(textOf([step.next])));
    const confidence = geometricMean(spoken.map((step) => step.probability));
    words.push({
      text: tidy(span.text),
      start: begin,
      end,
      confidence,
      entry: start,
      tokens: span.last - span.first + 1,
      last: span.last,
    });
    floor = end;
  }
  return words;
}

function tokenStarts(steps: readonly Step[]): number[] {
  return firstFrames(steps.map((step) => step.attention)).map(
    (frame) => frame * SAMPLES_PER_FRAME + ENTRY_DELAY_SAMPLES,
  );
}

/**
 * When the sound ends before the sentence does, the decoder likes to finish it: words it is unsure of, for which no audio
 * is left, so that the alignment gives them next to no time.
 */
function withoutInventedTail(words: readonly PlacedWord[], audioLength: number): readonly PlacedWord[] {
  let first = words.length;
  let unsure = words.length;
  while (first > 0) {
    const word = words[first - 1];
    const next = words[first];
    if (word === undefined) break;
    const length = next === undefined ? (audioLength - word.entry) / 2 : next.entry - word.entry;
    if (length > INVENTED_TOKEN_SAMPLES * Math.max(MIN_INVENTED_TOKENS, word.tokens)) break;
    first--;
    if (word.confidence < UNSURE) unsure = first;
  }
  return words.slice(0, unsure);
}

/** Marks the model repeats when audio ends in the middle of a word (",,"). */
function tidy(text: string): string {
  return text.replace(/([,;:!?])[,;:.!?]+/gu, "$1");
}

type Span = { text: string; first: number; last: number };

function wordSpans(tokens: readonly number[], textOf: (ids: readonly number[]) => string): Span[] {
  const spans: Span[] = [];
  let open: { first: number; last: number } | null = null;
  const close = () => {
    if (open === null) return;
    const text = textOf(tokens.slice(open.first, open.last + 1)).trim();
    // A mark on its own (a dash between words) belongs to the word before it.
    const previous = spans.at(-1);
    if (HAS_SOUND.test(text)) spans.push({ text, ...open });
    else if (previous !== undefined && text !== "") {
      previous.text += text;
      previous.last = open.last;
    }
  };
  for (const [index, id] of tokens.entries()) {
    if (open === null || textOf([id]).startsWith(" ")) {
      close();
      open = { first: index, last: index };
    } else open.last = index;
  }
  close();
  return spans;
}

/**
 * The part of `from`–`to` that sounds: between its first and its last sound that is not faint beside the loudest. A short
 * sound at either edge, across a gap, is the end or the beginning of a neighbour and left out.
 */
function soundWithin(
  energies: Float32Array,
  noise: number,
  from: number,
  to: number,
): { from: number; to: number } {
  const first = Math.floor(from / ENERGY_WINDOW);
  const span = energies.subarray(first, Math.ceil(to / ENERGY_WINDOW));
  const threshold = Math.max(span.reduce((a, b) => Math.max(a, b), 0) * FADED, noise * ABOVE_NOISE);
  const blocks: { begin: number; end: number }[] = [];
  for (const [window, energy] of span.entries()) {
    if (energy <= threshold) continue;
    const open = blocks.at(-1);
    if (open !== undefined && window - open.end < GAP_WINDOWS) open.end = window + 1;
    else blocks.push({ begin: window, end: window + 1 });
  }
  const isScrap = (block: { begin: number; end: number } | undefined) =>
    blocks.length > 1 && block !== undefined && block.end - block.begin < GAP_WINDOWS;
  if (isScrap(blocks.at(-1))) blocks.pop();
  if (isScrap(blocks[0])) blocks.shift();
  const [begin, end] = [blocks[0]?.begin, blocks.at(-1)?.end];
  if (begin === undefined || end === undefined) return { from, to };
  return {
    from: Math.max(from, (first + begin) * ENERGY_WINDOW),
    to: Math.min(to, (first + end) * ENERGY_WINDOW),
  };
}

/** Root mean square of each window of audio. */
function energiesOf(audio: Float32Array): Float32Array {
  const energies = new Float32Array(Math.ceil(audio.length / ENERGY_WINDOW));
  for (let window = 0; window < energies.length; window++) {
    const piece = audio.subarray(window * ENERGY_WINDOW, (window + 1) * ENERGY_WINDOW);
    energies[window] = Math.sqrt(piece.reduce((sum, sample) => sum + sample * sample, 0) / piece.length);
  }
  return energies;
}

/** The loudness that is there even between words: the quietest twentieth of the windows is no louder. */
function noiseOf(energies: Float32Array): number {
  return energies.toSorted()[Math.floor(energies.length / 20)] ?? 0;
}

function geometricMean(probabilities: readonly number[]): number {
  const logs = probabilities.reduce((sum, probability) => sum + Math.log(Math.max(probability, 1e-6)), 0);
  return Math.exp(logs / Math.max(1, probabilities.length));
}
