import type { AudioFormat } from "../audio/format.ts";
import type { Scheduler } from "../recognise/scheduler.ts";
import { NOTHING } from "../recognise/words.ts";
import { chooseCut } from "./cut.ts";
import { type InOrder, workInOrder } from "./in-order.ts";
import { Intake, type Judge, type JudgedWindow } from "./intake.ts";
import { resultsMessage, type ServerMessage, speechStartedMessage, utteranceEndMessage } from "./messages.ts";
import type { ListenOptions } from "./query.ts";
import {
  advance,
  beginSegments,
  currentSpeech,
  cutSpeech,
  flushSegment,
  PRE_ROLL,
  rulesFor,
  type SegmenterEvent,
  type SegmenterRules,
  type SegmenterState,
} from "./segmenter.ts";
import { type Heard, Transcriber } from "./transcriber.ts";

export type SessionPorts = {
  judge: Judge;
  scheduler: Pick<Scheduler, "final" | "interim">;
  send(message: ServerMessage): void;
  /** Told when the session takes in more audio than it can work on (`false`) and when it has caught up (`true`). */
  setReading(reading: boolean): void;
  /** The recogniser failed; nothing more will be sent. */
  onFailure(error: unknown): void;
};

type Input =
  | { kind: "audio"; bytes: Uint8Array }
  | { kind: "finalize" }
  | { kind: "finish"; done: () => void };

/** Without news, a result says once in this much audio how far the stream has been heard (reference 3.4.1, cadence). */
const HEARTBEAT_SAMPLES = 16_000;

/**
 * One live stream from bytes to messages, without a socket. Everything that comes in is worked off in order, one piece at
 * a time; only interims are recognised on the side. Times count the audio fed, never the wall (reference 3.5, rule 9).
 */
export class LiveSession {
  readonly #options: ListenOptions;
  readonly #requestId: string;
  readonly #ports: SessionPorts;
  readonly #rules: SegmenterRules;
  readonly #intake: Intake;
  readonly #transcriber: Transcriber;
  readonly #inputs: InOrder<Input>;

  #stopped = false;
  #segmenter: SegmenterState = beginSegments();
  #lastSent: { position: number; text: string } = { position: 0, text: "" };
  /** The end of the last word, while an `UtteranceEnd` for it may still come. */
  #lastWordEnd: number | null = null;

  constructor(options: ListenOptions, format: AudioFormat, requestId: string, ports: SessionPorts) {
    this.#options = options;
    this.#requestId = requestId;
    this.#ports = ports;
    this.#rules = rulesFor(options.endpointingMs);
    this.#inputs = workInOrder(
      (input) => this.#work(input),
      (error) => this.#fail(error),
    );
    this.#intake = new Intake(ports);
    this.#intake.begin(format);
    const { recording } = this.#intake;
    this.#transcriber = new Transcriber({
      scheduler: ports.scheduler,
      copyAudio: recording.copy,
      current: () => ({
        speech: this.#stopped ? null : currentSpeech(this.#segmenter, recording.end()),
        position: recording.end(),
      }),
      onInterim: (heard, position) => this.#sendInterim(heard, position),
      onFailure: (error) => this.#fail(error),
    });
  }

  /** Audio that has come in and is not worked off, in seconds. */
  get backlogSeconds(): number {
    return this.#intake.backlogSeconds;
  }

  /** Takes in raw audio, split anywhere. */
  feed(bytes: Uint8Array): void {
    if (this.#stopped) return;
    this.#intake.announce(bytes);
    this.#inputs.take({ kind: "audio", bytes });
  }

  /** Transcribes everything fed so far. Stays silent when nothing waits (reference 3.5, rule 7). */
  finalize(): void {
    this.#inputs.take({ kind: "finalize" });
  }

  /** Resolves when everything fed so far has been answered; nothing may be fed afterwards. */
  finish(): Promise<void> {
    return new Promise((done) => this.#inputs.take({ kind: "finish", done }));
  }

  /** Drops everything: the other side is gone. */
  stop(): void {
    this.#stopped = true;
    this.#inputs.stop();
    this.#intake.stop();
  }

  async #work(input: Input): Promise<void> {
    if (input.kind === "audio") {
      await this.#intake.hear(input.bytes, (window) => this.#step(window));
      this.#transcriber.consider();
      this.#heartbeat();
    } else if (input.kind === "finalize") await this.#flush(true);
    else {
      await this.#intake.end((window) => this.#step(window));
      await this.#flush(false);
      input.done();
    }
  }

  async #step(window: JudgedWindow): Promise<void> {
    const { state, events } = advance(this.#segmenter, window, this.#rules);
    this.#segmenter = state;
    for (const event of events) await this.#handle(event);
    this.#watchUtteranceEnd();
  }

  async #handle(event: SegmenterEvent): Promise<void> {
    switch (event.type) {
      case "speechStarted":
        if (this.#options.vadEvents) this.#send(speechStartedMessage(event.at));
        return;
      case "overlong": {
        if (this.#segmenter.kind !== "speaking") return;
        const cut = chooseCut(event, this.#transcriber.latest, this.#intake.recording.copy);
        const { state, event: final } = cutSpeech(this.#segmenter, cut);
        await this.#sendFinal(final, state, false);
        return;
      }
      case "final":
        await this.#sendFinal(event, this.#segmenter, false);
    }
  }

  async #flush(fromFinalize: boolean): Promise<void> {
    const position = this.#intake.recording.end();
    const { state, event } = flushSegment(this.#segmenter, position);
    if (event.end > event.start) await this.#sendFinal(event, state, fromFinalize);
  }

  async #sendFinal(
    event: SegmenterEvent & { type: "final" },
    next: SegmenterState,
    fromFinalize: boolean,
  ): Promise<void> {
    const goesOn = next.kind === "speaking" ? event.end : null;
    const heard = event.speech === null ? null : await this.#transcriber.final(event.speech, goesOn);
    this.#segmenter = next;
    this.#intake.recording.forgetBefore(Math.min(event.end - PRE_ROLL, this.#intake.judgedTo));
    this.#sendResults(heard, event, { isFinal: true, speechFinal: event.speechFinal, fromFinalize });
  }

  #sendInterim(heard: Heard, position: number): void {
    if (!this.#options.interimResults) return;
    const unchanged = heard.hypothesis.text === this.#lastSent.text;
    if (unchanged && position - this.#lastSent.position < HEARTBEAT_SAMPLES) return;
    this.#sendResults(heard, { start: this.#segmenter.segmentStart, end: position }, INTERIM);
  }

  /** An interim without words about once a second while nobody speaks (reference 3.4.1, cadence). */
  #heartbeat(): void {
    if (!this.#options.interimResults || this.#segmenter.kind !== "quiet") return;
    const end = this.#intake.recording.end();
    const since = Math.max(this.#lastSent.position, this.#segmenter.segmentStart);
    if (end - since < HEARTBEAT_SAMPLES) return;
    this.#sendResults(null, { start: this.#segmenter.segmentStart, end }, INTERIM);
  }

  #sendResults(
    heard: Heard | null,
    range: { start: number; end: number },
    flags: { isFinal: boolean; speechFinal: boolean; fromFinalize: boolean },
  ): void {
    const hypothesis = heard?.hypothesis ?? NOTHING;
    const { start, end } = range;
    this.#lastSent = { position: end, text: flags.isFinal ? "" : hypothesis.text };
    const lastWord = hypothesis.words.at(-1);
    if (heard !== null && lastWord !== undefined)
      this.#lastWordEnd = Math.min(end, heard.from + lastWord.end);
    this.#send(
      resultsMessage(
        { start, end, heardFrom: heard?.from ?? start, hypothesis, ...flags },
        { requestId: this.#requestId, options: this.#options },
      ),
    );
  }

  /** After a pause of `utterance_end_ms` behind the last word (reference 3.4.2). */
  #watchUtteranceEnd(): void {
    const { utteranceEndMs } = this.#options;
    if (utteranceEndMs === null || this.#lastWordEnd === null || this.#segmenter.kind !== "quiet") return;
    if (this.#intake.judgedTo - this.#lastWordEnd < utteranceEndMs * 16) return;
    this.#send(utteranceEndMessage(this.#lastWordEnd));
    this.#lastWordEnd = null;
  }

  #send(message: ServerMessage): void {
    if (!this.#stopped) this.#ports.send(message);
  }

  #fail(error: unknown): void {
    if (this.#stopped) return;
    this.stop();
    this.#ports.onFailure(error);
  }
}

const INTERIM = { isFinal: false, speechFinal: false, fromFinalize: false };
