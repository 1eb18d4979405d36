import type { Words } from "../../client/element/words.ts";
import type { Link } from "../../client/index.ts";
import { counted } from "../../shared/counted.ts";
import type { RoomStats } from "../../shared/stats.ts";
import { closedInWords, noToken, roomInWords } from "../../shared/words.ts";
import { alertInWords, runningOf } from "./alert-words.ts";
import { lasting, timeOf } from "./figures.ts";

/** What this page knows just now. */
export type Known = {
  readonly link: Link;
  /** Since the link is so, milliseconds. */
  readonly linkAgeMs: number;
  /** The room's figures as they were told last; `null` before the first time. */
  readonly stats: RoomStats | null;
  /** Since they were told, milliseconds. */
  readonly ageMs: number;
  /** Nobody has used this room so far. */
  readonly isUnused: boolean;
};

/** Figures come every two seconds; older than this they are old. */
const oldMs = 6_000;

const lacksScope =
  "This link may not see the room's figures: its token needs the scope rooms:stats. Ask for another link.";

/**
 * Whether all is well, in one line. A link that is replaced at once, as it is whenever its token ends, is nobody's business:
 * what counts is how old the figures are.
 */
export function verdictOf({ link, linkAgeMs, stats, ageMs, isUnused }: Known): Words {
  const isFresh = stats !== null && ageMs <= oldMs;
  if (link.state === "closed" || (link.state !== "open" && !isFresh))
    return linkInWords(link, linkAgeMs, stats !== null, isUnused);
  if (stats === null) return { announced: "Connecting", tone: "calm" };
  if (!isFresh) return { announced: "No figures come: how things are now is not known.", tone: "trouble" };
  return roomVerdict(stats);
}

function roomVerdict(stats: RoomStats): Words {
  const running = runningOf(stats.alerts);
  const [first] = running;
  if (first !== undefined) {
    const { title } = alertInWords(first);
    const more = running.length - 1;
    return {
      announced: more === 0 ? `${title}.` : `${title}, and ${counted(more, "other alert")}.`,
      tone: "trouble",
    };
  }
  const state = roomInWords({ state: stats.state, since: 0 });
  return stats.state === "live" ? { announced: "Live. All is well.", tone: "live" } : state;
}

/** @param wasOpen there were figures before */
function linkInWords(
  link: Exclude<Link, { state: "open" }>,
  linkAgeMs: number,
  wasOpen: boolean,
  isUnused: boolean,
): Words {
  switch (link.state) {
    case "closed":
      return { announced: refusedInWords(link.code, link.message), tone: "trouble" };
    case "connecting":
    case "waiting":
      // It is asked again and again, which is nobody's trouble.
      if (isUnused)
        return { announced: "Nobody has used this room yet. This page waits for the first.", tone: "calm" };
      if (link.state === "waiting")
        return {
          announced: wasOpen ? "Connection lost, trying again" : "No connection, trying again",
          tone: "trouble",
          retryInMs: Math.max(0, link.retryInMs - linkAgeMs),
        };
      return wasOpen
        ? { announced: "Connection lost, trying again", tone: "trouble" }
        : { announced: "Connecting", tone: "calm" };
  }
}

function refusedInWords(code: string, message: string): string {
  switch (code) {
    case "scope_missing":
      return lacksScope;
    case "unauthenticated":
      return `${noToken} It needs the scope rooms:stats.`;
    default:
      return closedInWords(code, message);
  }
}

/** How old what is shown is, where that is worth saying. */
export function ageInWords({ link, stats, ageMs }: Known): string | null {
  if (stats === null || (link.state !== "closed" && ageMs <= oldMs)) return null;
  return `What is shown is old: last heard ${lasting(Math.floor(ageMs / 1000) * 1000)} ago.`;
}

/** When the session began, and how long it lasts or lasted. @param nowMs on the room's clock */
export function sessionInWords({ session }: RoomStats, nowMs: number): string {
  if (session === null) return "There has been no session in this room yet.";
  const { startedAt, endedAt } = session;
  if (endedAt === null) return `On air since ${timeOf(startedAt)}, for ${lasting(nowMs - startedAt)}.`;
  return `Off air. The last session began at ${timeOf(startedAt)} and lasted ${lasting(endedAt - startedAt)}.`;
}
