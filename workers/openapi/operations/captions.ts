import * as v from "valibot";
import { limits } from "../../../shared/limits.ts";
import type { DeltaFrame, SnapshotFrame } from "../../../shared/protocol.ts";
import type { Access, Answer, Content, Operation } from "../operation.ts";
import { count, ifNoneMatch, room, tenant } from "../parameters.ts";

const readers: Access = { kind: "token", scopes: ["captions:view"], publicRooms: true };
const PositionText = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}\.\d{1,15}$/));

const held: Answer = {
  description: "What you hold is still good.",
  headers: ["etag", "cache-control"],
};

function file(id: string, extension: string, what: string, type: string, content: Content): Operation {
  return {
    id,
    method: "get",
    path: `/v1/rooms/{room}/captions.${extension}`,
    tag: "Captions",
    summary: `Take the captions away as ${what}`,
    description: `The whole transcript as ${what}. The \`etag\` is its position.`,
    access: readers,
    parameters: [room, tenant, ifNoneMatch],
    answers: {
      200: {
        description: "The file.",
        headers: ["etag", "cache-control", "content-disposition"],
        content: { [type]: content },
      },
      304: held,
    },
    errors: ["not_found"],
  };
}

const segment = {
  id: "5f1c-3",
  session: "0mhz1c5x",
  start: 2_400,
  end: 4_750,
  text: "The ferry sails as long as it can.",
  at: 1_763_675_004_900,
  version: 12,
  kind: "speech",
} as const;

/** What each frame tells besides what was said. */
const present = {
  epoch: "k3v9Q0aZ",
  interim: null,
  status: { state: "live", since: 1_763_675_002_500 } as const,
  session: { id: segment.session, startedAt: 1_763_675_000_000 },
};

export const captions: readonly Operation[] = [
  {
    id: "getCaptions",
    method: "get",
    path: "/v1/rooms/{room}/captions",
    tag: "Captions",
    summary: "Read captions, since a position or before a caption",
    description: `With \`since\`, what changed since then, each caption once (\`delta\`). Without it, and for a position that is unknown or too \
old, the newest part (\`snapshot\`). The next \`since\` is \`epoch.version\` of a snapshot, \`epoch.to\` of a delta.

With \`before\`, the captions before that one, to page back in.`,
    access: readers,
    parameters: [
      room,
      tenant,
      {
        name: "since",
        in: "query",
        description: "A position: `epoch.version`. Not with `before`.",
        schema: PositionText,
      },
      {
        name: "before",
        in: "query",
        description: "The id of a caption.",
        schema: v.pipe(v.string(), v.minLength(1)),
      },
      {
        name: "limit",
        in: "query",
        description: `Captions before it. Default ${limits.snapshotMaxSegments}; only with \`before\`.`,
        schema: count(limits.snapshotMaxSegments),
      },
      ifNoneMatch,
    ],
    answers: {
      200: {
        description: "A snapshot, a delta, or with `before` a part.",
        headers: ["etag", "cache-control"],
        content: {
          "application/json": {
            kind: "json",
            schema: ["Snapshot", "Delta", "EarlierPart"],
            examples: {
              snapshot: {
                type: "snapshot",
                ...present,
                version: 12,
                segments: [segment],
                hasEarlier: false,
                reason: "new",
              } satisfies SnapshotFrame,
              delta: {
                type: "delta",
                ...present,
                from: 11,
                to: 12,
                put: [segment],
                removed: [],
              } satisfies DeltaFrame,
              before: { segments: [segment], hasEarlier: false },
            },
          },
        },
      },
      304: held,
    },
    errors: ["not_found", "bad_request"],
  },
  file("exportVtt", "vtt", "WebVTT", "text/vtt", {
    kind: "text",
    example: "WEBVTT\n\n00:00:02.400 --> 00:00:04.750\nThe ferry sails as long as it can.\n",
  }),
  file("exportSrt", "srt", "SubRip", "application/x-subrip", {
    kind: "text",
    example: "1\n00:00:02,400 --> 00:00:04,750\nThe ferry sails as long as it can.\n",
  }),
  file("exportText", "txt", "plain text", "text/plain", { kind: "text" }),
  file("exportJson", "json", "JSON", "application/json", { kind: "json", schema: "TranscriptFile" }),
  {
    id: "correctCaption",
    method: "patch",
    path: "/v1/rooms/{room}/captions/{id}",
    tag: "Captions",
    summary: "Correct a caption",
    description:
      "An operator's last word: a new version, marked `edited`, seen by all at once and never recognised over. Start and end stay; words lose their own times.",
    access: { kind: "token", scopes: ["captions:edit"] },
    parameters: [
      room,
      {
        name: "id",
        in: "path",
        description: "The caption's id.",
        schema: v.pipe(v.string(), v.minLength(1)),
      },
    ],
    body: {
      json: "Correction",
      examples: { words: { text: "The ferry sails as long as it can." }, removal: { text: "" } },
    },
    answers: {
      200: {
        description: "The caption as it is now.",
        headers: ["cache-control"],
        content: {
          "application/json": { kind: "json", schema: "Segment", example: { ...segment, edited: true } },
        },
      },
      204: { description: "It was removed." },
    },
    errors: ["not_found"],
  },
  {
    id: "followCaptions",
    method: "get",
    path: "/v1/rooms/{room}/events",
    tag: "Captions",
    summary: "Follow captions as server-sent events",
    description: `The frames of a viewer (\`x-frames\`), one an event: first a snapshot, or a delta for a position, then what changes. The \`id:\` of an \
event is the position that it leads to; an \`EventSource\` sends the last one by itself when it comes back.

A room that is not there yet is made for whoever follows it by a token, as by a socket: you may wait for its first programme. An \
\`EventSource\` gives up for good after a refusal.

A stream ends with an error frame: \`token_expired\` when the token has ended, \`too_slow\` for a reader that falls behind.`,
    access: readers,
    parameters: [
      room,
      tenant,
      {
        name: "last-event-id",
        in: "header",
        description: "The position up to which you have the transcript. Goes before `epoch` and `version`.",
        schema: PositionText,
      },
      {
        name: "epoch",
        in: "query",
        description: "With `version`, the same.",
        schema: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/)),
      },
      {
        name: "version",
        in: "query",
        description: "See `epoch`.",
        schema: v.pipe(v.number(), v.integer(), v.minValue(0)),
      },
    ],
    answers: {
      200: {
        description: "Events, until you leave or the token ends.",
        headers: ["cache-control"],
        content: { "text/event-stream": { kind: "text" } },
      },
    },
    errors: ["too_many_rooms", "too_many_connections"],
    frames: { message: "ViewerFrame" },
  },
];
