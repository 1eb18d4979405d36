import { type AudioFormat, msToSamples } from "../../../shared/audio.ts";
import type { ErrorCode } from "../../../shared/errors.ts";
import type { Cancel, Ports, UpstreamSocket } from "../ports.ts";
import type { ProviderWord } from "./events.ts";
import { step } from "./machine.ts";
import {
  type NovaSettings,
  novaCloseMeaning,
  novaControl,
  novaPath,
  readNova,
  refusalIsFatal,
} from "./nova.ts";
import {
  initialUpstream,
  nextTickAt,
  type UpstreamEffect,
  type UpstreamEvent,
  type UpstreamState,
} from "./state.ts";

/** What the provider says, on the session's own clock: positions in samples. */
export type Heard =
  | {
      readonly kind: "interim";
      readonly from: number;
      readonly to: number;
      readonly text: string;
      readonly speaker?: number;
    }
  | {
      readonly kind: "final";
      readonly from: number;
      readonly to: number;
      readonly text: string;
      readonly words: readonly HeardWord[];
      readonly speaker?: number;
    };
export type HeardWord = {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly confidence: number;
};

export type UpstreamHooks = {
  /** The audio of `[from, to)`. */
  read(from: number, to: number): Uint8Array;
  heard(event: Heard): void;
  gap(from: number, to: number): void;
  /** The socket's state changed; see `linkState`. */
  changed(): void;
  ended(): void;
  failed(code: ErrorCode): void;
};

export type LinkState = "idle" | "connecting" | "live" | "recovering";

/** Deepgram's comfort zone is 20–250 ms of audio a frame. */
const frameMaxMs = 250;

/**
 * Runs the upstream machine: holds the one socket and the one timer, executes effects, maps the socket's clock (which
 * begins at zero) to the session's.
 */
export class Upstream {
  readonly #ports: Ports;
  readonly #format: AudioFormat;
  readonly #settings: NovaSettings;
  readonly #hooks: UpstreamHooks;
  #state: UpstreamState;
  #socket: UpstreamSocket | null = null;
  #cancelTimer: Cancel | null = null;
  #openedBefore = false;

  constructor(
    ports: Ports,
    session: { readonly format: AudioFormat; readonly settings: NovaSettings; readonly from: number },
    hooks: UpstreamHooks,
  ) {
    this.#ports = ports;
    this.#format = session.format;
    this.#settings = session.settings;
    this.#hooks = hooks;
    this.#state = initialUpstream(session.format.sampleRate, session.from);
  }

  /** Opens the socket ahead of the first audio. */
  start(): void {
    this.#take({ kind: "start" });
  }

  audio(earliest: number, head: number): void {
    this.#take({ kind: "audio", earliest, head });
  }

  jump(to: number): void {
    this.#take({ kind: "jump", to });
  }

  /** No more audio will come: flush, wait for the last words, then `hooks.ended`. */
  finish(): void {
    this.#take({ kind: "finish" });
  }

  /** Ends without waiting: a gap for what no final has covered, then `hooks.ended`. */
  abort(): void {
    this.#take({ kind: "abort" });
  }

  /** Drops socket and timer; nothing is heard any more. */
  dispose(): void {
    this.#cancelTimer?.();
    this.#socket?.abandon();
    this.#socket = null;
  }

  /** For status: a session that was live once and is opening a socket again is recovering. */
  get linkState(): LinkState {
    switch (this.#state.link.kind) {
      case "idle":
        return "idle";
      case "connecting":
      case "waiting":
        return this.#openedBefore ? "recovering" : "connecting";
      case "live":
      case "closing":
      case "ended":
        return "live";
      case "failed":
        return "recovering";
      default:
        return this.#state.link satisfies never;
    }
  }

  #take(event: UpstreamEvent): void {
    const before = this.linkState;
    const { state, effects } = step(this.#state, event, this.#ports.now(), this.#ports.random());
    this.#state = state;
    if (state.link.kind === "live") this.#openedBefore = true;
    for (const effect of effects) this.#run(effect);
    this.#rearm();
    if (this.linkState !== before) this.#hooks.changed();
  }

  #rearm(): void {
    this.#cancelTimer?.();
    const at = nextTickAt(this.#state);
    this.#cancelTimer =
      at === null
        ? null
        : this.#ports.setTimer(() => this.#take({ kind: "tick" }), Math.max(0, at - this.#ports.now()));
  }

  #run(effect: UpstreamEffect): void {
    switch (effect.kind) {
      case "dial":
        this.#dial(effect.socket);
        break;
      case "send":
        this.#send(effect.from, effect.to);
        break;
      case "control":
        this.#socket?.send(novaControl[effect.message]);
        break;
      case "abandon":
        this.#socket?.abandon();
        this.#socket = null;
        return;
      case "gap":
        this.#hooks.gap(effect.from, effect.to);
        break;
      case "ended":
        this.#hooks.ended();
        break;
      case "failed":
        this.#hooks.failed(effect.code);
        break;
      default:
        effect satisfies never;
    }
  }

  #send(from: number, to: number): void {
    const frameSamples = msToSamples(frameMaxMs, this.#format);
    for (let at = from; at < to; at += frameSamples) {
      const bytes = this.#hooks.read(at, Math.min(to, at + frameSamples));
      // An empty binary frame is Deepgram's legacy end of stream.
      if (bytes.length > 0) this.#socket?.send(bytes);
    }
  }

  #dial(socket: number): void {
    const { log } = this.#ports;
    this.#socket = this.#ports.dial(
      { path: novaPath(this.#format, this.#settings) },
      {
        opened: () => this.#take({ kind: "opened", socket }),
        refused: (status, detail) => {
          log("upstream_refused", { status, detail });
          this.#take({ kind: "refused", socket, fatal: refusalIsFatal(status) });
        },
        message: (text) => this.#message(socket, text),
        closed: (code, reason) => {
          log("upstream_closed", { code, reason });
          this.#take({
            kind: "closed",
            socket,
            meaning: novaCloseMeaning(code, reason),
            clean: code === 1000,
          });
        },
      },
    );
  }

  #message(socket: number, text: string): void {
    const { link } = this.#state;
    if (socket !== this.#state.socket || !("base" in link)) return;
    const position = (seconds: number) => link.base + Math.round(seconds * this.#format.sampleRate);
    const event = readNova(text);
    switch (event.kind) {
      case "unreadable":
        this.#ports.log("upstream_unreadable", { bytes: text.length });
        return;
      case "other":
        break;
      case "interim": {
        const range = { from: position(event.startS), to: position(event.endS) };
        this.#hooks.heard({ ...speaker(event), kind: "interim", ...range, text: event.text });
        this.#take({ kind: "heard", socket, final: null });
        break;
      }
      case "final": {
        const range = { from: position(event.startS), to: position(event.endS) };
        const words = event.words.map((word: ProviderWord) => ({
          text: word.text,
          from: position(word.startS),
          to: position(word.endS),
          confidence: word.confidence,
        }));
        // First the state, so that a gap before this final is told before the final is.
        this.#take({ kind: "heard", socket, final: range });
        this.#hooks.heard({ ...speaker(event), kind: "final", ...range, text: event.text, words });
        break;
      }
      default:
        event satisfies never;
    }
  }
}

function speaker(event: { readonly speaker?: number }): { speaker?: number } {
  return event.speaker === undefined ? {} : { speaker: event.speaker };
}
