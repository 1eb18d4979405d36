import type { ErrorCode } from "../../../shared/errors.ts";
import { timing } from "../../../shared/limits.ts";
import type { CloseMeaning } from "./events.ts";

/** What the upstream machine knows, hears and asks for; `machine.ts` says how one leads to the other. */
export type UpstreamState = {
  readonly audio: Audio;
  readonly link: Link;
  /** Number of the latest socket: events of earlier ones are ignored. */
  readonly socket: number;
  /** Failures since a socket was last healthy. */
  readonly attempt: number;
  /** Once the publisher has finished: when the session ends in any case. */
  readonly finishBy: number | null;
};

type Audio = {
  /** Samples a second. */
  readonly rate: number;
  /** End of the newest final: where a new socket begins. */
  readonly covered: number;
  /** First sample the room still holds, and the end of what it received. */
  readonly earliest: number;
  readonly head: number;
};

export type Live = {
  readonly kind: "live";
  readonly base: number;
  readonly sent: number;
  readonly openedAt: number;
  /** It has recognised something, if only silence. */
  readonly proven: boolean;
  readonly lastSentAt: number;
  readonly lastControlAt: number;
  /** A backlog goes out in slices, the next one then. */
  readonly nextSliceAt: number;
  readonly flushed: boolean;
};

/** The end of the stream is announced; the last words are on their way. */
type Closing = {
  readonly kind: "closing";
  readonly base: number;
  readonly giveUpAt: number;
  readonly next: AfterClosing;
};
export type AfterClosing = { readonly kind: "end" } | { readonly kind: "goOnAt"; readonly position: number };

type Link =
  /** No socket, and none wanted until audio waits. */
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly base: number; readonly giveUpAt: number }
  | Live
  | { readonly kind: "waiting"; readonly retryAt: number }
  | Closing
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly code: ErrorCode };

export type UpstreamEvent =
  | { readonly kind: "start" }
  | { readonly kind: "audio"; readonly earliest: number; readonly head: number }
  /** The publisher will go on at a later position than it left off: what lies between cannot be had any more. */
  | { readonly kind: "jump"; readonly to: number }
  | { readonly kind: "finish" }
  | { readonly kind: "abort" }
  | { readonly kind: "opened"; readonly socket: number }
  | { readonly kind: "refused"; readonly socket: number; readonly fatal: boolean }
  /** An interim, or with `to` a final of the range. */
  | {
      readonly kind: "heard";
      readonly socket: number;
      readonly final: { readonly from: number; readonly to: number } | null;
    }
  | {
      readonly kind: "closed";
      readonly socket: number;
      readonly meaning: CloseMeaning;
      readonly clean: boolean;
    }
  | { readonly kind: "tick" };

export type UpstreamEffect =
  | { readonly kind: "dial"; readonly socket: number }
  | { readonly kind: "send"; readonly from: number; readonly to: number }
  | { readonly kind: "control"; readonly message: "keepAlive" | "finalize" | "closeStream" }
  | { readonly kind: "abandon" }
  /** Captions for `from…to` cannot be had. */
  | { readonly kind: "gap"; readonly from: number; readonly to: number }
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly code: ErrorCode };

/** With no new audio for this long, what the provider holds back is asked for. */
const flushAfterMs = 1_500;

export function initialUpstream(rate: number, from: number): UpstreamState {
  return {
    audio: { rate, covered: from, earliest: from, head: from },
    link: { kind: "idle" },
    socket: 0,
    attempt: 0,
    finishBy: null,
  };
}

/** When `tick` has something to do next, epoch milliseconds; `null` when only an event can move this state. */
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
    case "closing":
      return link.giveUpAt;
    case "live":
      return audio.head > link.sent ? link.nextSliceAt : quietDeadline(link);
    case "waiting":
      return link.retryAt;
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
