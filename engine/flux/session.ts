import type { AudioFormat } from "../audio/format.ts";
import { chooseCut } from "../listen/cut.ts";
import { type InOrder, workInOrder } from "../listen/in-order.ts";
import { Intake, type Judge, type JudgedWindow } from "../listen/intake.ts";
import {
  advance,
  beginSegments,
  currentSpeech,
  cutSpeech,
  endSegment,
  flushSegment,
  PRE_ROLL,
  rulesFor,
  type SegmenterEvent,
  type SegmenterState,
} from "../listen/segmenter.ts";
import { type Heard, Transcriber } from "../listen/transcriber.ts";
import type { Scheduler } from "../recognise/scheduler.ts";
import type { Word } from "../recognise/words.ts";
import type { FluxSettings, SettingsChange } from "./settings.ts";
import { beginTurns, step, type TurnEvent, type TurnMessage, type TurnState } from "./turns.ts";

export type FluxPorts = {
  judge: Judge;
  scheduler: Pick<Scheduler, "final" | "interim">;
  send(message: TurnMessage): void;
  /** Told when the session takes in more audio than it can work on (`false`) and when it has caught up (`true`). */
  setReading(reading: boolean): void;
  /** The client was told of an error that ends the session; nothing more will be sent. */
  onFailure(): void;
};

type Input =
  | { kind: "audio"; bytes: Uint8Array }
  | { kind: "configure"; change: SettingsChange }
  | { kind: "force" }
  | { kind: "finish"; done: () => void };

/** Where an utterance ends is the turn's matter; a segment ends only where a pause or its length asks for it. */
const RULES = rulesFor(null);

/**
 * One Flux stream from bytes to messages, without a socket. It finds out what was said and how long the speaker has
 * paused; what that means for the turn is for the state machine in `turns.ts`. A turn may hold several segments.
 */
export class FluxSession {
  readonly #ports: FluxPorts;
  readonly #intake: Intake;
  readonly #transcriber: Transcriber;
  readonly #inputs: InOrder<Input>;

  #stopped = false;
  #turns: TurnState;
  #segmenter: SegmenterState = beginSegments();
  /** The end of the last window that sounded like speech. */
  #voiceEnd = 0;
  /** The turn's words in segments that have ended, and in the one that goes on. */
  #ended: readonly Word[] = [];
  #growing: readonly Word[] = [];
  /** The end of the speech in `growing` when all of it was heard in a pause. */
  #settledTo: number | null = null;

  constructor(settings: FluxSettings, ports: FluxPorts) {
    this.#ports = ports;
    this.#inputs = workInOrder(
      (input) => this.#work(input),
      () => this.#fail(),
    );
    this.#intake = new Intake(ports);
    this.#transcriber = new Transcriber({
      scheduler: ports.scheduler,
      copyAudio: this.#intake.recording.copy,
      current: () => ({
        speech: this.#stopped ? null : currentSpeech(this.#segmenter, this.#intake.judgedTo),
        position: this.#intake.judgedTo,
      }),
      onInterim: (heard, position) => this.#takeInterim(heard, position),
      onFailure: () => this.#fail(),
    });
    const { state, messages } = beginTurns(settings);
    this.#turns = state;
    for (const message of messages) ports.send(message);
  }

  /** Audio that has come in and is not worked off, in seconds. */
  get backlogSeconds(): number {
    return this.#intake.backlogSeconds;
  }

  /** Tells what the audio is, before the first of it. */
  begin(format: AudioFormat): void {
    this.#intake.begin(format);
  }

  /** Takes in audio, split anywhere. */
  feed(bytes: Uint8Array): void {
    if (this.#stopped) return;
    this.#intake.announce(bytes);
    this.#inputs.take({ kind: "audio", bytes });
  }

  /** Takes effect behind all audio fed so far, as do {@link forceEndTurn} and {@link finish}. */
  configure(change: SettingsChange): void {
    this.#inputs.take({ kind: "configure", change });
  }

  forceEndTurn(): void {
    this.#inputs.take({ kind: "force" });
  }

  /** Resolves when everything fed so far has been told of; nothing may be fed afterwards. */
  finish(): Promise<void> {
    return new Promise((done) => this.#inputs.take({ kind: "finish", done }));
  }

  /** Ends the session with an error, now. */
  refuse(code: string, description: string): void {
    if (this.#stopped) return;
    this.#tell({ type: "failed", code, description });
    this.stop();
    this.#ports.onFailure();
  }

  /** Drops everything: the other side is gone. */
  stop(): void {
    this.#stopped = true;
    this.#inputs.stop();
    this.#intake.stop();
  }

  async #work(input: Input): Promise<void> {
    switch (input.kind) {
      case "audio":
        await this.#intake.hear(input.bytes, (window) => this.#step(window));
        this.#transcriber.consider();
        return;
      case "configure":
        this.#tell({ type: "configure", change: input.change });
        return;
      case "force":
        await this.#endSpeech();
        this.#tell({ type: "forceEndTurn", position: this.#position(), words: this.#ended });
        return;
      case "finish":
        await this.#intake.end((window) => this.#step(window));
        await this.#endSpeech();
        this.#tell({ type: "closeStream", position: this.#position(), words: this.#ended });
        return input.done();
    }
  }

  async #step(window: JudgedWindow): Promise<void> {
    const { state, events } = advance(this.#segmenter, window, RULES);
    this.#segmenter = state;
    if (state.kind === "speaking") this.#voiceEnd = state.voiceEnd;
    for (const event of events) await this.#handle(event);
    await this.#hearPause();
  }

  async #handle(event: SegmenterEvent): Promise<void> {
    if (event.type === "final") return this.#endSegment(event, this.#segmenter);
    if (event.type !== "overlong" || this.#segmenter.kind !== "speaking") return;
    const cut = chooseCut(event, this.#transcriber.latest, this.#intake.recording.copy);
    const { state, event: final } = cutSpeech(this.#segmenter, cut);
    await this.#endSegment(final, state);
  }

  async #endSegment(event: SegmenterEvent & { type: "final" }, next: SegmenterState): Promise<void> {
    if (event.speech !== null) {
      const goesOn = next.kind === "speaking" ? event.end : null;
      const heard = await this.#transcriber.final(event.speech, goesOn);
      this.#ended = [...this.#ended, ...placed(heard)];
      this.#growing = [];
      this.#settledTo = null;
    }
    this.#segmenter = next;
    this.#intake.recording.forgetBefore(Math.min(event.end - PRE_ROLL, this.#intake.judgedTo));
  }

  /** In a pause every window is news: the longer it lasts, the surer the turn is over. */
  async #hearPause(): Promise<void> {
    const position = this.#intake.judgedTo;
    const speech = currentSpeech(this.#segmenter, position);
    if (speech !== null) {
      if (!speech.settled) return;
      if (this.#settledTo !== speech.to) {
        this.#growing = placed(await this.#transcriber.settle(speech));
        this.#settledTo = speech.to;
      }
    }
    const words = [...this.#ended, ...this.#growing];
    const pauseSamples = position - this.#voiceEnd;
    const { turnEnded } = this.#tell({ type: "heard", position, words, pauseSamples, settled: true });
    if (!turnEnded) return;
    // The segment ends with its turn; its words have been told.
    await this.#endSpeech();
    this.#ended = [];
  }

  #takeInterim(heard: Heard, position: number): void {
    this.#growing = placed(heard);
    const words = [...this.#ended, ...this.#growing];
    const pauseSamples = position - this.#voiceEnd;
    this.#tell({ type: "heard", position, words, pauseSamples, settled: false });
  }

  /** Ends the segment that goes on: behind its last word in a pause, else in the middle of speech. */
  async #endSpeech(): Promise<void> {
    if (this.#segmenter.kind === "quiet") return;
    const paused = currentSpeech(this.#segmenter, this.#intake.judgedTo)?.settled === true;
    const { state, event } = paused
      ? endSegment(this.#segmenter, this.#intake.judgedTo, RULES)
      : flushSegment(this.#segmenter, this.#position());
    await this.#endSegment(event, state);
  }

  /** How far audio has come in; a little further than it was judged. */
  #position(): number {
    return this.#intake.recording.end();
  }

  #tell(event: TurnEvent): { turnEnded: boolean } {
    if (this.#stopped) return { turnEnded: false };
    const { state, messages } = step(this.#turns, event);
    this.#turns = state;
    for (const message of messages) this.#ports.send(message);
    const turnEnded = messages.some(
      (message) => message.type === "TurnInfo" && message.event === "EndOfTurn",
    );
    if (turnEnded) {
      this.#ended = [];
      this.#growing = [];
      this.#settledTo = null;
    }
    return { turnEnded };
  }

  #fail(): void {
    this.refuse("INTERNAL_SERVER_ERROR", "The recogniser failed.");
  }
}

/** A hypothesis' words, placed in the stream. */
function placed({ from, hypothesis }: Heard): Word[] {
  return hypothesis.words.map((word) => ({ ...word, start: from + word.start, end: from + word.end }));
}
