import type { Interim, Segment } from "../../shared/captions.ts";
import { type Captions, noCaptions } from "../transcript.ts";
import { hear, look, quiet, type Stabiliser, shownText } from "./stabiliser.ts";

/** "fast": what is being said now too, stabilised. "steady": only what no longer changes. */
export type DisplayMode = "fast" | "steady";

/** What is to be drawn. */
export type Displayed = {
  /** Those of the captions, the very same array. */
  readonly segments: readonly Segment[];
  /** The same object until its words, start or speaker change. May be null while words are held back. */
  readonly interim: Interim | null;
};

export type Display = {
  readonly displayed: Displayed;
  /** Takes in the captions after each change. */
  show(captions: Captions): void;
  setMode(mode: DisplayMode): void;
  /** Nothing is told any more. */
  close(): void;
};

export type DisplayOptions = {
  readonly mode: DisplayMode;
  /** Called when there is something else to draw: from within `show` and `setMode`, and when held words become due. */
  onChange(displayed: Displayed): void;
  /** Milliseconds of a clock that never goes back. */
  now?(): number;
  /** Runs once after `delayMs`; the answer cancels it. */
  setTimer?(run: () => void, delayMs: number): () => void;
};

/** Decides what of a room's captions is drawn, and when. */
export function createDisplay(options: DisplayOptions): Display {
  const { onChange, now = () => performance.now(), setTimer = startTimer } = options;
  let { mode } = options;
  let captions = noCaptions;
  let state: Stabiliser = quiet;
  let displayed: Displayed = { segments: captions.segments, interim: null };
  let cancel = (): void => {};

  function take(next: Stabiliser): void {
    state = next;
    cancel();
    if (state.kind === "speaking" && state.dueMs !== null) {
      cancel = setTimer(() => take(look(state, now())), Math.max(0, state.dueMs - now()));
    }
    const { segments } = captions;
    const interim = shownInterim(state, displayed.interim);
    if (segments === displayed.segments && interim === displayed.interim) return;
    displayed = { segments, interim };
    onChange(displayed);
  }

  function update(): void {
    take(mode === "steady" ? quiet : hear(state, captions, now()));
  }

  return {
    get displayed() {
      return displayed;
    },
    show(next) {
      captions = next;
      update();
    },
    setMode(next) {
      mode = next;
      update();
    },
    close() {
      cancel();
    },
  };
}

function shownInterim(state: Stabiliser, before: Interim | null): Interim | null {
  const text = shownText(state);
  if (state.kind === "quiet" || text === null) return null;
  const { interim } = state;
  const isSameStart = before?.start === interim.start;
  // Of the newest word, which may be held back still: with each one that is told to be another's the whole would jump.
  const speaker = isSameStart ? before.speaker : interim.speaker;
  if (isSameStart && before.text === text) return before;
  const { speaker: _, ...rest } = interim;
  return { ...rest, text, ...(speaker === undefined ? {} : { speaker }) };
}

function startTimer(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
