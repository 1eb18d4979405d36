import type { RecogniseQuestion } from "../recognise/questions.ts";
import type { Scheduler } from "../recognise/scheduler.ts";
import type { Hypothesis, Word } from "../recognise/words.ts";
import { chooseCut } from "./cut.ts";
import { headBefore, joinBehind, seamBehind, tokensAfter } from "./prefix.ts";
import type { Speech } from "./segmenter.ts";
import { openEnded, steadyPart } from "./steady.ts";

export type TranscriberPorts = {
  scheduler: Pick<Scheduler, "final" | "interim">;
  /** A copy of the stream's 16 kHz audio between two positions. */
  copyAudio(from: number, to: number): Float32Array;
  /** The stretch of speech to recognise now, and how far audio has come. */
  current(): { speech: Speech | null; position: number };
  /** Called with each interim of the utterance that is still going on. */
  onInterim(heard: Heard, position: number): void;
  onFailure(error: unknown): void;
};

/** A hypothesis and the stretch of the stream it was recognised from. */
export type Heard = { from: number; to: number; hypothesis: Hypothesis };

/**
 * A place between two words up to which interims of a long utterance are settled. They are recognised from there only, so
 * that they cost the same however long somebody speaks; the final is recognised as a whole.
 */
type Anchor = { at: number; head: Hypothesis; seam: readonly Word[] };

/** An anchor is set when interims cover this much audio; it leaves at least the second in front of it, the third behind. */
const INTERIM_SPAN_SAMPLES = 5 * 16_000;
const MIN_HEAD_SAMPLES = 2 * 16_000;
const MIN_TAIL_SAMPLES = 1.5 * 16_000;

/** New audio that makes another interim worth its cost. */
const INTERIM_STEP_SAMPLES = 1600;

/**
 * Recognises one stream's speech again and again while it grows, each time with the last answer as a draft, and once more
 * for its final unless the last interim already heard exactly that audio.
 */
export class Transcriber {
  readonly #ports: TranscriberPorts;
  #latest: Heard | null = null;
  #anchor: Anchor | null = null;
  /** The stretch that was recognised last, or is being recognised, as a whole and not from an anchor. */
  #whole: { from: number; to: number } | null = null;
  #running: { from: number; to: number; done: Promise<unknown> } | null = null;
  #wished = false;
  /** A final is being recognised: what interims still hear is kept, but no longer told. */
  #ending = false;
  /** Counts finals, so that an interim which returns after its utterance has ended is recognised as late. */
  #utterance = 0;
  #carriedDraft: readonly number[] = [];

  constructor(ports: TranscriberPorts) {
    this.#ports = ports;
  }

  /** The newest answer for the utterance that is going on. */
  get latest(): Heard | null {
    return this.#latest;
  }

  /** Asks for an interim if there is enough new audio and none is on its way. */
  consider(): void {
    if (this.#wished || this.#worthHearing() === null) return;
    this.#wished = true;
    this.#hear().catch((error: unknown) => this.#ports.onFailure(error));
  }

  /**
   * The final hypothesis for `speech`. `carryFrom` tells that the speaker goes on there, so that what the latest interim
   * heard after it can be the draft of the next utterance.
   */
  async final(speech: Speech, carryFrom: number | null): Promise<Heard> {
    const { heard, latest } = await this.#hearWhole(speech);
    this.#utterance++;
    this.#ending = false;
    this.#carriedDraft =
      carryFrom === null || latest === null ? [] : tokensAfter(latest.hypothesis, carryFrom - latest.from);
    this.#latest = null;
    this.#anchor = null;
    this.#whole = null;
    return heard;
  }

  /**
   * What a final for `speech` would be, while the utterance may still go on. The final of the same stretch is then this
   * same answer.
   */
  async settle(speech: Speech): Promise<Heard> {
    const { heard } = await this.#hearWhole(speech);
    this.#ending = false;
    this.#latest = heard;
    this.#anchor = null;
    this.#whole = { from: heard.from, to: heard.to };
    return heard;
  }

  /** All of `speech`, recognised as one, and what was known before. Until the caller is done, no interim is told. */
  async #hearWhole(speech: Speech): Promise<{ heard: Heard; latest: Heard | null }> {
    this.#ending = true;
    const running = this.#running;
    if (running !== null && covers(running, speech)) await running.done;
    const latest = this.#latest;
    const known =
      latest !== null && covers(latest, speech) && this.#whole !== null && covers(this.#whole, speech);
    return { heard: known ? latest : await this.#hearFinal(speech), latest };
  }

  async #hear(): Promise<void> {
    const utterance = this.#utterance;
    const heard: { speech: Speech | null; position: number } = { speech: null, position: 0 };
    const running = Promise.withResolvers<void>();
    try {
      const hypothesis = await this.#ports.scheduler.interim(this, () => {
        const speech = utterance === this.#utterance ? this.#worthHearing() : null;
        if (speech === null) return null;
        heard.speech = speech;
        heard.position = this.#ports.current().position;
        this.#running = { from: speech.from, to: speech.to, done: running.promise };
        if (speech.settled) this.#anchor = null;
        if (this.#anchor === null) this.#whole = { from: speech.from, to: speech.to };
        return this.#question(speech, this.#anchor);
      });
      if (hypothesis === null || heard.speech === null || utterance !== this.#utterance) return;
      this.#take(hypothesis, heard.speech, heard.position);
    } finally {
      this.#wished = false;
      this.#running = null;
      running.resolve();
      this.consider();
    }
  }

  #take(heard: Hypothesis, { from, to, settled }: Speech, position: number): void {
    // Overtaken: all of the speech up to here and beyond has been heard meanwhile.
    if (this.#latest?.from === from && this.#latest.to > to) return;
    const before = this.#latest?.from === from ? this.#latest.hypothesis : null;
    const anchor = this.#anchor;
    const hypothesis =
      anchor === null ? heard : joinBehind(anchor.head, heard, anchor.at - from, anchor.seam);
    this.#latest = { from, to, hypothesis };
    if (this.#ending) return;
    if (!settled) this.#moveAnchor(this.#latest);
    const shown = settled ? hypothesis : openEnded(steadyPart(hypothesis, before, to - from));
    this.#ports.onInterim({ from, to, hypothesis: shown }, position);
  }

  #moveAnchor(heard: Heard): void {
    const since = this.#anchor?.at ?? heard.from;
    if (heard.to - since < INTERIM_SPAN_SAMPLES) return;
    const range = { from: since + MIN_HEAD_SAMPLES, to: heard.to - MIN_TAIL_SAMPLES };
    const at = chooseCut(range, heard, this.#ports.copyAudio);
    this.#anchor = {
      at,
      head: headBefore(heard.hypothesis, at - heard.from),
      seam: seamBehind(heard.hypothesis, at - heard.from),
    };
  }

  #worthHearing(): Speech | null {
    const { speech } = this.#ports.current();
    if (speech === null) return null;
    const known = this.#latest?.from === speech.from ? this.#latest.to : speech.from;
    const enough = speech.settled ? speech.to !== known : speech.to - known >= INTERIM_STEP_SAMPLES;
    return enough ? speech : null;
  }

  async #hearFinal(speech: Speech): Promise<Heard> {
    const { from, to } = speech;
    return { from, to, hypothesis: await this.#ports.scheduler.final(this.#question(speech, null)) };
  }

  /** What to ask about `speech`: all of it, or what comes after the anchor. */
  #question(speech: Speech, anchor: Anchor | null): RecogniseQuestion {
    const latest = this.#latest?.from === speech.from ? this.#latest.hypothesis : null;
    const from = anchor?.at ?? speech.from;
    return {
      audio: this.#ports.copyAudio(from, speech.to),
      draft: latest === null ? this.#carriedDraft : tokensAfter(latest, from - speech.from),
      insist: speech.clear,
    };
  }
}

function covers(range: { from: number; to: number }, speech: Speech): boolean {
  return range.from === speech.from && range.to === speech.to;
}
