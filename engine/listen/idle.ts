/** When a client was last heard from, in milliseconds of a steady clock. */
export type IdleState = {
  openedMs: number;
  lastFrameMs: number;
  hasSentAudio: boolean;
  /** Since when the stream is at a standstill for good, or `null` while it is not. */
  stalledMs: number | null;
};

export type IdleVerdict = { code: 1011; reason: string };

/** Deepgram reference 3.6, NET-0001. */
const FRAME_TIMEOUT_MS = 10_000;
/** A socket that only ever gets KeepAlives dies too; about this long was reported (reference 3.6). */
const FIRST_AUDIO_TIMEOUT_MS = 30_000;
/** Reference 3.3, `Configure` with too many keyterms. */
const STALL_TIMEOUT_MS = 30_000;

/** Close reasons are prose with a short link on the wire (reference 3.6). */
export const NET_0001 =
  "Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/net0001";
export const NET_0000 =
  "Deepgram did not provide a response message within the timeout window. See https://dpgr.am/net0000";

/** Whether a socket has been silent too long at `nowMs`, and how it is then closed. */
export function judgeIdleness(state: IdleState, nowMs: number): IdleVerdict | null {
  if (nowMs - state.lastFrameMs >= FRAME_TIMEOUT_MS) return { code: 1011, reason: NET_0001 };
  const isStalled = state.stalledMs !== null && nowMs - state.stalledMs >= STALL_TIMEOUT_MS;
  const isUnused = !state.hasSentAudio && nowMs - state.openedMs >= FIRST_AUDIO_TIMEOUT_MS;
  return isStalled || isUnused ? { code: 1011, reason: NET_0000 } : null;
}
