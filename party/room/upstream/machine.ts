import type { ErrorCode } from "../../../shared/errors.ts";
import { limits, timing } from "../../../shared/limits.ts";
import { nextAttempt } from "./backoff.ts";
import type { CloseMeaning } from "./events.ts";
import { contextMs } from "./heard.ts";
import { healthyAfterMs, isFlowing, isHealthy, opening, pace, pause, send } from "./live.ts";
import {
  isLong,
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

/** Finals that follow each other more closely than this leave no hole: providers round their times. */
const holeToleranceMs = 50;
/** Shorter than any word: not worth a request when it is all that is left. */
const restToleranceMs = 250;
/** How long the provider may take to see a socket close. */
const leaveMs = 1_000;
const skipEveryMs = 10_000;

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
      return link.kind === "idle" && audio.head > audio.covered
        ? dial(next, now)
        : advance(next, now, event.isQuiet);
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
  const next = advance(
    { ...state, audio: { ...audio, covered: captionsFrom }, link: opening(base, audio, now) },
    now,
  );
  return after([...missing(state, audio.covered, captionsFrom), { kind: "began", base, captionsFrom }], next);
}

/** Moves on with whatever the state allows: audio out, then the end of the stream. */
function advance(state: UpstreamState, now: number, isQuiet = false): Step {
  const { audio, link } = state;
  const isFinishing = state.finishBy !== null;
  if (link.kind === "idle" && isFinishing) return audio.covered >= audio.head ? end(state) : dial(state, now);
  if (link.kind !== "live") return stay(state);
  if (link.sent < audio.earliest || (now >= state.skipNotBefore && isLong(audio.head - link.sent, audio))) {
    // It will not catch up. The next socket begins near the head, and what lies between is owed.
    return leave({ ...state, skipNotBefore: now + skipEveryMs }, "dial", now);
  }
  const [live, effects] =
    audio.head > link.sent && now >= link.nextSliceAt ? send(state, link, isQuiet, now) : [link, []];
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

/** What is still uncaptioned before the jump is owed, since its audio is about to be dropped; then a new beginning. */
function jump(state: UpstreamState, to: number, now: number): Step {
  const { audio } = state;
  const effects: UpstreamEffect[] = [
    ...missing(state, audio.covered, audio.head),
    ...range("gap", Math.max(audio.covered, audio.head), to),
  ];
  const covered = Math.max(audio.covered, to);
  const next = { ...state, audio: { ...audio, covered, earliest: to, head: to } };
  const { link } = state;
  switch (link.kind) {
    case "live":
      if (link.isFed) return after(effects, leave(next, "dial", now));
      // Its clock has not begun: it begins where another one would.
      effects.push({ kind: "began", base: covered, captionsFrom: covered });
      return after(effects, stay({ ...next, link: { ...link, sent: covered } }));
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
      if (now < quietDeadline(link)) return stay(state);
      const [live, effects] = pause(state, link, isQuiet, now);
      return { state: { ...state, link: live }, effects };
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
