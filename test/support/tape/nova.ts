import type { Dialect, Line } from "./dialect.ts";
import type { Random } from "./random.ts";
import { Recogniser, type Run, textOf } from "./recogniser.ts";
import { quietSamples, samplesOfMs, secondsOf } from "./tape.ts";

/** Speaks `/v1/listen` of one socket: what it says depends only on the audio it was fed and on its chance. */
export class Nova implements Dialect {
  readonly #line: Line;
  readonly #random: Random;
  readonly #recogniser = new Recogniser();
  #pending: Run[] = [];
  /** End of the newest final. */
  #finalEnd = 0;
  #lastWordEnd: number | null = null;
  #nextOutputAt: number;
  #wordsAFinal: number;
  #pauseSamples: number;
  #utteranceEndOwed = false;

  constructor(line: Line, random: Random) {
    this.#line = line;
    this.#random = random;
    this.#nextOutputAt = samplesOfMs(random.int(200, 1_100));
    this.#wordsAFinal = random.int(1, 8);
    this.#pauseSamples = samplesOfMs(random.int(300, 900));
  }

  audio(bytes: Uint8Array): void {
    this.#pending.push(...this.#recogniser.feed(bytes));
    const { fed } = this.#recogniser;
    if (fed < this.#nextOutputAt) return;
    this.#nextOutputAt = fed + samplesOfMs(this.#random.int(200, 600));
    this.#speak();
  }

  text(text: string): void {
    switch (text) {
      case '{"type":"KeepAlive"}':
        return;
      case '{"type":"Finalize"}':
        // Deepgram answers it only when it has something to say, and not always then.
        if (this.#pending.length > 0 ? this.#random.chance(0.85) : this.#random.chance(0.3)) {
          this.#final(this.#pending.length, this.#quietEnd(), { fromFinalize: true });
        }
        return;
      case '{"type":"CloseStream"}':
        this.#close();
        return;
      default:
        this.#line.violation(`an unknown text frame: ${text.slice(0, 80)}`);
        this.#line.say({ type: "Error", variant: "SchemaError", description: "unknown", message: text });
    }
  }

  /** An interim whose text must never become final, for a message that is torn on the way. */
  draft(): object {
    return this.#results(this.#pending, this.#finalEnd, this.#recogniser.fed, { isFinal: false });
  }

  #close(): void {
    this.#pending.push(...this.#recogniser.end());
    const { fed } = this.#recogniser;
    while (this.#pending.length > 8 || (this.#pending.length > 1 && this.#random.chance(0.4))) {
      const count = this.#random.int(1, Math.min(8, this.#pending.length - 1));
      this.#final(count, this.#borderAfter(count), {});
    }
    if (fed > this.#finalEnd) this.#final(this.#pending.length, fed, {});
    const durationS = secondsOf(fed);
    this.#line.say({
      type: "Metadata",
      transaction_key: "deprecated",
      request_id: "tape",
      sha256: "incomplete",
      created: "2026-08-01T10:00:00.000Z",
      duration: durationS,
      channels: 1,
    });
    this.#line.end(1000, "");
  }

  #speak(): void {
    const { fed } = this.#recogniser;
    const quiet = this.#recogniser.openFrom === null ? fed - (this.#lastRun()?.to ?? this.#finalEnd) : 0;
    if (this.#random.chance(0.05)) {
      this.#line.say({ type: "SpeechStarted", channel: [0, 1], timestamp: secondsOf(fed) });
    }
    if (this.#pending.length >= this.#wordsAFinal) {
      const count = this.#random.chance(0.7) ? this.#wordsAFinal : this.#random.int(1, this.#pending.length);
      this.#wordsAFinal = this.#random.int(1, 8);
      this.#final(count, this.#borderAfter(count), { speechFinal: this.#random.chance(0.2) });
    } else if (this.#pending.length > 0 && quiet >= this.#pauseSamples) {
      this.#pauseSamples = samplesOfMs(this.#random.int(300, 900));
      this.#final(this.#pending.length, this.#quietEnd(), { speechFinal: this.#random.chance(0.8) });
    } else if (this.#pending.length === 0 && quiet > samplesOfMs(1_500) && this.#random.chance(0.4)) {
      this.#endUtterance();
      this.#final(0, fed, { speechFinal: true });
    } else {
      this.#line.say(this.draft());
    }
  }

  #endUtterance(): void {
    if (!this.#utteranceEndOwed || this.#lastWordEnd === null) return;
    this.#utteranceEndOwed = false;
    this.#line.say({ type: "UtteranceEnd", channel: [0, 1], last_word_end: secondsOf(this.#lastWordEnd) });
  }

  #final(count: number, to: number, how: { speechFinal?: boolean; fromFinalize?: boolean }): void {
    if (to <= this.#finalEnd) return;
    const words = this.#pending.slice(0, count);
    this.#pending = this.#pending.slice(count);
    this.#line.say(this.#results(words, this.#finalEnd, to, { isFinal: true, ...how }));
    this.#finalEnd = to;
    this.#lastWordEnd = words.at(-1)?.to ?? this.#lastWordEnd;
    this.#utteranceEndOwed ||= words.length > 0;
  }

  #lastRun(): Run | undefined {
    return this.#pending.at(-1);
  }

  /** A place in the quiet behind the first `count` words, sometimes right at the last one's end. */
  #borderAfter(count: number): number {
    const last = this.#pending[count - 1];
    if (last === undefined) return this.#quietEnd();
    const next = this.#pending[count]?.from ?? this.#quietEnd();
    return this.#random.chance(0.2)
      ? last.to
      : last.to + this.#random.int(0, Math.max(0, Math.min(quietSamples, next - last.to)));
  }

  /** As far as can be said without cutting a word in two. */
  #quietEnd(): number {
    return this.#recogniser.openFrom ?? this.#recogniser.fed;
  }

  #results(
    runs: readonly Run[],
    from: number,
    to: number,
    how: { isFinal: boolean; speechFinal?: boolean; fromFinalize?: boolean },
  ): object {
    const words = runs.map((run, at) => ({
      word: textOf(run),
      start: secondsOf(run.from),
      end: secondsOf(run.to),
      confidence: 0.98,
      punctuated_word: how.isFinal && at === runs.length - 1 ? `${textOf(run)}.` : textOf(run),
    }));
    // What is not final may turn out different: another word than the one that was said.
    if (!how.isFinal && this.#recogniser.openFrom !== null) {
      words.push({
        word: "maybe",
        start: secondsOf(this.#recogniser.openFrom),
        end: secondsOf(this.#recogniser.fed),
        confidence: 0.4,
        punctuated_word: "maybe",
      });
    }
    return {
      type: "Results",
      channel_index: [0, 1],
      start: secondsOf(from),
      duration: secondsOf(to - from),
      is_final: how.isFinal,
      speech_final: how.speechFinal ?? false,
      from_finalize: how.fromFinalize ?? false,
      channel: {
        alternatives: [
          {
            transcript: words.map(({ punctuated_word }) => punctuated_word).join(" "),
            confidence: words.length === 0 ? 0 : 0.98,
            words,
          },
        ],
      },
      metadata: {
        request_id: "tape",
        model_uuid: "tape",
        model_info: { name: "tape", version: "1", arch: "tape" },
      },
    };
  }
}
