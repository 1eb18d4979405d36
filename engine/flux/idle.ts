import { type IdleVerdict, NET_0001 } from "../listen/idle.ts";

/** Deepgram's staff speak of a minute, users of 20 to 30 s (reference 5.2). */
const LIFE_TIMEOUT_MS = 30_000;

/** How a socket is closed on which nothing has come since `lastLifeMs`, not even a protocol ping; `null` before. */
export function judgeFluxIdleness(lastLifeMs: number, nowMs: number): IdleVerdict | null {
  return nowMs - lastLifeMs >= LIFE_TIMEOUT_MS ? { code: 1011, reason: NET_0001 } : null;
}
