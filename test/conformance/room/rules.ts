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

/** Errors that cannot be brought about from outside in a test's time, with what proves them instead. */
export const notProvoked: Partial<Record<ErrorCode, string>> = {
  too_many_rooms:
    "takes as many rooms as the tenant may have, 1,000 unless it is set: test/e2e/attacks-tenants.test.ts",
  too_slow: "a viewer has to say nothing for a minute: test/unit/room",
  draining:
    "a moment of a room that moves, or of a session whose last words are on their way: test/unit/room",
  publisher_silent: "a publisher has to say nothing for 30 s: test/unit/room",
  provider_unavailable: "the provider has to be out of reach: test/e2e/lost-upstream.test.ts",
  not_configured: "the service has to be without its settings: test/unit",
  internal: "nothing that is known leads to it: test/unit/room",
};
