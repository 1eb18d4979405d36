import type { ErrorCode } from "../../../shared/errors.ts";
import { timing } from "../../../shared/limits.ts";
import { fullJitterMs } from "./backoff.ts";
import type { CloseMeaning } from "./events.ts";

/**
 * The life of a room's one speech-to-text socket, as a pure function: `step(state, event, now, random)` gives the next
 * state and the effects to run. Positions are samples per channel since the session began.
 *
 * Invariants: at most one socket is open or being opened; every socket begins at the first sample that no final has
 * covered, so nothing is lost and nothing is said twice; audio that is no longer held is passed over as a gap.
 */
export type UpstreamState = {
  readonly audio: Audio;
  readonly link: Link;
  /** Number of the latest socket: events of earlier ones are ignored. */
  readonly socket: number;
};

type Audio = {
  /** Samples a second. */
  readonly rate: number;
  /** End of the newest final: where a new socket begins. */
  readonly covered: number;
  /** First sample the room still holds, and the end of what it received. */
  readonly earliest: number;
  readonly head: number;
  /** The publisher has said that no more will come. */
  readonly finishing: boolean;
};

type Link =
  /** No socket, and none wanted until audio waits. */
  | { readonly kind: "idle" }
  | {
      readonly kind: "connecting";
      readonly base: number;
      readonly attempt: number;
      readonly giveUpAt: number;
    }
  | {
      readonly kind: "live";
      readonly base: number;
      readonly sent: number;
      /** Failures before this socket, forgotten once it has said something. */
      readonly attempt: number;
      readonly proven: boolean;
      readonly lastSentAt: number;
      readonly lastControlAt: number;
      /** A backlog goes out in slices, the next one then. */
      readonly nextSliceAt: number;
      readonly flushed: boolean;
    }
  | {
      readonly kind: "waiting";
      readonly attempt: number;
      readonly retryAt: number;
      readonly giveUpAt: number | null;
    }
  /** The end of the stream is announced; the last words are on their way. */
  | { readonly kind: "closing"; readonly base: number; readonly giveUpAt: number }
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly code: ErrorCode };

export type UpstreamEvent =
  | { readonly kind: "start" }
  | { readonly kind: "audio"; readonly earliest: number; readonly head: number }
  /** The publisher went on at a later position than it left off: what lies between cannot be had any more. */
  | { readonly kind: "jump"; readonly to: number }
  | { readonly kind: "finish" }
  | { readonly kind: "abort" }
  | { readonly kind: "opened"; readonly socket: number }
  | { readonly kind: "refused"; readonly socket: number; readonly fatal: boolean }
  | { readonly kind: "heard"; readonly socket: number; readonly coveredTo: number | null }
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

type Step = { readonly state: UpstreamState; readonly effects: readonly UpstreamEffect[] };

/** Deepgram accepts at most 1.25 times real time; a backlog below a second is not worth pacing. */
const pace = { speed: 1.25, sliceMs: 100, burstMs: 1_000 } as const;
/** With no new audio for this long, what the provider holds back is asked for. */
const flushAfterMs = 1_500;

export function initialUpstream(rate: number, from: number): UpstreamState {
  return {
    audio: { rate, covered: from, earliest: from, head: from, finishing: false },
    link: { kind: "idle" },
    socket: 0,
  };
}

export function step(state: UpstreamState, event: UpstreamEvent, now: number, random: number): Step {
  if (state.link.kind === "ended" || state.link.kind === "failed") return { state, effects: [] };
  if ("socket" in event && event.socket !== state.socket) return { state, effects: [] };
  switch (event.kind) {
    case "start":
      return state.link.kind === "idle" ? dial(state, 0, now) : { state, effects: [] };
    case "audio":
      return received(
        { ...state, audio: { ...state.audio, earliest: event.earliest, head: event.head } },
        now,
      );
    case "jump":
      return jumped(state, event.to, now);
    case "finish":
      return advance({ ...state, audio: { ...state.audio, finishing: true } }, now);
    case "abort":
      return giveUp(state);
    case "opened":
      return opened(state, now);
    case "refused":
      if (event.fatal) return fail(state, "provider_refused");
      return retry(state, now, random);
    case "heard":
      return heard(state, event.coveredTo, now);
    case "closed":
      return closed(state, event, now, random);
    case "tick":
      return tick(state, now, random);
    default:
      return event satisfies never;
  }
}

function received(state: UpstreamState, now: number): Step {
  if (state.link.kind === "idle") return dial(state, 0, now);
  return advance(state, now);
}

function dial(state: UpstreamState, attempt: number, now: number): Step {
  const base = Math.max(state.audio.covered, state.audio.earliest);
  const giveUpAt = now + timing.connectTimeoutMs;
  const socket = state.socket + 1;
  const effects: UpstreamEffect[] = [{ kind: "dial", socket }];
  if (base > state.audio.covered) effects.unshift({ kind: "gap", from: state.audio.covered, to: base });
  return {
    state: {
      audio: { ...state.audio, covered: base },
      link: { kind: "connecting", base, attempt, giveUpAt },
      socket,
    },
    effects,
  };
}

function opened(state: UpstreamState, now: number): Step {
  const { link } = state;
  if (link.kind !== "connecting") return { state, effects: [] };
  // Audio may have fallen out of the buffer while the socket was being opened.
  const base = Math.max(link.base, state.audio.earliest);
  const lost: UpstreamEffect[] = base > link.base ? [{ kind: "gap", from: link.base, to: base }] : [];
  const next = advance(
    {
      ...state,
      audio: { ...state.audio, covered: Math.max(state.audio.covered, base) },
      link: {
        kind: "live",
        base,
        sent: base,
        attempt: link.attempt,
        proven: false,
        lastSentAt: now,
        lastControlAt: now,
        nextSliceAt: now,
        flushed: false,
      },
    },
    now,
  );
  return { state: next.state, effects: [...lost, ...next.effects] };
}

/** Moves on with whatever the state allows: audio out, then the end of the stream. */
function advance(state: UpstreamState, now: number): Step {
  const { audio, link } = state;
  if (link.kind === "idle" && audio.finishing) {
    return audio.covered >= audio.head ? end(state) : dial(state, 0, now);
  }
  if (link.kind !== "live") return { state, effects: [] };
  const effects: UpstreamEffect[] = [];
  let { sent, lastSentAt, nextSliceAt, flushed } = link;
  if (sent < audio.earliest) {
    // A backlog outgrew the buffer. The socket's clock has no such hole, so it must begin anew behind it.
    return restart(state, audio.earliest, now);
  }
  const backlog = audio.head - sent;
  if (backlog > 0 && now >= nextSliceAt) {
    const paced = backlog > (pace.burstMs * audio.rate) / 1000;
    const slice = Math.round((pace.sliceMs * pace.speed * audio.rate) / 1000);
    const to = paced ? sent + slice : audio.head;
    effects.push({ kind: "send", from: sent, to });
    sent = to;
    lastSentAt = now;
    flushed = false;
    nextSliceAt = paced ? now + pace.sliceMs : now;
  }
  const live = { ...link, sent, lastSentAt, nextSliceAt, flushed };
  if (audio.finishing && sent >= audio.head) {
    const giveUpAt = now + timing.finishTimeoutMs;
    effects.push({ kind: "control", message: "closeStream" });
    return { state: { ...state, link: { kind: "closing", base: link.base, giveUpAt } }, effects };
  }
  return { state: { ...state, link: live }, effects };
}

function heard(state: UpstreamState, coveredTo: number | null, now: number): Step {
  const covered = Math.max(state.audio.covered, coveredTo ?? 0);
  const audio = { ...state.audio, covered };
  const link = state.link.kind === "live" ? { ...state.link, proven: true, attempt: 0 } : state.link;
  return advance({ ...state, audio, link }, now);
}

function closed(
  state: UpstreamState,
  event: { readonly meaning: CloseMeaning; readonly clean: boolean },
  now: number,
  random: number,
): Step {
  if (state.link.kind === "closing" && event.clean) return end(state);
  switch (event.meaning) {
    case "fatal":
      return fail(state, "provider_refused");
    case "idle":
      if (state.audio.finishing) return retry(state, now, random);
      return { state: { ...state, link: { kind: "idle" } }, effects: [] };
    case "retry":
      return retry(state, now, random);
    default:
      return event.meaning satisfies never;
  }
}

/** The first return after a healthy socket is immediate; from then on full jitter. */
function retry(state: UpstreamState, now: number, random: number): Step {
  const { link } = state;
  const healthy = link.kind === "closing" || (link.kind === "live" && link.proven);
  const attempt = healthy || !("attempt" in link) ? 0 : link.attempt + 1;
  const retryAt = healthy ? now : now + fullJitterMs(attempt - 1, random);
  const giveUpAt =
    link.kind === "closing" || link.kind === "waiting"
      ? link.giveUpAt
      : state.audio.finishing
        ? now + timing.finishTimeoutMs
        : null;
  if (retryAt <= now) return dial(state, attempt, now);
  return { state: { ...state, link: { kind: "waiting", attempt, retryAt, giveUpAt } }, effects: [] };
}

function restart(state: UpstreamState, at: number, now: number): Step {
  const gap: UpstreamEffect = { kind: "gap", from: state.audio.covered, to: at };
  const next = dial({ ...state, audio: { ...state.audio, covered: at } }, 0, now);
  return { state: next.state, effects: [{ kind: "abandon" }, gap, ...next.effects] };
}

function jumped(state: UpstreamState, to: number, now: number): Step {
  const moved = { ...state, audio: { ...state.audio, earliest: to, head: to } };
  return restart(moved, to, now);
}

function tick(state: UpstreamState, now: number, random: number): Step {
  const { link, audio } = state;
  switch (link.kind) {
    case "idle":
      return { state, effects: [] };
    case "connecting": {
      if (now < link.giveUpAt) return { state, effects: [] };
      const next = retry(state, now, random);
      return { state: next.state, effects: [{ kind: "abandon" }, ...next.effects] };
    }
    case "live": {
      if (audio.head > link.sent || audio.finishing) return advance(state, now);
      if (now < quietDeadline(link)) return { state, effects: [] };
      const message = link.flushed ? "keepAlive" : "finalize";
      return {
        state: { ...state, link: { ...link, flushed: true, lastControlAt: now } },
        effects: [{ kind: "control", message }],
      };
    }
    case "waiting":
      if (link.giveUpAt !== null && now >= link.giveUpAt) return giveUp(state);
      return now >= link.retryAt ? dial(state, link.attempt, now) : { state, effects: [] };
    case "closing":
      return now >= link.giveUpAt ? giveUp(state) : { state, effects: [] };
    case "ended":
    case "failed":
      return { state, effects: [] };
    default:
      return link satisfies never;
  }
}

/** When a live socket without new audio is to be told something: first to flush, from then on that we are alive. */
function quietDeadline(link: Extract<Link, { kind: "live" }>): number {
  return link.flushed
    ? Math.max(link.lastSentAt, link.lastControlAt) + timing.keepAliveMs
    : link.lastSentAt + flushAfterMs;
}

/** When `tick` has something to do next, epoch milliseconds; `null` when only an event can move this state. */
export function nextTickAt({ link, audio }: UpstreamState): number | null {
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
      return link.giveUpAt === null ? link.retryAt : Math.min(link.retryAt, link.giveUpAt);
    default:
      return link satisfies never;
  }
}

/** The last words did not come in time: said honestly instead of waiting for ever. */
function giveUp(state: UpstreamState): Step {
  return {
    state: { ...state, link: { kind: "ended" } },
    effects: [{ kind: "abandon" }, ...uncaptioned(state), { kind: "ended" }],
  };
}

function end(state: UpstreamState): Step {
  return { state: { ...state, link: { kind: "ended" } }, effects: [{ kind: "ended" }] };
}

function fail(state: UpstreamState, code: ErrorCode): Step {
  return {
    state: { ...state, link: { kind: "failed", code } },
    effects: [{ kind: "abandon" }, ...uncaptioned(state), { kind: "failed", code }],
  };
}

function uncaptioned({ audio: { covered, head } }: UpstreamState): UpstreamEffect[] {
  return covered < head ? [{ kind: "gap", from: covered, to: head }] : [];
}
