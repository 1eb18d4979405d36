import fc from "fast-check";
import { hex } from "../engine/bytes.ts";
import { spliced } from "./bodies.ts";
import type { Credential, SocketCase, Step } from "./case.ts";
import { credentialFor } from "./credentials.ts";
import { extras, protocols } from "./headers.ts";
import { bystanderRoom, roomName } from "./paths.ts";
import { routes } from "./targets.ts";

const starts = [
  '{"type":"start","encoding":"linear16","sampleRate":16000,"channels":1}',
  '{"type":"start","encoding":"linear16","sampleRate":8000,"channels":2,"key":"0123456789abcdef"}',
  '{"type":"start","encoding":"mulaw","sampleRate":8000,"channels":1,"model":"flux-general-en"}',
  '{"type":"start","encoding":"linear16","sampleRate":48000,"channels":1,"position":9007199254740991}',
  '{"type":"start","encoding":"linear16","sampleRate":16000,"channels":1,"session":"x"}',
  '{"type":"start","encoding":"linear16","sampleRate":16000,"channels":1,"language":"multi","keyterms":["a"]}',
] as const;
const messages = {
  publisher: [
    ...starts,
    '{"type":"mark","position":1,"sentAt":2}',
    '{"type":"probed","at":1,"now":2}',
    '{"type":"finish"}',
    "ping",
  ],
  viewer: [
    '{"type":"seen","version":0}',
    '{"type":"seen","version":9007199254740991}',
    '{"type":"auth","token":"x"}',
    '{"type":"probed","at":1,"now":2}',
    "ping",
  ],
} as const;
const strange = [
  "",
  "null",
  "[]",
  "0",
  '"ping"',
  " ping",
  "{}",
  '{"type":"__proto__"}',
  '{"__proto__":{"type":"finish"}}',
  '{"type":"finish","type":"start"}',
  '{"type":["finish"]}',
  '{"type":"seen","version":1e999}',
  '{"type":"seen","version":-1}',
  '{"type":"auth","token":{"a":1}}',
  '{"type":"auth","token":""}',
  `{"type":"auth","token":"${"a".repeat(8192)}"}`,
  '{"type":"mark","position":0.5,"sentAt":null}',
  '{"type":"mark","position":1,"sentAt":1e999}',
  '{"type":"probed","at":-1e999,"now":1e999}',
  "\ufeff{}",
  "[".repeat(10_000),
  '{"a":'.repeat(2000),
  `{"type":"${"K".repeat(15_000)}"}`,
] as const;

type Role = SocketCase["role"];

const text = (role: Role): fc.Arbitrary<Step> =>
  fc
    .oneof(
      { weight: 5, arbitrary: fc.constantFrom(...messages[role]) },
      {
        weight: 3,
        arbitrary: fc
          .tuple(fc.constantFrom(...messages[role]), fc.nat(), fc.string({ maxLength: 3 }))
          .map(([message, at, put]) => spliced(message, at, put)),
      },
      { weight: 2, arbitrary: fc.constantFrom(...strange, ...messages.publisher, ...messages.viewer) },
      { weight: 1, arbitrary: fc.json() },
      { weight: 1, arbitrary: fc.string({ maxLength: 200, unit: "grapheme" }) },
    )
    .map((message): Step => ({ kind: "text", text: message }));

const audio = fc.oneof(
  { weight: 8, arbitrary: hex(6400).map((bytes): Step => ({ kind: "audio", hex: bytes })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "audio", hex: "" }) },
  {
    weight: 1,
    arbitrary: fc.constant<Step>({ kind: "audio", hex: Buffer.from('{"type":"finish"}').toString("hex") }),
  },
);

/** Sizes about the limits, and one that the runtime itself does not take. */
const large = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(16 * 1024, 16 * 1024 + 1, 65_536, 256 * 1024, 256 * 1024 + 1, 1_000_000),
  },
  { weight: 1, arbitrary: fc.constantFrom(5_000_000, 33 * 1024 * 1024) },
);
const repeated = fc.record({
  kind: fc.constant("repeat" as const),
  isText: fc.boolean(),
  byte: fc.constantFrom("x", "[", " ", "\u0000"),
  times: large,
});

const flood = fc.record({
  kind: fc.constant("flood" as const),
  opcode: fc.constantFrom(1, 1, 2, 9, 10),
  text: fc.constantFrom(
    "ping",
    "",
    '{"type":"seen","version":0}',
    '{"type":"mark","position":0,"sentAt":0}',
    "xx",
  ),
  times: fc.constantFrom(60, 300, 1000),
});

/** Frames that RFC 6455 has no room for, and rare ones that it has. */
const frame = fc.record(
  {
    kind: fc.constant("frame" as const),
    opcode: fc.oneof(fc.nat(15), fc.constantFrom(0, 1, 8, 9)),
    isFinal: fc.oneof(
      { weight: 3, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.constant(false) },
    ),
    reserved: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) }),
    isMasked: fc.oneof(
      { weight: 4, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.constant(false) },
    ),
    hex: fc.oneof(
      // Close codes: none, half a one, those that may not be sent, those that may; then text that is no UTF-8.
      fc.constantFrom(
        "",
        "03",
        "03e7",
        "03e8",
        "03ed",
        "03ee",
        "0bb7",
        "0fa0",
        "1388",
        "ffff",
        "03e8ff",
        `03e8${"61".repeat(123)}`,
      ),
      fc.constantFrom(
        "ff",
        "c0af",
        "eda080",
        "f09f8e",
        Buffer.from("ping").toString("hex"),
        "61".repeat(126),
      ),
      hex(200),
    ),
    length: fc.constantFrom(0, 1, 125, 65_536, 33_554_433, 2 ** 40, Number.MAX_SAFE_INTEGER),
  },
  { requiredKeys: ["kind", "opcode", "isFinal", "reserved", "isMasked", "hex"] },
);

const step = (role: Role): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 40, arbitrary: text(role) },
    { weight: role === "publisher" ? 30 : 3, arbitrary: audio },
    {
      weight: role === "viewer" ? 12 : 1,
      arbitrary: credentialFor(["viewer", "admin", "watcher"]).map(
        (credential): Step => ({ kind: "auth", credential }),
      ),
    },
    { weight: 6, arbitrary: frame },
    { weight: 3, arbitrary: repeated },
    { weight: 2, arbitrary: flood },
    { weight: 2, arbitrary: hex(60).map((bytes): Step => ({ kind: "bytes", hex: bytes })) },
    {
      weight: 6,
      arbitrary: fc.constant<Step>({ kind: "await", type: role === "publisher" ? "ready" : "snapshot" }),
    },
  );

/** Most publishers are let in before they go wrong: what comes before a `start` ends at its first frame. */
const steps = (role: Role): fc.Arbitrary<readonly Step[]> => {
  const any = fc.array(step(role), { maxLength: 8 });
  if (role === "viewer") return any;
  const begun = fc
    .tuple(fc.constantFrom(...starts), any)
    .map(([start, rest]): Step[] => [
      { kind: "text", text: start },
      { kind: "await", type: "ready" },
      ...rest,
    ]);
  return fc.oneof({ weight: 3, arbitrary: begun }, { weight: 1, arbitrary: any });
};

const query = routes.find(({ name }) => name === "socket")?.query ?? fc.constant("");

/** Rightly shown; others stand among the subprotocols of `headers.ts`. */
const ticketOrToken = (role: Role, room: string): fc.Arbitrary<Credential> => {
  const ticket = fc.constant<Credential>({ kind: "ticket", role, room });
  return room === bystanderRoom
    ? credentialFor(["watcher"], 40)
    : fc.oneof(
        {
          weight: 6,
          arbitrary: credentialFor(
            role === "viewer" ? ["viewer", "admin", "prefixed"] : ["publisher", "admin"],
            60,
          ),
        },
        { weight: 1, arbitrary: ticket },
      );
};

export const socketCase: fc.Arbitrary<SocketCase> = fc
  .tuple(
    fc.constantFrom<Role>("viewer", "publisher"),
    fc.oneof({ weight: 8, arbitrary: roomName }, { weight: 1, arbitrary: fc.constant(bystanderRoom) }),
  )
  .chain(([role, room]) =>
    fc
      .record({
        credential: ticketOrToken(role, room),
        query: fc.oneof(
          { weight: 4, arbitrary: fc.constant("") },
          { weight: role === "publisher" ? 1 : 0, arbitrary: fc.constant("takeover=1") },
          { weight: 1, arbitrary: query },
        ),
        protocol: protocols(),
        more: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: extras }),
        steps: steps(role),
        end: fc.oneof(
          { weight: 4, arbitrary: fc.constant("close" as const) },
          {
            weight: 1,
            arbitrary: fc.constantFrom("empty close" as const, "vanish" as const, "hang up" as const),
          },
          { weight: role === "publisher" ? 3 : 0, arbitrary: fc.constant("finish" as const) },
        ),
      })
      .map(({ credential, query, protocol, more, steps, end }): SocketCase => {
        const isTicket = credential.kind === "ticket";
        const shown = isTicket ? "captionwire.1" : protocol;
        const asked = isTicket ? `ticket={credential}&${query}` : query;
        return {
          kind: "socket",
          role,
          room,
          query: asked,
          credential,
          headers: [["sec-websocket-protocol", shown], ...more],
          steps,
          end,
        };
      }),
  );
