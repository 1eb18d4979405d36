import * as v from "valibot";
import { limits, timing } from "../../../shared/limits.ts";
import { reportsMax } from "../../../shared/quality-report.ts";
import { observerScopes, statsFormats } from "../../rooms/stats.ts";
import type { Access, Operation, Parameter } from "../operation.ts";
import { room } from "../parameters.ts";

const observers: Access = { kind: "token", scopes: observerScopes };

const session: Parameter = {
  name: "session",
  in: "path",
  description: "The session's id, as the list of reports tells it.",
  schema: v.pipe(v.string(), v.minLength(1)),
};

export const figures: readonly Operation[] = [
  {
    id: "getStats",
    method: "get",
    path: "/v1/rooms/{room}/stats",
    tag: "Figures",
    summary: "Read a room's figures",
    description:
      "Latency, audience, losses and alerts of the latest session. As JSON, or for Prometheus, which is asked for by `format` or by `accept: text/plain`.",
    access: observers,
    parameters: [
      room,
      { name: "format", in: "query", description: "Goes before `accept`.", schema: v.picklist(statsFormats) },
    ],
    answers: {
      200: {
        description: "The figures.",
        headers: ["cache-control"],
        content: {
          "application/json": { kind: "json", schema: "StatsAnswer" },
          "text/plain": { kind: "text", example: 'captionwire_viewers{tenant="acme",room="demo"} 12\n' },
        },
      },
    },
    errors: ["not_found", "bad_request"],
  },
  {
    id: "followStats",
    method: "get",
    path: "/v1/rooms/{room}/stats/events",
    tag: "Figures",
    summary: "Follow a room's figures as server-sent events",
    description: `\`event: stats\` at once and every ${timing.statsEveryMs / 1_000} seconds, \`event: alert\` when one begins or ends. \
${limits.roomObserversMax} readers of a room at most, ${limits.tokenObserversMax} of them with one token.`,
    access: observers,
    parameters: [room],
    answers: {
      200: {
        description: "Events, until you leave or the token ends.",
        headers: ["cache-control"],
        content: { "text/event-stream": { kind: "text" } },
      },
    },
    errors: ["not_found", "too_many_connections"],
    frames: { stats: "Stats", alert: "Alert", message: "ErrorFrame" },
  },
  {
    id: "listReports",
    method: "get",
    path: "/v1/rooms/{room}/reports",
    tag: "Figures",
    summary: "List a room's reports",
    description: `One of each session, the newest first; the latest ${reportsMax} are kept, for as long as the captions would be.`,
    access: observers,
    parameters: [room],
    answers: {
      200: {
        description: "The list.",
        headers: ["cache-control"],
        content: {
          "application/json": {
            kind: "json",
            schema: "ReportList",
            example: { reports: [{ session: "0mhz1c5x", startedAt: 1_763_675_000_000, endedAt: null }] },
          },
        },
      },
    },
    errors: ["not_found"],
  },
  {
    id: "getReport",
    method: "get",
    path: "/v1/rooms/{room}/reports/{session}",
    tag: "Figures",
    summary: "Read the report of a session",
    description: "Minute by minute: lateness, words, gaps, interruptions and alerts.",
    access: observers,
    parameters: [room, session],
    answers: {
      200: {
        description: "The report.",
        headers: ["cache-control"],
        content: { "application/json": { kind: "json", schema: "QualityReport" } },
      },
    },
    errors: ["not_found"],
  },
  {
    id: "getReportPage",
    method: "get",
    path: "/v1/rooms/{room}/reports/{session}.html",
    tag: "Figures",
    summary: "Read the report of a session as a page",
    description:
      "One file to read and to keep, without script. A browser that is led here by a link shows a single-use token with the scope `rooms:stats`.",
    access: { kind: "token", scopes: observerScopes, also: ["ticket"] },
    parameters: [
      room,
      session,
      {
        name: "tz",
        in: "query",
        description: "Time zone of the times of day. Default `UTC`.",
        schema: v.string(),
        example: "Europe/Zurich",
      },
    ],
    answers: {
      200: {
        description: "The page.",
        headers: ["cache-control", "content-disposition"],
        content: { "text/html": { kind: "text" } },
      },
      204: {
        description:
          "A program looks at a link with a ticket before its reader does: the ticket is not spent.",
      },
    },
    errors: ["not_found", "bad_request"],
  },
];
