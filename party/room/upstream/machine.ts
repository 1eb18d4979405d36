import type { ErrorCode } from "../../../shared/errors.ts";
import { timing } from "../../../shared/limits.ts";
import { fullJitterMs } from "./backoff.ts";
import type { CloseMeaning } from "./events.ts";
import {
  type AfterClosing,
  type Live,
  quietDeadline,
  type UpstreamEffect,
  type UpstreamEvent,
  type UpstreamState,
} from "./state.ts";

type Step = { readonly state: UpstreamState; readonly effects: readonly UpstreamEffect[] };

/** Deepgram accepts at most 1.25 times real time; a backlog below a second is not worth pacing. */
const pace = { speed: 1.25, sliceMs: 100, burstMs: 1_000 } as const;
/** A socket that recognised something and held this long was healthy: its loss is met by a new one at once. */
const healthyAfterMs = 5_000;
/** How long the words before a jump are waited for. */
const drainMs = 3_000;
/** Finals that follow each other more closely than this leave no hole: providers round their times. */
const holeToleranceMs = 50;

/**
 * The life of a room's one speech-to-text socket, as a pure function: `step(state, event, now, random)` gives the next
 * state and the effects to run. Positions are samples per channel since the session began.
 *
 * Invariants: at most one socket is open or being opened; every socket begins at the first sample that no final has
 * covered; what no final will cover is told as a gap. So nothing is said twice, and nothing is lost in silence.
 */
export function step(state: UpstreamState, event: UpstreamEvent, now: number, random: number): Step {
  const { link } = state;
  if (link.kind === "ended" || link.kind === "failed") return stay(state);
  if ("socket" in event && event.socket !== state.socket) return stay(state);
  switch (event.kind) {
    case "start":
      return link.kind === "idle" ? dial(state, now) : stay(state);
    case "audio": {
      const audio = { ...state.audio, earliest: event.earliest, head: event.head };
      return link.kind === "idle" ? dial({ ...state, audio }, now) : advance({ ...state, audio }, now);
    }
    case "jump":
      return jump(state, event.to, now);
    case "finish":
      return state.finishBy === null ? advance(finishing(state, now), now) : stay(state);
    case "abort":
      return giveUp(state);
    case "opened":
      return opened(state, now);
    case "refused":
      return event.fatal ? fail(state, "provider_refused") : retry(state, now, random);
    case "heard":
      return heard(state, event.final, now);
    case "closed":
      return closed(state, event, now, random);
    case "tick":
      return tick(state, now, random);
    default:
      return event satisfies never;
  }
}

/** The deadline leaves time to send once more, at the provider's pace, all that has no final yet. */
function finishing(state: UpstreamState, now: number): UpstreamState {
  const { head, covered, rate } = state.audio;
  const sendingMs = Math.ceil(((head - covered) * 1000) / rate / pace.speed);
  return { ...state, finishBy: now + sendingMs + timing.finishTimeoutMs };
}

function dial(state: UpstreamState, now: number): Step {
  const base = Math.max(state.audio.covered, state.audio.earliest);
  const socket = state.socket + 1;
  return {
    state: {
      ...state,
      audio: { ...state.audio, covered: base },
      link: { kind: "connecting", base, giveUpAt: now + timing.connectTimeoutMs },
      socket,
    },
    effects: [...gap(state.audio.covered, base), { kind: "dial", socket }],
  };
}

function opened(state: UpstreamState, now: number): Step {
  const { link, audio } = state;
  if (link.kind !== "connecting") return stay(state);
  // Audio may have fallen out of the buffer while the socket was being opened.
  const base = Math.max(link.base, audio.earliest);
  const live: Live = {
    kind: "live",
    base,
    sent: base,
    openedAt: now,
    proven: false,
    lastSentAt: now,
    lastControlAt: now,
    nextSliceAt: now,
    flushed: false,
  };
  const covered = Math.max(audio.covered, base);
  return after(gap(link.base, base), advance({ ...state, audio: { ...audio, covered }, link: live }, now));
}

/** Moves on with whatever the state allows: audio out, then the end of the stream. */
function advance(state: UpstreamState, now: number): Step {
  const { audio, link } = state;
  const isFinishing = state.finishBy !== null;
  if (link.kind === "idle" && isFinishing) return audio.covered >= audio.head ? end(state) : dial(state, now);
  if (link.kind !== "live") return stay(state);
  // A backlog outgrew the buffer. The socket's clock has no such hole, so it must begin anew behind it.
  if (link.sent < audio.earliest) return after([{ kind: "abandon" }], dial(state, now));
  const effects: UpstreamEffect[] = [];
  let live = link;
  if (audio.head > link.sent && now >= link.nextSliceAt) {
    const isPaced = audio.head - link.sent > (pace.burstMs * audio.rate) / 1000;
    const sliceSamples = Math.round((pace.sliceMs * pace.speed * audio.rate) / 1000);
    const sent = isPaced ? link.sent + sliceSamples : audio.head;
    effects.push({ kind: "send", from: link.sent, to: sent });
    live = {
      ...link,
      sent,
      lastSentAt: now,
      nextSliceAt: isPaced ? now + pace.sliceMs : now,
      flushed: false,
    };
  }
  if (isFinishing && live.sent >= audio.head) {
    return after(effects, close(state, live, { kind: "end" }, now + timing.finishTimeoutMs));
  }
  return { state: { ...state, link: live }, effects };
}

function close(state: UpstreamState, { base }: Live, next: AfterClosing, giveUpAt: number): Step {
  return {
    state: { ...state, link: { kind: "closing", base, giveUpAt, next } },
    effects: [{ kind: "control", message: "closeStream" }],
  };
}

function heard(
  state: UpstreamState,
  final: { readonly from: number; readonly to: number } | null,
  now: number,
): Step {
  const { audio } = state;
  const link = state.link.kind === "live" ? { ...state.link, proven: true } : state.link;
  if (final === null) return advance({ ...state, link }, now);
  const isHole = final.from > audio.covered + (holeToleranceMs * audio.rate) / 1000;
  const covered = Math.max(audio.covered, final.to);
  const next = advance({ ...state, audio: { ...audio, covered }, link }, now);
  // A final that could not be read, or never came: its range is over, and its words are not here.
  return isHole ? after(gap(audio.covered, final.from), next) : next;
}

function closed(
  state: UpstreamState,
  event: { readonly meaning: CloseMeaning; readonly clean: boolean },
  now: number,
  random: number,
): Step {
  const { link, audio } = state;
  if (link.kind === "closing") {
    if (link.next.kind === "goOnAt") return goOnAt(state, link.next.position, now);
    if (event.clean || audio.covered >= audio.head) return end(state);
  }
  switch (event.meaning) {
    case "fatal":
      return fail(state, "provider_refused");
    case "idle":
      return state.finishBy === null ? stay({ ...state, link: { kind: "idle" } }) : retry(state, now, random);
    case "retry":
      return retry(state, now, random);
    default:
      return event.meaning satisfies never;
  }
}

/** The first return after a healthy socket is immediate; from then on full jitter. */
function retry(state: UpstreamState, now: number, random: number): Step {
  const { link } = state;
  const isHealthy = link.kind === "live" && link.proven && now - link.openedAt >= healthyAfterMs;
  if (isHealthy) return dial({ ...state, attempt: 0 }, now);
  const attempt = state.attempt + 1;
  const retryAt = now + fullJitterMs(attempt - 1, random);
  return stay({ ...state, attempt, link: { kind: "waiting", retryAt } });
}

/** The words before the jump are still asked for; the new audio waits for its own socket, whose clock begins there. */
function jump(state: UpstreamState, to: number, now: number): Step {
  const { link, audio } = state;
  const jumped = { ...state, audio: { ...audio, earliest: to, head: to } };
  if (link.kind !== "live") return after([{ kind: "abandon" }], goOnAt(jumped, to, now));
  const rest: UpstreamEffect[] =
    audio.head > link.sent ? [{ kind: "send", from: link.sent, to: audio.head }] : [];
  return after(rest, close(jumped, link, { kind: "goOnAt", position: to }, now + drainMs));
}

function goOnAt(state: UpstreamState, position: number, now: number): Step {
  const { audio } = state;
  const next = dial({ ...state, audio: { ...audio, covered: Math.max(audio.covered, position) } }, now);
  return after(gap(audio.covered, position), next);
}

function tick(state: UpstreamState, now: number, random: number): Step {
  const { link, audio } = state;
  if (state.finishBy !== null && now >= state.finishBy) return giveUp(state);
  switch (link.kind) {
    case "connecting":
      return now < link.giveUpAt ? stay(state) : after([{ kind: "abandon" }], retry(state, now, random));
    case "live": {
      if (audio.head > link.sent || state.finishBy !== null) return advance(state, now);
      if (now < quietDeadline(link)) return stay(state);
      const message = link.flushed ? "keepAlive" : "finalize";
      return {
        state: { ...state, link: { ...link, flushed: true, lastControlAt: now } },
        effects: [{ kind: "control", message }],
      };
    }
    case "waiting":
      return now < link.retryAt ? stay(state) : dial(state, now);
    case "closing":
      if (now < link.giveUpAt) return stay(state);
      if (link.next.kind === "end") return giveUp(state);
      return after([{ kind: "abandon" }], goOnAt(state, link.next.position, now));
    case "idle":
    case "ended":
    case "failed":
      return stay(state);
    default:
      return link satisfies never;
  }
}

/** The last words did not come in time: said honestly instead of waiting for ever. */
function giveUp(state: UpstreamState): Step {
  const { covered, head } = state.audio;
  return after([{ kind: "abandon" }, ...gap(covered, head)], end(state));
}

function end(state: UpstreamState): Step {
  return { state: { ...state, link: { kind: "ended" } }, effects: [{ kind: "ended" }] };
}

function fail(state: UpstreamState, code: ErrorCode): Step {
  const { covered, head } = state.audio;
  return {
    state: { ...state, link: { kind: "failed", code } },
    effects: [{ kind: "abandon" }, ...gap(covered, head), { kind: "failed", code }],
  };
}

function gap(from: number, to: number): UpstreamEffect[] {
  return from < to ? [{ kind: "gap", from, to }] : [];
}

function stay(state: UpstreamState): Step {
  return { state, effects: [] };
}

function after(effects: readonly UpstreamEffect[], next: Step): Step {
  return { state: next.state, effects: [...effects, ...next.effects] };
}
