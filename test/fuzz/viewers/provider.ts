import type { BatchAnswer, DialListener, Ports, UpstreamSocket } from "../../../party/room/ports.ts";
import type { Random } from "../../support/tape/random.ts";
import type { Clock } from "../room/clock.ts";
import { anyText, anyWord } from "./words.ts";

export type Provider = Pick<Ports, "dial" | "transcribe"> & {
  /** The object that had dialled is gone. */
  forsake(): void;
};

/** Audio of the schedules: one channel of 8 kHz linear16. */
export const bytesPerSecond = 16_000;
const wavHeaderBytes = 44;

type Word = {
  readonly text: string;
  readonly startS: number;
  readonly endS: number;
  readonly speaker: number;
};

export type SpeechStyle = {
  /** Speakers that take turns inside of one final. */
  readonly speakers: number;
  /** Seconds after which a final comes. */
  readonly finalEveryS: number;
};

/** One socket: words appear as audio comes, are told again and again, and settle by finals that may cover less. */
class Socket {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #style: SpeechStyle;
  readonly #listener: DialListener;
  #heardS = 0;
  #settledS = 0;
  #spokenS = 0;
  #words: Word[] = [];
  #isOver = false;

  constructor(clock: Clock, random: Random, style: SpeechStyle, listener: DialListener) {
    this.#clock = clock;
    this.#random = random;
    this.#style = style;
    this.#listener = listener;
  }

  open(): void {
    if (this.#isOver) return;
    this.#listener.opened();
    this.#later(() => this.#speak(), 200);
  }

  refuse(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.refused(503, "no capacity");
  }

  send(data: string | Uint8Array): void {
    if (typeof data !== "string") {
      this.#heardS += data.length / bytesPerSecond;
    } else if (data.includes("Finalize")) {
      this.#later(() => this.#final(this.#words.length), 60);
    } else if (data.includes("CloseStream")) {
      this.#later(() => {
        this.#final(this.#words.length);
        this.end(1000);
      }, 150);
    }
  }

  /** The provider hangs up. */
  end(code: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.closed(code, "");
  }

  abandon(gone?: () => void): void {
    this.#isOver = true;
    if (gone !== undefined) this.#clock.set(gone, 40);
  }

  #later(run: () => void, delayMs: number): void {
    this.#clock.set(() => {
      if (!this.#isOver) run();
    }, delayMs);
  }

  #speak(): void {
    const random = this.#random;
    if (random.chance(0.8)) this.#hearWords();
    const isDue = this.#heardS - this.#settledS >= this.#style.finalEveryS * (0.5 + random.next());
    if (isDue) this.#final(random.chance(0.7) ? this.#words.length : random.int(0, this.#words.length));
    else if (random.chance(0.85)) this.#interim();
    if (random.chance(0.05))
      this.#say({ type: "UtteranceEnd", channel: [0, 1], last_word_end: this.#spokenS });
    this.#later(() => this.#speak(), random.chance(0.3) ? random.int(10, 80) : random.int(100, 450));
  }

  #hearWords(): void {
    const behindS = this.#heardS - this.#spokenS;
    const count = Math.min(8, Math.floor(behindS / 0.15));
    for (let at = 0; at < count; at += 1) {
      const startS = this.#spokenS;
      this.#spokenS += behindS / count;
      this.#words.push({
        text: anyWord(this.#random),
        startS,
        endS: this.#spokenS,
        speaker: this.#random.int(0, this.#style.speakers - 1),
      });
    }
  }

  #interim(): void {
    this.#results(this.#words, this.#heardS, false);
  }

  #final(count: number): void {
    const said = this.#words.slice(0, count);
    this.#words = this.#words.slice(count);
    const endS = this.#words[0]?.startS ?? this.#heardS;
    this.#results(said, endS, true);
    this.#settledS = endS;
    this.#spokenS = Math.max(this.#spokenS, endS);
  }

  #results(words: readonly Word[], endS: number, isFinal: boolean): void {
    this.#say({
      type: "Results",
      start: this.#settledS,
      duration: Math.max(0, endS - this.#settledS),
      is_final: isFinal,
      speech_final: isFinal && this.#random.chance(0.5),
      channel_index: [0, 1],
      channel: { alternatives: [alternativeOf(words)] },
    });
  }

  #say(message: object): void {
    this.#listener.message(JSON.stringify(message));
  }
}

function alternativeOf(words: readonly Word[]): object {
  return {
    transcript: words.map(({ text }) => text).join(" "),
    confidence: 0.9,
    words: words.map(({ text, startS, endS, speaker }) => ({
      word: text,
      punctuated_word: text,
      start: startS,
      end: endS,
      confidence: 0.9,
      speaker,
    })),
  };
}

/** A provider that hears something in whatever it is sent; what, is of no interest here. */
export class BabblingProvider implements Provider {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #style: SpeechStyle;
  #sockets: Socket[] = [];
  #refusesUntil = 0;
  #batchFails = 0.3;

  constructor(clock: Clock, random: Random, style: SpeechStyle) {
    this.#clock = clock;
    this.#random = random;
    this.#style = style;
  }

  dial = (_request: unknown, listener: DialListener): UpstreamSocket => {
    const socket = new Socket(this.#clock, this.#random.fork(), this.#style, listener);
    this.#sockets.push(socket);
    this.#clock.set(
      () => (this.#clock.elapsedMs < this.#refusesUntil ? socket.refuse() : socket.open()),
      this.#random.int(20, 300),
    );
    return { send: (data) => socket.send(data), abandon: (gone) => socket.abandon(gone) };
  };

  transcribe: Ports["transcribe"] = ({ body }, answered) => {
    const seconds = (body.length - wavHeaderBytes) / bytesPerSecond;
    return this.#clock.set(() => answered(this.#recognise(seconds)), this.#random.int(100, 3_000));
  };

  /** All sockets break, and for a while no other can be had. */
  fail(forMs: number): void {
    this.#refusesUntil = this.#clock.elapsedMs + forMs;
    for (const socket of this.#sockets.splice(0)) socket.end(1006);
  }

  heal(): void {
    this.#refusesUntil = 0;
    this.#batchFails = 0;
  }

  forsake(): void {
    for (const socket of this.#sockets.splice(0)) socket.abandon();
  }

  #recognise(seconds: number): BatchAnswer {
    if (this.#random.chance(this.#batchFails)) return { status: this.#random.pick([500, 0, 400]), body: "" };
    const count = this.#random.int(0, 4);
    const utterances = Array.from({ length: count }, (_, at) => {
      const [startS, endS] = [(seconds * at) / count, (seconds * (at + 0.9)) / count];
      const text = anyText(this.#random, 1);
      const words = [{ text, startS, endS, speaker: 0 }];
      return { start: startS, end: endS, channel: 0, ...alternativeOf(words) };
    });
    const channels = [{ alternatives: [{ transcript: "", words: [] }] }];
    return { status: 200, body: JSON.stringify({ results: { channels, utterances } }) };
  }
}
