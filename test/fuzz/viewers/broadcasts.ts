import type { CaptionsFrame } from "../../../client/index.ts";

const windowMs = 1_000;

/** A connection that broadcasts go to. */
type Hearer = {
  /** The newest it was sent. */
  broadcast: number;
  readonly mustNotMiss: boolean;
};

/**
 * What goes to everybody, numbered, so that it can be told who has had it: nobody who is connected may be left out of
 * anything but interims, and no more frames go out than the tick lets through.
 */
export class Broadcasts {
  readonly #tickMs: number;
  readonly #mayDropInterims: boolean;
  readonly #violation: (what: string) => void;
  #text = "";
  #atMs = -1;
  /** Number of the newest. */
  index = -1;
  /** The newest that nobody may miss, and the newest that nobody who reads and answers may miss. */
  #must = { everybody: -1, prompt: -1 };
  /** Frames that wait for the tick, within the last second; and what may go beside it. */
  #paced: number[] = [];
  #free: number[] = [];
  #wasSpeaking = false;
  /** The next object sends a first frame while it takes its viewers back one by one: the last of them get the second. */
  #isReopened = false;
  /** Frames that showed what was being said, and nothing else. */
  interims = 0;

  constructor(parts: {
    readonly tickMs: number;
    /** Frames are so large that somebody who reads as told may fall behind for a moment. */
    readonly mayDropInterims: boolean;
    readonly violation: (what: string) => void;
  }) {
    this.#tickMs = parts.tickMs;
    this.#mayDropInterims = parts.mayDropInterims;
    this.#violation = parts.violation;
  }

  get count(): number {
    return this.index + 1;
  }

  told(line: Hearer, text: string, frame: CaptionsFrame, atMs: number): void {
    const isSame = text === this.#text && atMs === this.#atMs && line.broadcast < this.index;
    if (!isSame) this.#next(text, frame, atMs);
    line.broadcast = this.index;
  }

  /** To be asked between two broadcasts: whether a connection that is open has not had what it must have. */
  leftOut({ broadcast, mustNotMiss }: Hearer): boolean {
    return broadcast < (mustNotMiss ? this.#must.prompt : this.#must.everybody);
  }

  /** An object died: the next one knows nothing of when the last frame was sent. */
  died(atMs: number): void {
    this.#free.push(atMs);
    this.#wasSpeaking = false;
    this.#isReopened = true;
  }

  #next(text: string, frame: CaptionsFrame, atMs: number): void {
    this.#text = text;
    this.#atMs = atMs;
    this.index += 1;
    const isInterim = frame.type === "delta" && frame.from === frame.to;
    const everybody = isInterim ? this.#must.everybody : this.index;
    const mayBeMissed = isInterim && (this.#mayDropInterims || this.#isReopened);
    this.#must = { everybody, prompt: mayBeMissed ? this.#must.prompt : this.index };
    if (isInterim) {
      this.interims += 1;
      this.#isReopened = false;
    }
    if (frame.type === "status") this.#free.push(atMs);
    if (frame.type !== "delta" && frame.type !== "snapshot") return;
    if (frame.type === "snapshot") this.#judgeSnapshot(frame.reason, frame.interim !== null);
    const isSpeaking = frame.interim !== null;
    // Finals do not wait for the tick, nor do the first words of an utterance.
    const begins = isSpeaking && !this.#wasSpeaking;
    this.#wasSpeaking = isSpeaking;
    if (begins || !isInterim) this.#free.push(atMs);
    this.#pace(atMs);
  }

  /** Everybody is where the last broadcast brought them: that is neither nowhere nor in the future. */
  #judgeSnapshot(reason: string, isSpeaking: boolean): void {
    if (reason === "new" || reason === "ahead") {
      this.#violation(`everybody was sent a snapshot because of "${reason}"`);
    }
    if (reason === "epoch" && isSpeaking) this.#violation("what was being said outlived a purge");
  }

  #pace(atMs: number): void {
    const isRecent = (at: number): boolean => at > atMs - windowMs;
    this.#paced = [...this.#paced.filter(isRecent), atMs];
    this.#free = this.#free.filter(isRecent);
    const most = windowMs / this.#tickMs + 1 + this.#free.length;
    if (this.#paced.length > most) {
      this.#violation(`${this.#paced.length} frames within a second, ${most} at most`);
    }
  }
}
