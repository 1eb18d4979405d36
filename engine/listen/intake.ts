import { type AudioFormat, bytesPerSecond } from "../audio/format.ts";
import { createLeveller } from "../audio/loudness.ts";
import { createPcmReader, type PcmReader } from "../audio/pcm.ts";
import { createRecording, type Recording } from "../audio/recording.ts";
import { createResampler, type Resampler } from "../audio/resample.ts";
import type { VadAnswer } from "../recognise/questions.ts";
import { freshVadMemory, VAD_WINDOW_SAMPLES, type VadMemory } from "../recognise/vad-memory.ts";

/** The probability of speech in the samples `start`–`end` of the stream. */
export type JudgedWindow = { start: number; end: number; probability: number };

/** The probability of speech in each 32 ms window of 16 kHz audio, continuing from `memory`. */
export type Judge = (audio: Float32Array, memory: VadMemory) => Promise<VadAnswer>;

export type IntakePorts = {
  judge: Judge;
  /** Told when more audio has come in than is worked off (`false`) and when that is over (`true`). */
  setReading(reading: boolean): void;
};

/** One stream's large frame must not keep the detector from the others: about half a second is judged at a time. */
const MAX_WINDOWS_AT_ONCE = 16;

/** Audio that may wait before the socket is read no further; bounds memory when a client sends faster than speech. */
const MAX_BACKLOG_SECONDS = 4;

/** One stream's audio from bytes to 16 kHz samples, judged for speech window by window. Knows nothing of what is said. */
export class Intake {
  readonly recording: Recording = createRecording();
  readonly #ports: IntakePorts;
  #source: { reader: PcmReader; resampler: Resampler; bytesPerSecond: number } | null = null;
  readonly #leveller = createLeveller();
  #memory = freshVadMemory();
  #judgedTo = 0;
  #backlogBytes = 0;
  #stopped = false;

  constructor(ports: IntakePorts) {
    this.#ports = ports;
  }

  /** Tells what the stream's bytes are, before the first of them; a container says so itself in its header. */
  begin(format: AudioFormat): void {
    this.#source = {
      reader: createPcmReader(format.channels, format.encoding),
      resampler: createResampler(format.sampleRate, 16_000),
      bytesPerSecond: bytesPerSecond(format),
    };
  }

  /** How far the stream has been judged. Inside `onWindow` this is the end of the window. */
  get judgedTo(): number {
    return this.#judgedTo;
  }

  /** Audio that was announced and is not worked off, in seconds. */
  get backlogSeconds(): number {
    return this.#source === null ? 0 : this.#backlogBytes / this.#source.bytesPerSecond;
  }

  /** Counts bytes that have come in and will be given to {@link hear} in their turn. */
  announce(bytes: Uint8Array): void {
    this.#backlogBytes += bytes.length;
    if (this.backlogSeconds > MAX_BACKLOG_SECONDS) this.#ports.setReading(false);
  }

  async hear(bytes: Uint8Array, onWindow: (window: JudgedWindow) => Promise<void>): Promise<void> {
    if (this.#source === null) throw new Error("audio came before its format");
    this.recording.append(this.#source.resampler.push(this.#source.reader.read(bytes)));
    await this.#judge(onWindow);
    this.#backlogBytes -= bytes.length;
    if (this.backlogSeconds < MAX_BACKLOG_SECONDS / 2) this.#ports.setReading(true);
  }

  /** Takes what the resampler still holds; nothing may be heard afterwards. */
  async end(onWindow: (window: JudgedWindow) => Promise<void>): Promise<void> {
    if (this.#source !== null) this.recording.append(this.#source.resampler.finish());
    await this.#judge(onWindow);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #judge(onWindow: (window: JudgedWindow) => Promise<void>): Promise<void> {
    for (;;) {
      const waiting = Math.floor((this.recording.end() - this.#judgedTo) / VAD_WINDOW_SAMPLES);
      if (waiting === 0 || this.#stopped) return;
      const to = this.#judgedTo + Math.min(waiting, MAX_WINDOWS_AT_ONCE) * VAD_WINDOW_SAMPLES;
      const audio = this.#leveller.level(this.recording.copy(this.#judgedTo, to));
      const { probabilities, memory } = await this.#ports.judge(audio, this.#memory);
      this.#memory = memory;
      for (const probability of probabilities) {
        const start = this.#judgedTo;
        this.#judgedTo += VAD_WINDOW_SAMPLES;
        await onWindow({ start, end: this.#judgedTo, probability });
      }
    }
  }
}
