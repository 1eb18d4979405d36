import type { ErrorCode } from "../../shared/errors.ts";
import type { Start } from "../../shared/protocol.ts";
import type { EndedBy, StoredSession } from "./store.ts";

/** What a publisher's `start` leads to. */
export type Admission =
  | { readonly kind: "refused"; readonly code: ErrorCode; readonly detail?: string }
  /** Its session had finished; only the word of it was lost on the way. */
  | { readonly kind: "finished" }
  /** Another publisher's session is to be ended first, for the reason given; then ask again. */
  | { readonly kind: "replace"; readonly by: "absence" | "takeover" }
  | { readonly kind: "resume"; readonly session: StoredSession }
  /** It stayed away longer than was waited for, and nobody came in between: its session goes on where it ended. */
  | { readonly kind: "reopen"; readonly session: StoredSession }
  /** A new session whose first sample is at `position`. */
  | { readonly kind: "begin"; readonly position: number };

/** The running session's lane: whether a publisher is attached, and whether the last words are being waited for. */
export type LaneState = { readonly attached: boolean; readonly finishing: EndedBy | null };

/**
 * Decides a `start`. At most one publisher at a time; a publisher goes on with its own session and with no other.
 *
 * @param session the room's latest, running or ended
 * @param lane `null` when no session runs
 * @param takeover whether this publisher may send another one away
 */
export function admit(
  start: Start,
  session: StoredSession | null,
  lane: LaneState | null,
  takeover: boolean,
): Admission {
  if (session !== null && isOwn(start, session)) {
    return isSameFormat(start, session) ? goOn(session, lane) : otherFormat;
  }
  if (lane?.attached === true && !takeover) return { kind: "refused", code: "publisher_present" };
  if (start.session !== undefined) return { kind: "refused", code: "session_ended" };
  if (lane === null) return { kind: "begin", position: start.position ?? 0 };
  if (lane.attached) return { kind: "replace", by: "takeover" };
  return lane.finishing === null ? { kind: "replace", by: "absence" } : lastWords;
}

function goOn(session: StoredSession, lane: LaneState | null): Admission {
  if (session.ended === null) {
    switch (lane?.finishing) {
      case "absence":
        return lastWords;
      case "takeover":
        return takenOver;
      default:
        return { kind: "resume", session };
    }
  }
  switch (session.ended.by) {
    case "finish":
      return { kind: "finished" };
    case "failure":
      return { kind: "refused", code: "session_ended" };
    case "absence":
      return { kind: "reopen", session: { ...session, ended: null } };
    case "takeover":
      return takenOver;
    default:
      return session.ended.by satisfies never;
  }
}

/**
 * By the session's id or, when the answer to the first start was lost, by the publisher's key alone. In either case the
 * key must be the one the session was begun with, because its id is known to every viewer.
 */
function isOwn(start: Start, session: StoredSession): boolean {
  if (session.key !== (start.key ?? null)) return false;
  return start.session === undefined ? session.key !== null : start.session === session.id;
}

function isSameFormat(start: Start, { format }: StoredSession): boolean {
  return (
    start.encoding === format.encoding &&
    start.sampleRate === format.sampleRate &&
    start.channels === format.channels
  );
}

const otherFormat: Admission = {
  kind: "refused",
  code: "bad_message",
  detail: "A session goes on in the audio format it was begun with.",
};
const lastWords: Admission = {
  kind: "refused",
  code: "draining",
  detail: "The last words of the session before are still on their way.",
};
const takenOver: Admission = {
  kind: "refused",
  code: "publisher_present",
  detail: "Another publisher has taken over.",
};
