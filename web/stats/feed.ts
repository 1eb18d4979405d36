import { createConnection } from "../../client/connection.ts";
import { bearerHeader, type Dialer } from "../../client/dialer.ts";
import { openEventStream } from "../../client/event-stream.ts";
import { parseFrame } from "../../client/frames.ts";
import type { Link, TokenSource } from "../../client/index.ts";
import { systemPorts } from "../../client/system-ports.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import { timing } from "../../shared/limits.ts";
import { ErrorFrameSchema } from "../../shared/protocol.ts";
import { type RoomStats, RoomStatsSchema } from "../../shared/stats.ts";
import { pollAsEvents } from "./polling.ts";

export type FeedOptions = {
  readonly room: string;
  readonly token: TokenSource;
  handleStats(stats: RoomStats): void;
  handleLink(link: Link): void;
  /** Nobody has used this room so far; it is asked again until somebody does. */
  handleUnused(): void;
};

/** The service tells figures every two seconds: after so long without any the link is looked at, and soon given up. */
const quietMs = 5_000;
const maxRetryMs = 10_000;
/** So many streams on which nothing came are no accident any more. */
const unansweredMax = 2;

const tooMany: ErrorCode = "too_many_connections";

/** Follows a room's figures for as long as the page is open, or until the service says that coming back cannot help. */
export function followStats({ room, token, handleStats, handleLink, handleUnused }: FeedOptions): void {
  const connection = createConnection({
    ports: systemPorts,
    token,
    dialer: statsDialer(`/v1/rooms/${room}/stats`),
    backoff: { windowMs: timing.retryWindowMs, maxMs: maxRetryMs },
    handleOpen() {},
    handleText(text) {
      const stats = parseFrame(RoomStatsSchema, text);
      if (stats !== null) {
        connection.settle({ heartbeatMs: quietMs });
        handleStats(stats);
        return;
      }
      // Anything else is an alert, which stands in the next figures too.
      const error = parseFrame(ErrorFrameSchema, text);
      if (error === null) return;
      if (error.code === "not_found") handleUnused();
      connection.drop({ kind: "error", code: error.code, message: error.message, retry: error.retry });
    },
    handleLink,
  });
}

/** Streams of events, and single requests where something on the way holds the streams back. */
function statsDialer(path: string): Dialer {
  let way: "streamed" | "polled" = "streamed";
  let unanswered = 0;
  return {
    transport: "events",
    dial(bearer) {
      const headers = bearerHeader(bearer);
      return way === "streamed"
        ? systemPorts.openEvents(`${path}/events`, headers)
        : openEventStream((init) => pollAsEvents(path, init), headers);
    },
    ended(ending, hadFrame) {
      // All places of readers are taken: single answers need none.
      if (way === "streamed" && ending.kind === "error" && ending.code === tooMany) {
        way = "polled";
        unanswered = 0;
        return;
      }
      // A refusal is an answer: it says that the way is free.
      if (hadFrame || ending.kind === "error") {
        unanswered = 0;
        return;
      }
      unanswered += 1;
      if (unanswered < unansweredMax) return;
      unanswered = 0;
      way = way === "streamed" ? "polled" : "streamed";
    },
  };
}
