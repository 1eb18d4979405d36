import type { ErrorCode } from "../../../shared/errors.ts";
import { limits, timing } from "../../../shared/limits.ts";
import type { CloseMeaning } from "./events.ts";

/**
 * What the upstream machine knows, hears and asks for; `machine.ts` says how one leads to the other.
 * Times are milliseconds of a clock that never jumps (`steady.ts`), positions are samples since the session began.
 */
export type UpstreamState = {
  readonly audio: Audio;
  readonly link: Link;
  /** Number of the latest socket: events of earlier ones are ignored. */
  readonly socket: number;
  /** Whether a proven socket without audio is kept by a message, or by silent audio alone. */
  readonly keptBy: "message" | "audio";
  /** From the loss of the last healthy socket until the next one is. */
  readonly trouble: Trouble | null;
  /** Once no more audio will come: when the session ends in any case. */
  readonly finishBy: number | null;
  /** A live socket that fell behind is not given up for the newest audio before this. */
  readonly skipNotBefore: number;
};

type Audio = {
  /** Samples a second. */
  readonly rate: number;
  /** Everything before is captioned or written down as missing: where a new socket begins. */
  readonly covered: number;
  /** First sample the room still holds, and the end of what it received. */
  readonly earliest: number;
  readonly head: number;
};

export type Trouble = {
  readonly since: number;
  readonly failures: number;
  /** Those of them in which the provider was there and would not have us: it asked for less, or closed at once. */
  readonly setbacks: number;
};

export type Live = {
  readonly kind: "live";
  readonly sent: number;
  /** It was sent something to listen to, audio or silence, so that its clock runs. */
  readonly isFed: boolean;
  readonly openedAt: number;
  /** It has recognised something, if only silence. */
  readonly proven: boolean;
  readonly lastSentAt: number;
  readonly lastControlAt: number;
  /** How much audio may be sent at the moment `at`: it grows at the provider's pace, up to a burst. */
  readonly credit: { readonly samples: number; readonly at: number };
  /** A backlog goes out in slices, the next one then. */
  readonly nextSliceAt: number;
  /** What the provider holds back has been asked for since the last audio. */
  readonly flushed: boolean;
  /** Audio sent since the provider was last heard. */
  readonly unanswered: { readonly since: number; readonly samples: number } | null;
};

type Link =
  /** No socket, and none wanted until audio waits. */
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly giveUpAt: number }
  | Live
  /** The socket is given up. What comes next waits until the provider has seen it close. */
  | { readonly kind: "leaving"; readonly giveUpAt: number; readonly next: "dial" | "end" }
  /** Between two attempts. */
  | { readonly kind: "recovering"; readonly retryAt: number }
  /** The circuit breaker: so many attempts have failed that the provider is only probed now and then. */
  | { readonly kind: "tripped"; readonly probeAt: number }
  /** The end of the stream is announced; the last words are on their way. */
  | { readonly kind: "finishing"; readonly giveUpAt: number }
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly code: ErrorCode };

export type UpstreamEvent =
  | { readonly kind: "start" }
  /** `isQuiet`: the newest audio is a pause, and no word is torn if it is taken for the end of one. */
  | { readonly kind: "audio"; readonly earliest: number; readonly head: number; readonly isQuiet: boolean }
  /** The publisher will go on at a later position than it left off: what lies between cannot be had any more. */
  | { readonly kind: "jump"; readonly to: number }
  /** No more audio will come. `withinMs` bounds the wait for the last words; `null`: as long as it may take. */
  | { readonly kind: "finish"; readonly withinMs: number | null }
  /** `cut`: a quiet place near the head, from which on a socket may caption without tearing a word. */
  | { readonly kind: "opened"; readonly socket: number; readonly cut: number }
  /** The provider has seen the close of the socket that was left. */
  | { readonly kind: "left"; readonly socket: number }
  /** `busy`: it answered, and asked for less. */
  | { readonly kind: "refused"; readonly socket: number; readonly fatal: boolean; readonly busy: boolean }
  /** Any sign of life; a final of the range, if it was one. */
  | {
      readonly kind: "heard";
      readonly socket: number;
      readonly final: Range | null;
      readonly proves: boolean;
    }
  | {
      readonly kind: "closed";
      readonly socket: number;
      readonly meaning: CloseMeaning;
      /** As the provider closes when it has said everything. */
      readonly clean: boolean;
    }
  | { readonly kind: "tick"; readonly isQuiet: boolean };

export type Range = { readonly from: number; readonly to: number };

export type UpstreamEffect =
  | { readonly kind: "dial"; readonly socket: number }
  | { readonly kind: "send"; readonly from: number; readonly to: number }
  /** Silent audio, which moves the socket's clock and not the session's. */
  | { readonly kind: "silence"; readonly samples: number }
  | { readonly kind: "control"; readonly message: "keepAlive" | "finalize" | "closeStream" }
  /** The socket's clock begins at `base`; what it says of the audio before `captionsFrom` is context. */
  | { readonly kind: "began"; readonly base: number; readonly captionsFrom: number }
  /** Nothing is heard of the socket any more. */
  | { readonly kind: "abandon" }
  /** The same, and `left` is to be told. */
  | { readonly kind: "leave" }
  /** Captions for the range cannot be had: its audio is gone, or the provider will not listen. */
  | ({ readonly kind: "gap" } & Range)
  /** The live socket will not caption this range; its audio is at hand. */
  | ({ readonly kind: "owe" } & Range)
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly code: ErrorCode };

/** With no new audio for this long, what the provider holds back is asked for. */
const flushAfterMs = 1_500;
/** Both known protocols answer audio about once a second, also silence: a mute socket is a dead one. */
const stalled = { afterMs: 10_000, minAudioMs: 2_000 } as const;

export function initialUpstream(
  rate: number,
  { earliest, covered }: { readonly earliest: number; readonly covered: number },
  keptBy: "message" | "audio",
): UpstreamState {
  return {
    audio: { rate, covered, earliest, head: earliest },
    link: { kind: "idle" },
    socket: 0,
    keptBy,
    trouble: null,
    finishBy: null,
    skipNotBefore: Number.NEGATIVE_INFINITY,
  };
}

export function samplesOf(ms: number, { rate }: Audio): number {
  return Math.round((ms * rate) / 1000);
}

/** More than may be replayed before the newest audio. */
export function isLong(samples: number, { rate }: Audio): boolean {
  return samples > (limits.replayMaxMs * rate) / 1000;
}

/** A provider cannot have heard beyond this, whatever it says. */
export function reachOf({ link, audio }: UpstreamState): number {
  return link.kind === "live" ? link.sent : audio.head;
}

/** When `tick` has something to do next; `null` when only an event can move this state. */
export function nextTickAt(state: UpstreamState): number | null {
  if (state.link.kind === "ended" || state.link.kind === "failed") return null;
  const deadline = linkDeadline(state);
  if (deadline === null || state.finishBy === null) return deadline ?? state.finishBy;
  return Math.min(deadline, state.finishBy);
}

function linkDeadline({ link, audio }: UpstreamState): number | null {
  switch (link.kind) {
    case "idle":
    case "ended":
    case "failed":
      return null;
    case "connecting":
    case "leaving":
    case "finishing":
      return link.giveUpAt;
    case "live": {
      const next = audio.head > link.sent ? link.nextSliceAt : quietDeadline(link);
      const stall = stallDeadline(link, audio);
      return stall === null ? next : Math.min(next, stall);
    }
    case "recovering":
      return link.retryAt;
    case "tripped":
      return link.probeAt;
    default:
      return link satisfies never;
  }
}

/** When a live socket without new audio is to be told something: first to flush, from then on that we are alive. */
export function quietDeadline(link: Live): number {
  return link.flushed
    ? Math.max(link.lastSentAt, link.lastControlAt) + timing.keepAliveMs
    : link.lastSentAt + flushAfterMs;
}

/** When a socket that takes audio and says nothing is given up. */
export function stallDeadline({ unanswered }: Live, audio: Audio): number | null {
  if (unanswered === null || unanswered.samples < samplesOf(stalled.minAudioMs, audio)) return null;
  return unanswered.since + stalled.afterMs;
}
