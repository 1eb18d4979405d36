import type { ErrorCode } from "../../../shared/errors.ts";
import { limits, timing } from "../../../shared/limits.ts";
import { nextAttempt } from "./backoff.ts";
import type { CloseMeaning } from "./events.ts";
import {
  isLong,
  type Live,
  quietDeadline,
  type Range,
  reachOf,
  samplesOf,
  stallDeadline,
  type Trouble,
  type UpstreamEffect,
  type UpstreamEvent,
  type UpstreamState,
} from "./state.ts";

type Step = { readonly state: UpstreamState; readonly effects: readonly UpstreamEffect[] };

/** Deepgram accepts at most 1.25 times real time; up to two seconds at once are no more than the jitter of a network. */
const pace = { speed: 1.25, sliceMs: 100, burstMs: 2_000 } as const;
/** A socket that recognised something and held this long was healthy: its loss is met by a new one at once. */
const healthyAfterMs = 5_000;
/** Finals that follow each other more closely than this leave no hole: providers round their times. */
const holeToleranceMs = 50;
/** Shorter than any word: not worth a request when it is all that is left. */
const restToleranceMs = 250;
/** A provider that settles nothing for so long (noise, a speaker without a pause) is asked for a final. */
const unsettledMaxMs = 20_000;
/** A recogniser that begins in the middle needs so much audio before the first word it is to be trusted with. */
const contextMs = 1_000;
/** How long the provider may take to see a socket close. */
const leaveMs = 1_000;
/** Silent audio for a socket that only audio keeps open. */
const silenceMs = 500;
const skipEveryMs = 10_000;
/** Audio frames further apart than this are no stream: what was unanswered before the pause need not be answered now. */
const flowMs = 2_000;

/**
 * The life of a room's one speech-to-text socket, as a pure function: `step(state, event, now, random)` gives the next
 * state and the effects to run.
 *
 * Invariants: at most one socket is open or being opened; a socket begins where the captions end, or, when that is too
 * far back to catch up live, near the head, and what lies between is told as owed; what nobody can caption any more is
 * told as a gap. So nothing is said twice, and nothing is lost in silence.
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
      const next = { ...state, audio };
      return link.kind === "idle" && audio.head > audio.covered ? dial(next, now) : advance(next, now);
    }
    case "jump":
      return jump(state, event.to, now);
    case "finish":
      return finish(state, event.withinMs, now);
    case "opened":
      return opened(state, event.cut, now);
    case "left":
      return link.kind === "leaving" ? leftFor(link.next, state, now) : stay(state);
    case "refused":
      return event.fatal ? fail(state, "provider_refused") : retry(state, now, random, event.busy);
    case "heard":
      return heard(state, event, now);
    case "closed":
      return closed(state, event, now, random);
    case "tick":
      return tick(state, event.isQuiet, now, random);
    default:
      return event satisfies never;
  }
}

/** Whoever finishes twice means the earlier deadline. What is replayed before the end takes time of its own. */
function finish(state: UpstreamState, withinMs: number | null, now: number): Step {
  const { head, covered, rate } = state.audio;
  const replayMs = Math.min(((head - covered) * 1000) / rate, limits.replayMaxMs);
  const by = now + (withinMs ?? Math.ceil(replayMs / pace.speed) + timing.finishTimeoutMs);
  return advance({ ...state, finishBy: Math.min(by, state.finishBy ?? by) }, now);
}

function dial(state: UpstreamState, now: number): Step {
  const socket = state.socket + 1;
  return {
    state: { ...state, link: { kind: "connecting", giveUpAt: now + timing.dialTimeoutMs }, socket },
    effects: [{ kind: "dial", socket }],
  };
}

/** Only now is it known how long the hole has become: a short one is replayed, a long one is owed. */
function opened(state: UpstreamState, cut: number, now: number): Step {
  const { link, audio } = state;
  if (link.kind !== "connecting") return stay(state);
  const from = Math.max(audio.covered, audio.earliest);
  const isOwed = isLong(audio.head - from, audio);
  const captionsFrom = isOwed ? Math.min(Math.max(cut, from), audio.head) : from;
  const base = isOwed ? Math.max(from, captionsFrom - samplesOf(contextMs, audio)) : from;
  const live: Live = {
    kind: "live",
    sent: base,
    openedAt: now,
    proven: false,
    lastSentAt: now,
    lastControlAt: now,
    credit: { samples: samplesOf(pace.burstMs, audio), at: now },
    nextSliceAt: now,
    flushed: false,
    unanswered: null,
  };
  const next = advance({ ...state, audio: { ...audio, covered: captionsFrom }, link: live }, now);
  return after([...missing(state, audio.covered, captionsFrom), { kind: "began", base, captionsFrom }], next);
}

/** Moves on with whatever the state allows: audio out, then the end of the stream. */
function advance(state: UpstreamState, now: number): Step {
  const { audio, link } = state;
  const isFinishing = state.finishBy !== null;
  if (link.kind === "idle" && isFinishing) return audio.covered >= audio.head ? end(state) : dial(state, now);
  if (link.kind !== "live") return stay(state);
  if (link.sent < audio.earliest || (now >= state.skipNotBefore && isLong(audio.head - link.sent, audio))) {
    // It will not catch up. The next socket begins near the head, and what lies between is owed.
    return leave({ ...state, skipNotBefore: now + skipEveryMs }, "dial", now);
  }
  const [live, effects] =
    audio.head > link.sent && now >= link.nextSliceAt ? send(state, link, now) : [link, []];
  if (!isFinishing || live.sent < audio.head) return { state: { ...state, link: live }, effects };
  return {
    state: { ...state, link: { kind: "finishing", giveUpAt: now + timing.finishTimeoutMs } },
    effects: [...effects, { kind: "control", message: "closeStream" }],
  };
}

function leave(state: UpstreamState, next: "dial" | "end", now: number): Step {
  return {
    state: { ...state, link: { kind: "leaving", giveUpAt: now + leaveMs, next } },
    effects: [{ kind: "leave" }],
  };
}

function leftFor(next: "dial" | "end", state: UpstreamState, now: number): Step {
  return next === "dial" ? dial(state, now) : end(state);
}

function send({ audio }: UpstreamState, link: Live, now: number): [Live, UpstreamEffect[]] {
  const credit = creditOf(link, audio, now);
  const sent = Math.min(audio.head, link.sent + credit);
  if (sent === link.sent) return [{ ...link, nextSliceAt: now + pace.sliceMs }, []];
  const effects: UpstreamEffect[] = [{ kind: "send", from: link.sent, to: sent }];
  const hasPaused = now - link.lastSentAt > flowMs;
  const { since, samples } = (hasPaused ? null : link.unanswered) ?? { since: now, samples: 0 };
  const live: Live = {
    ...link,
    sent,
    lastSentAt: now,
    credit: { samples: credit - (sent - link.sent), at: now },
    nextSliceAt: sent < audio.head ? now + pace.sliceMs : now,
    flushed: false,
    unanswered: { since, samples: samples + sent - link.sent },
  };
  const isUnsettled =
    sent - audio.covered > samplesOf(unsettledMaxMs, audio) && now - live.lastControlAt >= timing.keepAliveMs;
  if (!isUnsettled) return [live, effects];
  return [{ ...live, lastControlAt: now }, [...effects, { kind: "control", message: "finalize" }]];
}

function creditOf({ credit }: Live, audio: UpstreamState["audio"], now: number): number {
  const grown = credit.samples + samplesOf((now - credit.at) * pace.speed, audio);
  return Math.min(samplesOf(pace.burstMs, audio), grown);
}

function heard(
  state: UpstreamState,
  { final, proves }: { readonly final: Range | null; readonly proves: boolean },
  now: number,
): Step {
  const { audio, trouble } = state;
  const link: UpstreamState["link"] =
    state.link.kind === "live"
      ? { ...state.link, proven: state.link.proven || proves, unanswered: null }
      : state.link;
  const next = { ...state, link, trouble: isHealthy(link, now) ? null : trouble };
  if (final === null) return advance(next, now);
  const covered = Math.max(audio.covered, Math.min(final.to, reachOf(state)));
  const isHole = Math.min(final.from, covered) > audio.covered + samplesOf(holeToleranceMs, audio);
  // A final that could not be read, or never came: its range is over, and its words are not here.
  const hole = isHole ? missing(state, audio.covered, Math.min(final.from, covered)) : [];
  return after(hole, advance({ ...next, audio: { ...audio, covered } }, now));
}

function closed(
  state: UpstreamState,
  event: { readonly meaning: CloseMeaning; readonly clean: boolean },
  now: number,
  random: number,
): Step {
  const { link, audio } = state;
  if (link.kind === "finishing" && (event.clean || audio.covered >= audio.head)) return end(state);
  switch (event.meaning) {
    case "fatal":
      return fail(state, "provider_refused");
    case "idle": {
      if (state.finishBy !== null || (link.kind === "live" && isFlowing(link, audio, now))) {
        return retry(state, now, random);
      }
      // It was there, and will be when there is audio again.
      const trouble = link.kind === "live" && now - link.openedAt >= healthyAfterMs ? null : state.trouble;
      return stay({ ...state, trouble, link: { kind: "idle" } });
    }
    case "retry":
      return retry(state, now, random);
    default:
      return event.meaning satisfies never;
  }
}

/** Audio is on its way, or was a moment ago: whoever calls that idle is not to be taken at its word. */
function isFlowing(link: Live, audio: UpstreamState["audio"], now: number): boolean {
  const hasSent = link.unanswered !== null || link.proven;
  return audio.head > link.sent || (hasSent && now - link.lastSentAt < timing.keepAliveMs);
}

/** The first return after a healthy socket is immediate; from then on full jitter, and in the end only probes. */
function retry(state: UpstreamState, now: number, random: number, isBusy = false): Step {
  if (isHealthy(state.link, now))
    return dial({ ...state, trouble: { since: now, failures: 0, setbacks: 0 } }, now);
  const trouble = troubleOf(state, isBusy || state.link.kind === "live", now);
  const attempt = nextAttempt(trouble, now, random);
  const link: UpstreamState["link"] = attempt.isProbe
    ? { kind: "tripped", probeAt: attempt.at }
    : { kind: "recovering", retryAt: attempt.at };
  return stay({ ...state, trouble, link });
}

function troubleOf({ trouble }: UpstreamState, isSetback: boolean, now: number): Trouble {
  const { since, failures, setbacks } = trouble ?? { since: now, failures: 0, setbacks: 0 };
  return { since, failures: failures + 1, setbacks: setbacks + (isSetback ? 1 : 0) };
}

function isHealthy(link: UpstreamState["link"], now: number): boolean {
  return link.kind === "live" && link.proven && now - link.openedAt >= healthyAfterMs;
}

/** What is still uncaptioned before the jump is owed, since its audio is about to be dropped; then a new beginning. */
function jump(state: UpstreamState, to: number, now: number): Step {
  const { audio } = state;
  const effects: UpstreamEffect[] = [
    ...missing(state, audio.covered, audio.head),
    ...range("gap", Math.max(audio.covered, audio.head), to),
  ];
  const covered = Math.max(audio.covered, to);
  const next = { ...state, audio: { ...audio, covered, earliest: to, head: to } };
  switch (state.link.kind) {
    case "live":
    case "finishing":
      return after(effects, leave(next, "dial", now));
    case "idle":
      return after(effects, dial(next, now));
    // Where nothing has been sent yet, nothing has to be taken back.
    default:
      return after(effects, stay(next));
  }
}

function tick(state: UpstreamState, isQuiet: boolean, now: number, random: number): Step {
  const { link, audio } = state;
  if (state.finishBy !== null && now >= state.finishBy) return giveUp(state, now);
  switch (link.kind) {
    case "connecting":
      return now < link.giveUpAt ? stay(state) : after([{ kind: "abandon" }], retry(state, now, random));
    case "live": {
      const stallAt = stallDeadline(link, audio);
      if (stallAt !== null && now >= stallAt)
        return leave({ ...state, trouble: troubleOf(state, false, now) }, "dial", now);
      if (audio.head > link.sent) return advance(state, now);
      return now < quietDeadline(link) ? stay(state) : pause(state, link, isQuiet, now);
    }
    case "leaving":
      return now < link.giveUpAt ? stay(state) : after([{ kind: "abandon" }], leftFor(link.next, state, now));
    case "recovering":
      return now < link.retryAt ? stay(state) : dial(state, now);
    case "tripped":
      return now < link.probeAt ? stay(state) : dial(state, now);
    case "finishing":
      return now < link.giveUpAt ? stay(state) : giveUp(state, now);
    case "idle":
    case "ended":
    case "failed":
      return stay(state);
    default:
      return link satisfies never;
  }
}

/**
 * No audio comes. If it paused where the speaker did, the last words are asked for; from then on the socket is kept
 * alive. If it broke off inside of a word (a publisher that lost its connection), the rest of that word is waited for:
 * neither a forced final nor silence may tear it, and a socket that does not survive this is opened again.
 */
function pause(state: UpstreamState, link: Live, isQuiet: boolean, now: number): Step {
  const { audio, keptBy } = state;
  const live: Live = { ...link, flushed: true, lastControlAt: now };
  const isWhole = isQuiet || link.sent === audio.covered;
  const isOpen = link.sent > audio.covered;
  if (!link.flushed)
    return tell(state, live, isQuiet && isOpen ? [{ kind: "control", message: "finalize" }] : []);
  // Messages alone do not keep a socket that has recognised nothing yet.
  if (keptBy === "message" && link.proven) {
    return tell(state, live, [{ kind: "control", message: "keepAlive" }]);
  }
  if (!isWhole) return tell(state, live, []);
  const samples = Math.min(samplesOf(silenceMs, audio), creditOf(link, audio, now));
  const credit = { samples: creditOf(link, audio, now) - samples, at: now };
  return tell(state, { ...live, credit }, samples > 0 ? [{ kind: "silence", samples }] : []);
}

function tell(state: UpstreamState, link: Live, effects: readonly UpstreamEffect[]): Step {
  return { state: { ...state, link }, effects };
}

/** The last words did not come in time: they are owed, and the session need not wait for ever. */
function giveUp(state: UpstreamState, now: number): Step {
  const { kind } = state.link;
  if (kind === "leaving") return stay({ ...state, link: { ...state.link, next: "end" }, finishBy: null });
  if (kind === "live" || kind === "finishing") return leave({ ...state, finishBy: null }, "end", now);
  return after([{ kind: "abandon" }], end(state));
}

function end(state: UpstreamState): Step {
  const { audio } = state;
  const isWorthIt = audio.head - audio.covered > samplesOf(restToleranceMs, audio);
  const effects: UpstreamEffect[] = isWorthIt ? missing(state, audio.covered, audio.head) : [];
  return { state: { ...state, link: { kind: "ended" } }, effects: [...effects, { kind: "ended" }] };
}

function fail(state: UpstreamState, code: ErrorCode): Step {
  const { covered, head } = state.audio;
  return {
    state: { ...state, link: { kind: "failed", code } },
    effects: [{ kind: "abandon" }, ...range("gap", covered, head), { kind: "failed", code }],
  };
}

/** A range this socket will not caption: a gap as far as its audio is gone, owed as far as the room holds it. */
function missing({ audio }: UpstreamState, from: number, to: number): UpstreamEffect[] {
  const heldFrom = Math.min(to, Math.max(from, audio.earliest));
  return [...range("gap", from, heldFrom), ...range("owe", heldFrom, to)];
}

function range(kind: "gap" | "owe", from: number, to: number): UpstreamEffect[] {
  return from < to ? [{ kind, from, to }] : [];
}

function stay(state: UpstreamState): Step {
  return { state, effects: [] };
}

function after(effects: readonly UpstreamEffect[], next: Step): Step {
  return { state: next.state, effects: [...effects, ...next.effects] };
}
