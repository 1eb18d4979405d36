import { samplesToMs } from "../../shared/audio.ts";
import type { Interim, Word } from "../../shared/captions.ts";
import type { StoredSession } from "./store.ts";
import type { Draft } from "./transcript.ts";
import type { HeardWord, Speech } from "./upstream/heard.ts";

/** Of a session, what turns positions (samples) into what a reader is shown: milliseconds on the session's clock. */
type Clocked = Pick<StoredSession, "id" | "format">;

export type Naming = {
  newId(): string;
  /** The session's number for a speaker as the provider counts them. */
  speaker(number: number): number;
};

export function interimOf(heard: Speech, session: Clocked, naming: Naming): Interim {
  return {
    ...rangeMs(heard.from, heard.to, session),
    text: heard.text,
    ...speakerOf(heard.words.at(-1), naming),
  };
}

export function isSameInterim(a: Interim | null, b: Interim | null): boolean {
  if (a === null || b === null) return a === b;
  return a.text === b.text && a.start === b.start && a.end === b.end && a.speaker === b.speaker;
}

/** One segment, or one for each turn of another speaker; none when nothing was said. */
export function speechDrafts(heard: Speech, session: Clocked, naming: Naming): Draft[] {
  if (heard.text === "") return [];
  const turns = turnsOf(heard.words);
  if (turns.length <= 1) return [draft(heard, session, naming)];
  return turns.map((words) =>
    draft({ ...heard, text: words.map(({ text }) => text).join(" "), words }, session, naming),
  );
}

export function gapDraft(
  { from, to }: { readonly from: number; readonly to: number },
  session: Clocked,
  id: string,
): Draft {
  return { id, session: session.id, kind: "gap", ...rangeMs(from, to, session), text: "" };
}

function draft(speech: Speech, session: Clocked, naming: Naming): Draft {
  return {
    id: naming.newId(),
    session: session.id,
    kind: "speech",
    // A final covers the silence around its words too; a caption stands for the words.
    ...rangeMs(speech.words[0]?.from ?? speech.from, speech.words.at(-1)?.to ?? speech.to, session),
    text: speech.text,
    ...speakerOf(speech.words[0], naming),
    words: speech.words.map(
      ({ text, from, to, confidence }): Word => ({ text, ...rangeMs(from, to, session), confidence }),
    ),
  };
}

/** Runs of words by one speaker. A word that names none belongs to the one before. */
function turnsOf(words: readonly HeardWord[]): HeardWord[][] {
  const turns: HeardWord[][] = [];
  let current: number | undefined;
  for (const word of words) {
    const turn = turns.at(-1);
    if (turn !== undefined && (word.speaker === undefined || word.speaker === current)) turn.push(word);
    else turns.push([word]);
    current = word.speaker ?? current;
  }
  return turns;
}

function rangeMs(from: number, to: number, session: Clocked): { start: number; end: number } {
  return { start: samplesToMs(from, session.format), end: samplesToMs(to, session.format) };
}

function speakerOf(word: HeardWord | undefined, naming: Naming): { speaker?: number } {
  return word?.speaker === undefined ? {} : { speaker: naming.speaker(word.speaker) };
}
