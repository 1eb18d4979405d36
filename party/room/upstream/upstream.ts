import { msToSamples } from "../../../shared/audio.ts";
import { isFlux } from "../../../shared/settings.ts";
import type { Cancel, Ports, UpstreamSocket } from "../ports.ts";
import { SteadyClock } from "../steady.ts";
import { type Adapter, type Reader, refusalIsFatal } from "./adapter.ts";
import { SocketClock } from "./clock.ts";
import type { ProviderEvent } from "./events.ts";
import { flux } from "./flux.ts";
import { type Heard, onSession, type Speech, type Spoken, within } from "./heard.ts";
import { type LinkState, linkStateOf, type UpstreamHooks, type UpstreamSession } from "./hooks.ts";
import { isUnsettled } from "./live.ts";
import { step } from "./machine.ts";
import { nova } from "./nova.ts";
import { endsQuietly, quietPlace } from "./quiet.ts";
import { linkSign } from "./sign.ts";
import { silence } from "./silence.ts";
import {
  initialUpstream,
  nextTickAt,
  type Range,
  reachOf,
  type UpstreamEffect,
  type UpstreamEvent,
  type UpstreamState,
} from "./state.ts";

/** An open or opening socket and what is needed to understand it. */
type Line = {
  readonly number: number;
  readonly reader: Reader;
  readonly socket: UpstreamSocket;
  clock: SocketClock;
  /** Words before this position are another's to caption. */
  captionsFrom: number;
  closeStreamSent: boolean;
};

/** Deepgram's comfort zone is 20–250 ms of audio a frame. */
const frameMaxMs = 250;
/** Pauses are looked for in this much of the newest audio. */
const recentMs = 4_000;
/**
 * Runs the upstream machine: holds the one socket and the one timer, executes effects, maps the socket's clock (which
 * begins at zero) to the session's.
 */
export class Upstream {
  readonly #ports: Ports;
  readonly #session: UpstreamSession;
  readonly #adapter: Adapter;
  readonly #hooks: UpstreamHooks;
  readonly #steady: SteadyClock;
  #state: UpstreamState;
  #line: Line | null = null;
  #cancelTimer: Cancel | null = null;
  #armedFor = "";
  #openedBefore = false;
  #isDisposed = false;

  constructor(ports: Ports, session: UpstreamSession, hooks: UpstreamHooks) {
    this.#ports = ports;
    this.#session = session;
    this.#adapter = isFlux(session.recognition.model) ? flux : nova;
    this.#hooks = hooks;
    this.#steady = new SteadyClock(ports.now);
    const keptBy = this.#adapter.control.keepAlive === null ? "audio" : "message";
    this.#state = initialUpstream(session.format.sampleRate, session, keptBy);
  }

  /** Opens the socket ahead of the first audio. */
  start(): void {
    this.#take({ kind: "start" });
  }

  audio(earliest: number, head: number): void {
    const { link, audio } = this.#state;
    const isAsked = link.kind === "live" && isUnsettled(link, audio);
    this.#take({ kind: "audio", earliest, head, isQuiet: isAsked && this.#isQuiet() });
  }

  /** What is uncaptioned before `to` is owed or a gap by the time this returns. */
  jump(to: number): void {
    this.#take({ kind: "jump", to });
  }

  /** No more audio will come: flush, wait for the last words (at most `withinMs`), then `hooks.ended`. */
  finish(withinMs: number | null): void {
    this.#take({ kind: "finish", withinMs });
  }

  /** Drops socket and timer; nothing is heard any more. */
  dispose(): void {
    this.#isDisposed = true;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#line?.socket.abandon();
    this.#line = null;
  }

  /** For status. */
  get linkState(): LinkState {
    return linkStateOf(this.#state, this.#openedBefore);
  }

  #take(event: UpstreamEvent): void {
    if (this.#isDisposed) return;
    const before = this.linkState;
    const { state, effects } = step(this.#state, event, this.#steady.now(), this.#ports.random());
    const sign = linkSign(this.#state, event, state);
    if (sign !== null) this.#hooks.link(sign);
    this.#state = state;
    if (state.link.kind === "live") this.#openedBefore = true;
    for (const effect of effects) this.#run(effect);
    this.#rearm();
    if (this.linkState !== before) this.#hooks.changed();
  }

  #rearm(): void {
    const at = nextTickAt(this.#state);
    // A deadline that stays keeps its timer, which knows best when it is reached.
    const deadline = `${this.#state.socket} ${this.#state.link.kind} ${at}`;
    if (deadline === this.#armedFor) return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#armedFor = deadline;
    this.#steady.await(at);
    if (at === null) return;
    const fire = () => {
      this.#armedFor = "";
      this.#steady.reached(at);
      this.#take({ kind: "tick", isQuiet: this.#isQuiet() });
    };
    this.#cancelTimer = this.#ports.setTimer(fire, Math.max(0, at - this.#steady.now()));
  }

  #run(effect: UpstreamEffect): void {
    switch (effect.kind) {
      case "dial":
        this.#hooks.link("dialled");
        this.#dial(effect.socket);
        break;
      case "began":
        if (this.#line === null) break;
        this.#line.clock = new SocketClock(effect.base);
        this.#line.captionsFrom = effect.captionsFrom;
        break;
      case "send":
        this.#hooks.sent(effect);
        this.#send(effect);
        break;
      case "silence":
        this.#line?.clock.pad(effect.samples);
        this.#line?.socket.send(silence(effect.samples, this.#session.format));
        break;
      case "control":
        this.#control(effect.message);
        break;
      case "abandon":
        this.#line?.socket.abandon();
        this.#line = null;
        break;
      case "leave":
        this.#leave();
        break;
      case "gap":
        this.#hooks.gap(effect);
        break;
      case "owe":
        this.#hooks.owe(effect);
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

  #leave(): void {
    const line = this.#line;
    this.#line = null;
    line?.socket.abandon(() => this.#take({ kind: "left", socket: line.number }));
  }

  #control(message: "keepAlive" | "finalize" | "closeStream"): void {
    const text = this.#adapter.control[message];
    if (this.#line === null || text === null) return;
    this.#line.closeStreamSent ||= message === "closeStream";
    this.#line.socket.send(text);
  }

  #send({ from, to }: Range): void {
    const frameSamples = msToSamples(frameMaxMs, this.#session.format);
    for (let at = from; at < to; at += frameSamples) {
      const end = Math.min(to, at + frameSamples);
      const bytes = this.#hooks.read(at, end);
      this.#line?.clock.feed(end - at);
      // An empty binary frame is Deepgram's legacy end of stream.
      if (bytes.length > 0) this.#line?.socket.send(bytes);
    }
  }

  #dial(number: number): void {
    const { log } = this.#ports;
    const { format, recognition } = this.#session;
    const reader = this.#adapter.read();
    const socket = this.#ports.dial(
      { path: this.#adapter.livePath(format, recognition) },
      {
        opened: () => this.#take({ kind: "opened", socket: number, cut: this.#quietCut() }),
        refused: (status, detail) => {
          log("upstream_refused", { status, detail });
          const busy = status === 429;
          this.#take({ kind: "refused", socket: number, fatal: refusalIsFatal(status), busy });
        },
        message: (text) => this.#hear(number, reader.frame(text)),
        closed: (code, reason) => this.#closed(number, code, reason),
      },
    );
    const clock = new SocketClock(0);
    this.#line = { number, reader, socket, clock, captionsFrom: 0, closeStreamSent: false };
  }

  #closed(number: number, code: number, reason: string): void {
    this.#ports.log("upstream_closed", { code, reason });
    const line = this.#line;
    if (line?.number !== number) return;
    const clean = line.closeStreamSent && this.#adapter.cleanCloses.includes(code);
    this.#hear(number, line.reader.closed(clean));
    this.#take({ kind: "closed", socket: number, meaning: this.#adapter.closeMeaning(code, reason), clean });
  }

  /** What one frame said is told together, so that viewers see its final and what goes on behind it as one. */
  #hear(number: number, events: readonly ProviderEvent[]): void {
    const heard: Heard[] = [];
    const opensTurn = events.some(({ kind }) => kind === "speechStarted");
    for (const event of events) {
      // The machine may give the socket up in between.
      if (this.#line?.number === number) this.#hearOne(this.#line, event, heard, opensTurn);
    }
    if (heard.length > 0) this.#hooks.heard(heard, number);
  }

  #hearOne(line: Line, event: ProviderEvent, heard: Heard[], opensTurn: boolean): void {
    const socket = line.number;
    const sign = { kind: "heard", socket, final: null } as const;
    switch (event.kind) {
      case "unreadable":
        // Its range, if it was a final, shows as a hole when the next one comes.
        this.#ports.log("upstream_unreadable", {});
        return;
      case "failed":
        this.#ports.log("upstream_failed", { code: event.code });
        // Whatever its close says then, this is what it means.
        this.#line = null;
        line.socket.abandon(() =>
          this.#take({ kind: "closed", socket, meaning: event.meaning, clean: false }),
        );
        return;
      case "other":
      case "speechStarted":
        this.#take({ ...sign, proves: false });
        return;
      case "utteranceEnd":
        heard.push({ kind: "utteranceEnd" });
        this.#take({ ...sign, proves: true });
        return;
      case "interim":
        heard.push({ ...this.#onSession(line, event), ...(opensTurn ? { opensTurn } : {}) });
        this.#take({ ...sign, proves: true });
        return;
      case "final": {
        const final = this.#onSession(line, event);
        heard.push(final);
        // A hole before this final is told now, and so before the final is.
        this.#take({ ...sign, final, proves: true });
        return;
      }
      default:
        event satisfies never;
    }
  }

  /** On the session's clock; a provider that rounds up hears no further than what it was sent. */
  #onSession<E extends Spoken>(line: Line, event: E): Speech & { readonly kind: E["kind"] } {
    const speech = within(onSession(event, line.clock, this.#session.format), {
      from: line.captionsFrom,
      to: Number.POSITIVE_INFINITY,
    });
    return { ...speech, to: Math.min(speech.to, reachOf(this.#state)) };
  }

  #isQuiet(): boolean {
    const { format } = this.#session;
    return endsQuietly(this.#hooks.newest(msToSamples(recentMs, format)).audio, format);
  }

  #quietCut(): number {
    const { format } = this.#session;
    const { from, audio } = this.#hooks.newest(msToSamples(recentMs, format));
    return from + quietPlace(audio, format);
  }
}
