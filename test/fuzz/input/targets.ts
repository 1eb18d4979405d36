import fc from "fast-check";
import type { Bearer } from "./case.ts";
import { anyRoom, inRoom, segment } from "./paths.ts";
import { mostly, noQuery, position, query } from "./queries.ts";

export type Route = {
  /** Which bodies and headers go with it. */
  readonly name:
    | "tokens"
    | "revocations"
    | "auth grant"
    | "provider grant"
    | "speak"
    | "report"
    | "room"
    | "captions"
    | "caption"
    | "events"
    | "socket"
    | "page";
  readonly methods: readonly string[];
  readonly path: fc.Arbitrary<string>;
  readonly query: fc.Arbitrary<string>;
  /** Who may. */
  readonly fits: readonly (Bearer | "key")[];
};

export const routes: readonly Route[] = [
  { name: "tokens", methods: ["POST"], path: fc.constant("/v1/tokens"), query: noQuery, fits: ["key"] },
  {
    name: "revocations",
    methods: ["POST"],
    path: fc.constant("/v1/revocations"),
    query: noQuery,
    fits: ["key"],
  },
  {
    name: "auth grant",
    methods: ["POST"],
    path: fc.constant("/v1/auth/grant"),
    query: noQuery,
    fits: ["key"],
  },
  {
    name: "provider grant",
    methods: ["POST"],
    path: fc.constant("/v1/provider/grant"),
    query: noQuery,
    fits: ["provider"],
  },
  {
    name: "speak",
    methods: ["POST"],
    path: fc.constantFrom("/v1/speak", "/v1/speak", "/speak"),
    query: mostly(
      [
        "",
        "encoding=linear16",
        "encoding=linear16&container=none&sample_rate=16000",
        "model=aura-2-thalia-en",
      ],
      {
        model: ["aura-2-thalia-en", "aura-asteria-en", "flux"],
        encoding: ["linear16", "mp3", "opus", "flac", "aac", "mulaw"],
        container: ["none", "wav", "ogg"],
        sample_rate: ["16000", "24000", "8000"],
        bit_rate: ["32000", "48000"],
        speed: ["1.1", "0.9"],
        tag: ["a"],
        mip_opt_out: ["true"],
        callback: ["http://127.0.0.1:9/"],
      },
    ),
    fits: ["speaker", "neighbour"],
  },
  {
    name: "report",
    methods: ["GET"],
    path: fc
      .oneof(fc.uuid(), fc.constantFrom("abc", "..", "%ff", "%00", "a".repeat(2000), "__proto__"))
      .map((id) => `/v1/speak/${id}`),
    query: noQuery,
    fits: ["speaker"],
  },
  {
    name: "room",
    methods: ["GET", "PUT", "DELETE"],
    path: inRoom([""]),
    query: noQuery,
    fits: ["admin", "admin", "prefixed"],
  },
  {
    name: "captions",
    methods: ["GET"],
    path: inRoom([
      "/captions",
      "/captions",
      "/captions.vtt",
      "/captions.srt",
      "/captions.txt",
      "/captions.json",
      "/stats",
    ]),
    query: query({
      ...position,
      since: ["abc.1", "abc.9", "."],
      before: ["abc", ""],
      limit: ["1", "500", "501"],
    }),
    fits: ["viewer", "admin", "prefixed", "watcher"],
  },
  {
    name: "caption",
    methods: ["PATCH"],
    path: fc.tuple(anyRoom, segment).map(([room, id]) => `/v1/rooms/${room}/captions/${id}`),
    query: noQuery,
    fits: ["editor", "watcher"],
  },
  {
    name: "events",
    methods: ["GET"],
    path: inRoom(["/events"]),
    query: query(position),
    fits: ["viewer", "watcher"],
  },
  {
    name: "socket",
    methods: ["GET"],
    path: anyRoom.map((room) => `/parties/captions/${room}`),
    query: query({
      ...position,
      role: ["viewer", "publisher"],
      takeover: ["1"],
      ticket: ["{credential}", "x"],
    }),
    fits: ["viewer", "publisher"],
  },
  {
    name: "page",
    methods: ["GET", "HEAD"],
    path: fc.constantFrom(
      "/",
      "/healthz",
      "/studio",
      "/studio/",
      "/studio/fuzz-1",
      "/watch/fuzz-1",
      "/overlay/%ff",
      "/watch/..",
      "/icon.svg",
      "/assets/x.js",
      "/assets/..%2f..%2fworker/index.js",
      "/openapi.json",
      "/v1/",
      "/v1/local/tokens",
      "/parties/captions",
      "/parties/other/room",
      "/cdn-cgi/x",
      "/.env",
      "/index.html",
      "//127.0.0.1:9/studio",
      "/%5c127.0.0.1/studio",
      "/studio//x",
    ),
    query: noQuery,
    fits: [],
  },
];
