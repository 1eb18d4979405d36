import { timing } from "../../../shared/limits.ts";
import { type Live, samplesOf, type UpstreamEffect, type UpstreamState } from "./state.ts";

/** What a live socket is sent, as pure functions: audio at the provider's pace, and what keeps it open without any. */

/** Deepgram accepts at most 1.25 times real time; up to two seconds at once are no more than the jitter of a network. */
export const pace = { speed: 1.25, sliceMs: 100, burstMs: 2_000 } as const;
/** A socket that recognised something and held this long was healthy: its loss is met by a new one at once. */
export const healthyAfterMs = 5_000;
/** A provider that settles nothing for so long (noise, a speaker without a pause) is asked for a final. */
const unsettledMaxMs = 20_000;
/** Silent audio for a socket that only audio keeps open. */
const silenceMs = 500;
/** Audio frames further apart than this are no stream: what was unanswered before the pause need not be answered now. */
const flowMs = 2_000;

type Sent = readonly [Live, readonly UpstreamEffect[]];

/** A socket that was just opened and will be sent audio from `base` on. */
export function opening(base: number, audio: UpstreamState["audio"], now: number): Live {
  return {
    kind: "live",
    sent: base,
    isFed: false,
    openedAt: now,
    proven: false,
    lastSentAt: now,
    lastControlAt: now,
    credit: { samples: samplesOf(pace.burstMs, audio), at: now },
    nextSliceAt: now,
    flushed: false,
    unanswered: null,
  };
}

export function isUnsettled(
  { sent }: Live,
  audio: UpstreamState["audio"],
  maxMs: number = unsettledMaxMs,
): boolean {
  return sent - audio.covered > samplesOf(maxMs, audio);
}

/** Sends what waits, as far as the pace allows. */
export function send({ audio }: UpstreamState, link: Live, isQuiet: boolean, now: number): Sent {
  const credit = creditOf(link, audio, now);
  const sent = Math.min(audio.head, link.sent + credit);
  if (sent === link.sent) return [{ ...link, nextSliceAt: now + pace.sliceMs }, []];
  const effects: UpstreamEffect[] = [{ kind: "send", from: link.sent, to: sent }];
  const hasPaused = now - link.lastSentAt > flowMs;
  const { since, samples } = (hasPaused ? null : link.unanswered) ?? { since: now, samples: 0 };
  const live: Live = {
    ...link,
    sent,
    isFed: true,
    lastSentAt: now,
    credit: { samples: credit - (sent - link.sent), at: now },
    nextSliceAt: sent < audio.head ? now + pace.sliceMs : now,
    flushed: false,
    unanswered: { since, samples: samples + sent - link.sent },
  };
  // In a pause if there is one: a final that is forced inside of a word tears it.
  const maxMs = isQuiet ? unsettledMaxMs : 2 * unsettledMaxMs;
  const isDue = isUnsettled(live, audio, maxMs) && now - live.lastControlAt >= timing.keepAliveMs;
  if (!isDue) return [live, effects];
  return [{ ...live, lastControlAt: now }, [...effects, { kind: "control", message: "finalize" }]];
}

function creditOf({ credit }: Live, audio: UpstreamState["audio"], now: number): number {
  const grown = credit.samples + samplesOf((now - credit.at) * pace.speed, audio);
  return Math.min(samplesOf(pace.burstMs, audio), grown);
}

/**
 * No audio comes. If it paused where the speaker did, the last words are asked for; from then on the socket is kept
 * alive. If it broke off inside of a word (a publisher that lost its connection), the rest of that word is waited for:
 * neither a forced final nor silence may tear it, and a socket that does not survive this is opened again.
 */
export function pause({ audio, keptBy }: UpstreamState, link: Live, isQuiet: boolean, now: number): Sent {
  const live: Live = { ...link, flushed: true, lastControlAt: now };
  const isWhole = isQuiet || link.sent === audio.covered;
  const isOpen = link.sent > audio.covered;
  if (!link.flushed) return [live, isQuiet && isOpen ? [{ kind: "control", message: "finalize" }] : []];
  // Messages alone do not keep a socket that has recognised nothing yet.
  if (keptBy === "message" && link.proven) {
    return [live, [{ kind: "control", message: "keepAlive" }]];
  }
  if (!isWhole) return [live, []];
  const samples = Math.min(samplesOf(silenceMs, audio), creditOf(link, audio, now));
  const credit = { samples: creditOf(link, audio, now) - samples, at: now };
  if (samples <= 0) return [{ ...live, credit }, []];
  return [{ ...live, credit, isFed: true }, [{ kind: "silence", samples }]];
}

/** Audio is on its way, or was a moment ago: whoever calls that idle is not to be taken at its word. */
export function isFlowing(link: Live, audio: UpstreamState["audio"], now: number): boolean {
  const hasSent = link.unanswered !== null || link.proven;
  return audio.head > link.sent || (hasSent && now - link.lastSentAt < timing.keepAliveMs);
}

export function isHealthy(link: UpstreamState["link"], now: number): boolean {
  return link.kind === "live" && link.proven && now - link.openedAt >= healthyAfterMs;
}
