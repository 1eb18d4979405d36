import type { Dialect, Line } from "./dialect.ts";
import type { Random } from "./random.ts";
import { Recogniser, type Run, textOf } from "./recogniser.ts";
import { samplesOfMs, secondsOf } from "./tape.ts";

type TurnEvent = "StartOfTurn" | "Update" | "EndOfTurn";

/** Speaks `/v2/listen` of one socket: turns whose transcript grows, and no final words after `CloseStream`. */
export class Flux implements Dialect {
  readonly #line: Line;
  readonly #random: Random;
  readonly #recogniser = new Recogniser();
  /** The words of the turn so far. */
  #turn: Run[] = [];
  #turnFrom = 0;
  #turnIndex = 0;
  #started = false;
  #sequence = 0;
  #nextUpdateAt = samplesOfMs(250);
  #wordsATurn: number;
  #pauseSamples: number;

  constructor(line: Line, random: Random) {
    this.#line = line;
    this.#random = random;
    this.#wordsATurn = random.int(1, 8);
    this.#pauseSamples = samplesOfMs(random.int(300, 1_000));
    line.say({ type: "Connected", request_id: "tape", sequence_id: this.#sequence++ });
  }

  audio(bytes: Uint8Array): void {
    this.#turn.push(...this.#recogniser.feed(bytes));
    const { fed } = this.#recogniser;
    if (fed < this.#nextUpdateAt) return;
    this.#nextUpdateAt = fed + samplesOfMs(250);
    if (!this.#started && this.#turn.length > 0) {
      this.#started = true;
      this.#tell("StartOfTurn", fed);
      return;
    }
    const quiet = this.#recogniser.openFrom === null ? fed - (this.#turn.at(-1)?.to ?? fed) : 0;
    if (this.#started && (this.#turn.length >= this.#wordsATurn || quiet >= this.#pauseSamples)) {
      this.#endTurn();
    } else {
      this.#tell("Update", fed);
    }
  }

  text(text: string): void {
    switch (text) {
      case '{"type":"CloseStream"}':
        this.#turn.push(...this.#recogniser.end());
        this.#tell("Update", this.#recogniser.fed);
        this.#line.end(1005, "");
        return;
      case '{"type":"ForceEndTurn"}':
        if (this.#started && this.#random.chance(0.9)) this.#endTurn();
        else {
          this.#line.say({
            type: "Warning",
            code: "FORCE_END_TURN_NO_ACTIVE_TURN",
            description: "no turn",
            sequence_id: this.#sequence++,
          });
        }
        return;
      default:
        this.#line.violation(`Flux understands no ${text.slice(0, 80)}`);
        this.#line.say({
          type: "Error",
          sequence_id: this.#sequence++,
          code: "UNPARSABLE_CLIENT_MESSAGE",
          description: "unknown message",
        });
        this.#line.end(1011, "UNPARSABLE_CLIENT_MESSAGE");
    }
  }

  draft(): object {
    return this.#info("Update", this.#recogniser.fed);
  }

  #endTurn(): void {
    const to = this.#recogniser.openFrom ?? this.#recogniser.fed;
    this.#tell("EndOfTurn", to);
    this.#turn = [];
    this.#turnFrom = to;
    this.#turnIndex += 1;
    this.#started = false;
    this.#wordsATurn = this.#random.int(1, 8);
    this.#pauseSamples = samplesOfMs(this.#random.int(300, 1_000));
  }

  #tell(event: TurnEvent, to: number): void {
    this.#line.say(this.#info(event, to));
    this.#sequence += 1;
  }

  #info(event: TurnEvent, to: number): object {
    return {
      type: "TurnInfo",
      request_id: "tape",
      sequence_id: this.#sequence,
      event,
      turn_index: this.#turnIndex,
      audio_window_start: secondsOf(this.#turnFrom),
      audio_window_end: secondsOf(to),
      transcript: this.#turn.map(textOf).join(" "),
      words: this.#turn.map((run) => ({
        word: textOf(run),
        confidence: 0.98,
        start: secondsOf(run.from),
        end: secondsOf(run.to),
      })),
      end_of_turn_confidence: event === "EndOfTurn" ? 0.9 : 0.1,
      ...(event === "EndOfTurn" ? { trigger: "model" } : {}),
    };
  }
}
