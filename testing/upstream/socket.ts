import * as v from "valibot";
import type { WebSocket } from "ws";
import { type AudioFormat, bytesToSamples, encodings, samplesToMs } from "../../shared/audio.ts";
import { within } from "../wait.ts";
import { type Said, type SaidOptions, saidAs } from "./said.ts";
import { type Protocol, type Wire, wireOf } from "./wire.ts";

/** `speechFinal`: the speaker paused there, true unless given. Nova only: a final of Flux always ends its turn. */
export type FinalOptions = SaidOptions & { readonly speechFinal?: boolean };

/** What a script can say on a socket. */
export type ScriptVerbs = {
  /** All that is being said behind the last final, as far as it is heard now; replaces the interim before it. */
  interim(text: string, options?: SaidOptions): Promise<void>;
  /** What will not change again. Nova: a final, with `speech_final`; Flux: the end of a turn. */
  final(text: string, options?: FinalOptions): Promise<void>;
  /** So much more in which nobody speaks, milliseconds; what is said next begins behind it. */
  silence(ms: number): Promise<void>;
  /** Nova's `UtteranceEnd` behind the last word that was said. Throws on Flux, which has none. */
  utteranceEnd(): Promise<void>;
  /** A frame as it is: for what the other verbs cannot say. An object is sent as JSON. */
  send(frame: object | string): Promise<void>;
  /** Ends the socket as the provider does: 1011 with the reason `NET-0001` and so on. 1000 unless given. */
  close(code?: number, reason?: string): Promise<void>;
  /** Breaks the connection without a word, as a crash does. */
  drop(): Promise<void>;
};

/**
 * One socket that a room opened for speech-to-text.
 *
 * What is said of some audio is said once that audio has come, never before; the verbs settle when their frames are sent and
 * keep the order in which they were called. They reject when the audio does not come within 15 s, or the socket is closed first.
 */
export type ScriptedSocket = ScriptVerbs & {
  readonly protocol: Protocol;
  /** What the room asked for: `model`, `language`, `keyterm`, `sample_rate` … */
  readonly query: URLSearchParams;
  readonly isOpen: boolean;
  /** Audio that has come, milliseconds. To Flux a room sends silence of its own when it has no audio, and that counts too. */
  readonly heardMs: number;
  /** Types of the control messages that came, in order: `KeepAlive`, `Finalize`, `CloseStream`, `ForceEndTurn`. */
  readonly controls: readonly string[];
  /** Waits until so much audio has come, milliseconds; rejects after 15 s unless told otherwise. */
  heard(ms: number, withinMs?: number): Promise<void>;
};

/** How often a room that sends audio is told that the socket is alive. */
const aliveEveryMs = 1_000;
const audioWithinMs = 15_000;

const ControlSchema = v.object({ type: v.string() });
const EncodingSchema = v.picklist(encodings);

export class SocketScript implements ScriptedSocket {
  readonly protocol: Protocol;
  readonly query: URLSearchParams;
  readonly controls: string[] = [];
  readonly #socket: WebSocket;
  readonly #wire: Wire;
  readonly #format: AudioFormat;
  readonly #waiting = new Set<() => void>();
  #bytes = 0;
  #toldAliveMs = 0;
  /** End of the last final. */
  #settledMs = 0;
  /** The interim that no final has followed yet. */
  #unsettled: Said | null = null;
  #lastWordEndMs = 0;
  #last: Promise<void> = Promise.resolve();
  /** Why nothing can be said any more. */
  #over: string | null = null;

  constructor(socket: WebSocket, protocol: Protocol, query: URLSearchParams) {
    this.protocol = protocol;
    this.query = query;
    this.#socket = socket;
    this.#wire = wireOf(protocol);
    this.#format = formatIn(query);
    socket.on("error", () => {}); // its close follows
    socket.on("close", (code) => this.#end(`it was closed (${code})`));
    socket.on("message", (data, isBinary) => {
      if (isBinary) this.#hear(Buffer.isBuffer(data) ? data.length : 0);
      else this.#control(String(data));
    });
    for (const frame of this.#wire.opened) socket.send(frame);
  }

  get isOpen(): boolean {
    return this.#over === null;
  }

  get heardMs(): number {
    return samplesToMs(bytesToSamples(this.#bytes, this.#format), this.#format);
  }

  heard(ms: number, withinMs?: number): Promise<void> {
    return this.#heard(ms, "", withinMs);
  }

  interim(text: string, options: SaidOptions = {}): Promise<void> {
    return this.#inOrder(`"${text}"`, () => {
      const said = saidAs(text, this.#settledMs, options);
      return {
        endMs: said.endMs,
        say: () => {
          this.#unsettled = said;
          this.#lastWordEndMs = said.words.at(-1)?.endMs ?? this.#lastWordEndMs;
          return this.#wire.interim(said);
        },
      };
    });
  }

  final(text: string, { speechFinal = true, ...options }: FinalOptions = {}): Promise<void> {
    return this.#inOrder(`"${text}"`, () => {
      const said = saidAs(text, this.#settledMs, options);
      return {
        endMs: said.endMs,
        say: () => {
          this.#settle(said);
          return this.#wire.final(said, speechFinal);
        },
      };
    });
  }

  silence(ms: number): Promise<void> {
    return this.#inOrder(`${ms} ms of silence`, () => {
      const startMs = this.#settledMs;
      const said = saidAs("", startMs, { endMs: startMs + ms });
      return {
        endMs: said.endMs,
        say: () => {
          this.#settle(said);
          return this.#wire.silence(said);
        },
      };
    });
  }

  utteranceEnd(): Promise<void> {
    return this.#inOrder("UtteranceEnd", () => ({
      endMs: 0,
      say: () => this.#wire.utteranceEnd(this.#lastWordEndMs),
    }));
  }

  send(frame: object | string): Promise<void> {
    const text = typeof frame === "string" ? frame : JSON.stringify(frame);
    return this.#inOrder(text.slice(0, 80), () => ({ endMs: 0, say: () => [text] }));
  }

  close(code = 1000, reason = ""): Promise<void> {
    return this.#inOrder(`the close ${code}`, () => ({
      endMs: 0,
      say: () => {
        this.#socket.close(code, reason);
        this.#end(`the script closed it (${code})`);
        return [];
      },
    }));
  }

  drop(): Promise<void> {
    return this.#inOrder("the drop", () => ({
      endMs: 0,
      say: () => {
        this.#socket.terminate();
        this.#end("the script dropped it");
        return [];
      },
    }));
  }

  #inOrder(what: string, begin: () => { endMs: number; say: () => readonly string[] }): Promise<void> {
    const turn = this.#last.then(async () => {
      const { endMs, say } = begin();
      await this.#heard(endMs, what);
      this.#assertOpen(what);
      for (const frame of say()) this.#socket.send(frame);
    });
    // One that failed was told to whoever called; the next may still be right.
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #heard(ms: number, what: string, withinMs = audioWithinMs): Promise<void> {
    if (this.heardMs >= ms) return;
    this.#assertOpen(what);
    const come = new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.heardMs < ms && this.isOpen) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
    await within("the audio", come, withinMs).catch(() => {
      const about = what === "" ? "" : `${what} is about audio up to ${ms} ms, and `;
      throw new Error(
        `${about}${this.heardMs} ms of audio have come within ${withinMs / 1000} s. ` +
          `Publish more of it, for instance with publisher.silence(${Math.ceil(ms - this.heardMs)}).`,
      );
    });
    this.#assertOpen(what);
  }

  #assertOpen(what: string): void {
    if (this.#over === null) return;
    const said = what === "" ? "more audio" : what;
    throw new Error(
      `${said} came too late for this socket: ${this.#over}. The room's next one is upstream.socket().`,
    );
  }

  #hear(bytes: number): void {
    this.#bytes += bytes;
    for (const look of this.#waiting) look();
    if (this.heardMs - this.#toldAliveMs < aliveEveryMs) return;
    this.#toldAliveMs = this.heardMs;
    // A socket that takes audio for 10 s without a word is taken for dead, and a script may take its time.
    if (this.isOpen) this.#socket.send(this.#wire.alive(this.#settledMs));
  }

  #control(text: string): void {
    const { type } = v.parse(ControlSchema, JSON.parse(text));
    this.controls.push(type);
    if (type !== "CloseStream" || !this.isOpen) return;
    // The last words, as the provider says them: what was an interim, and that nobody spoke behind it.
    if (this.#unsettled !== null) this.#sendNow(this.#wire.final(this.#unsettled, true), this.#unsettled);
    if (this.heardMs > this.#settledMs) {
      const rest = { text: "", startMs: this.#settledMs, endMs: this.heardMs, words: [] };
      this.#sendNow(this.#wire.silence(rest), rest);
    }
    for (const frame of this.#wire.ending(this.heardMs)) this.#socket.send(frame);
    this.#socket.close(this.#wire.closeCode);
    this.#end("the room had asked for its end");
  }

  #sendNow(frames: readonly string[], said: Said): void {
    for (const frame of frames) this.#socket.send(frame);
    this.#settle(said);
  }

  #settle(said: Said): void {
    this.#settledMs = Math.max(this.#settledMs, said.endMs);
    this.#lastWordEndMs = said.words.at(-1)?.endMs ?? this.#lastWordEndMs;
    this.#unsettled = null;
  }

  #end(why: string): void {
    this.#over ??= why;
    for (const look of this.#waiting) look();
  }
}

function formatIn(query: URLSearchParams): AudioFormat {
  return {
    encoding: v.parse(EncodingSchema, query.get("encoding")),
    sampleRate: Number(query.get("sample_rate")),
    channels: Number(query.get("channels") ?? 1),
  };
}
