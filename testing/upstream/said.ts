/** A word as a script gives it. Times are milliseconds on the clock of the socket. */
export type ScriptWord = {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  /** In [0, 1]; 1 unless given. */
  readonly confidence?: number;
  /** Counted from 0. Nova only. */
  readonly speaker?: number;
};

/** What goes with a text. Times are milliseconds on the clock of the socket, which begins at 0 with its first audio. */
export type SaidOptions = {
  /** Where the final before ended, unless given. */
  readonly startMs?: number;
  /** 400 ms a word behind the beginning, unless given. */
  readonly endMs?: number;
  /** Spread evenly over the text's time, unless given. */
  readonly words?: readonly ScriptWord[];
  /** Who speaks, counted from 0. Nova only, and only where the words are not given. */
  readonly speaker?: number;
};

export type Said = {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly words: readonly ScriptWord[];
};

/** 150 words a minute. */
const wordMs = 400;

/** Throws where a time is none, or something ends before it begins. */
export function saidAs(text: string, settledMs: number, options: SaidOptions): Said {
  const texts = text.split(/\s+/).filter((word) => word !== "");
  const startMs = options.startMs ?? settledMs;
  const endMs = options.endMs ?? startMs + texts.length * wordMs;
  assertTimes(`"${text}"`, startMs, endMs);
  for (const word of options.words ?? []) assertTimes(`The word "${word.text}"`, word.startMs, word.endMs);
  const speaker = options.speaker === undefined ? {} : { speaker: options.speaker };
  const at = (index: number): number => startMs + Math.round(((endMs - startMs) * index) / texts.length);
  const spread = texts.map((word, index) => ({
    text: word,
    startMs: at(index),
    endMs: at(index + 1),
    ...speaker,
  }));
  return { text, startMs, endMs, words: options.words ?? spread };
}

function assertTimes(what: string, startMs: number, endMs: number): void {
  if (startMs >= 0 && endMs >= startMs && endMs < Number.POSITIVE_INFINITY) return;
  throw new Error(
    `${what} cannot begin at ${startMs} ms and end at ${endMs} ms. Times count from 0, the socket's first audio, ` +
      "and without `startMs` a text begins where the final before it ended.",
  );
}
