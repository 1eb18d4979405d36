import type { ErrorCode } from "../../../shared/errors.ts";
import { corrections } from "./chapters/corrections.ts";
import { credentials } from "./chapters/credentials.ts";
import { events } from "./chapters/events.ts";
import { exports } from "./chapters/exports.ts";
import { laws } from "./chapters/laws.ts";
import { publishers } from "./chapters/publishers.ts";
import { refusals } from "./chapters/refusals.ts";
import { rooms } from "./chapters/rooms.ts";
import { status } from "./chapters/status.ts";
import { viewers } from "./chapters/viewers.ts";
import type { Rule } from "./rule.ts";

/** The tests of PROTOCOL.md, in its order. */
export const rules: readonly Rule[] = [
  ...credentials,
  ...viewers,
  ...laws,
  ...status,
  ...publishers,
  ...corrections,
  ...rooms,
  ...exports,
  ...events,
  ...refusals,
];

/** Errors that cannot be brought about from outside in a test's time: why, and which test proves them instead. */
export const notProvoked: Partial<Record<ErrorCode, { readonly why: string; readonly test: string }>> = {
  too_many_rooms: {
    why: "takes as many rooms as the tenant may have, 1,000 unless it is set",
    test: "test/runtime/vacancy.test.ts",
  },
  too_slow: {
    why: "a viewer has to say nothing for a minute",
    test: "test/unit/room/room-audience.test.ts",
  },
  draining: {
    why: "a moment of a room that moves, or of a session whose last words are on their way",
    test: "test/unit/room/room-takeover.test.ts",
  },
  publisher_silent: {
    why: "a publisher has to say nothing for 30 s",
    test: "test/unit/room/room-presence.test.ts",
  },
  provider_unavailable: {
    why: "the provider has to be out of reach; in rooms it is a status alone",
    test: "test/unit/room/status.test.ts",
  },
  not_configured: { why: "the service has to be without its settings", test: "test/e2e/bridge.test.ts" },
  internal: { why: "nothing that is known leads to it", test: "test/runtime/rooms.test.ts" },
};
