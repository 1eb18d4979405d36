import * as v from "valibot";
import { RoomNameSchema } from "../../../shared/claims.ts";
import { limits } from "../../../shared/limits.ts";
import { roles } from "../../../shared/protocol.ts";
import type { Operation } from "../operation.ts";
import { count, room, tenant } from "../parameters.ts";

const asItStands = {
  room: "demo",
  settings: { language: "en", retentionHours: 24 },
  state: "idle",
  session: null,
  epoch: "k3v9Q0aZ",
  version: 0,
  viewers: 0,
};

export const rooms: readonly Operation[] = [
  {
    id: "listRooms",
    method: "get",
    path: "/v1/rooms",
    tag: "Rooms",
    summary: "List rooms",
    description:
      "The tenant's rooms by name, sorted: those that the token is for. A token of one room lists none (`room_forbidden`).",
    access: { kind: "token", scopes: ["rooms:admin"] },
    parameters: [
      {
        name: "after",
        in: "query",
        description: "Names that come after this one: the `next` of the page before.",
        schema: RoomNameSchema,
      },
      {
        name: "limit",
        in: "query",
        description: `Names in one answer. Default ${limits.roomsListedMax}.`,
        schema: count(limits.roomsListedMax),
      },
    ],
    answers: {
      200: {
        description: "A page of names.",
        headers: ["cache-control"],
        content: {
          "application/json": {
            kind: "json",
            schema: "RoomList",
            example: { rooms: [{ room: "demo" }, { room: "harbour" }], next: null },
          },
        },
      },
    },
    errors: ["room_forbidden", "room_name_invalid", "bad_request"],
  },
  {
    id: "putRoom",
    method: "put",
    path: "/v1/rooms/{room}",
    tag: "Rooms",
    summary: "Set a room",
    description: `Replaces all settings; what is left out is the default again. Makes the room, if there is none. Rooms need not be \
made: whoever publishes into one makes it, too.

What the recognition of speech is told holds from the next session on. A tenant has ${limits.tenantRoomsMax} rooms at most, unless the service says otherwise.`,
    access: { kind: "token", scopes: ["rooms:admin"] },
    parameters: [room],
    body: {
      json: "RoomSettings",
      examples: {
        english: { language: "en", keyterms: ["Captionwire"], retentionHours: 24 },
        public: { public: true, maxViewers: 500 },
      },
    },
    answers: {
      200: {
        description: "The room as it stands now.",
        headers: ["cache-control"],
        content: { "application/json": { kind: "json", schema: "Room", example: asItStands } },
      },
    },
    errors: ["too_many_rooms"],
  },
  {
    id: "getRoom",
    method: "get",
    path: "/v1/rooms/{room}",
    tag: "Rooms",
    summary: "See how a room stands",
    description:
      "Its state, and its settings for the scope `rooms:admin`. A public room's state is told without a token.",
    access: { kind: "token", scopes: ["rooms:admin", "captions:view"], publicRooms: true },
    parameters: [room, tenant],
    answers: {
      200: {
        description: "The room as it stands.",
        headers: ["cache-control"],
        content: { "application/json": { kind: "json", schema: "Room", example: asItStands } },
      },
    },
    errors: ["not_found"],
  },
  {
    id: "deleteRoom",
    method: "delete",
    path: "/v1/rooms/{room}",
    tag: "Rooms",
    summary: "Purge a room",
    description:
      "Deletes its transcript, its reports and its figures. Viewers start again with an empty transcript of another epoch. Settings stay.",
    access: { kind: "token", scopes: ["rooms:admin"] },
    parameters: [room],
    answers: { 204: { description: "It is gone." } },
    errors: ["not_found"],
  },
  {
    id: "joinRoom",
    method: "get",
    path: "/parties/captions/{room}",
    tag: "Rooms",
    summary: "Join a room (WebSocket)",
    description: `A WebSocket with the subprotocol \`captionwire.1\`. Viewers are sent the transcript and what changes; the one publisher sends \
\`start\`, then raw audio in binary frames of ${limits.audioFrameMaxBytes} bytes at most. Text frames are JSON of ${limits.controlFrameMaxBytes} bytes at most; \
\`x-frames\` names their schemas.

What is refused is the socket's to say, because a browser cannot read an answer to an upgrade: it is opened, told an error frame, and closed with \
the close code of the error (\`x-close-codes\`). Codes 4000–4499 mean: come back with your position; 4500–4999: do not. The text frame \`ping\` is \
answered with \`pong\`.

Three things are answered by HTTP, to an upgrade too: a flood from one address (429, \`rate_limited\`), a service without its settings (503, \
\`not_configured\`) and what nobody foresaw (500, \`internal\`). Come back after \`retry-after\`, or a while. The other errors below are those of a \
request that is no upgrade.`,
    access: {
      kind: "token",
      scopes: ["captions:view", "captions:publish"],
      publicRooms: true,
      also: ["ticket", "subprotocol"],
    },
    parameters: [
      room,
      tenant,
      {
        name: "role",
        in: "query",
        description: "Default `viewer`. A publisher needs the scope `captions:publish`.",
        schema: v.picklist(roles),
      },
      {
        name: "epoch",
        in: "query",
        description: "With `version`, the position up to which a viewer has the transcript.",
        schema: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/)),
      },
      {
        name: "version",
        in: "query",
        description: "See `epoch`.",
        schema: v.pipe(v.number(), v.integer(), v.minValue(0)),
      },
      {
        name: "takeover",
        in: "query",
        description: "The publisher that is there is sent away. Needs the scope `rooms:admin` besides.",
        schema: v.literal("1"),
      },
      {
        name: "probe",
        in: "query",
        description: "You answer `probe` frames, by which transit times are measured.",
        schema: v.literal("1"),
      },
    ],
    answers: { 101: { description: "The socket is open." } },
    errors: ["bad_request", "upgrade_required"],
    frames: {
      toViewer: "ViewerFrame",
      fromViewer: "ViewerMessage",
      toPublisher: "PublisherFrame",
      fromPublisher: "PublisherMessage",
    },
    isSocket: true,
  },
];
