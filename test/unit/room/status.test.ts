import { describe, expect, it } from "vitest";
import { statusOf } from "../../../party/room/status.ts";
import type { LinkState } from "../../../party/room/upstream/hooks.ts";

const lane = (link: LinkState, attached = true, finishing = false) => ({
  hadSession: true,
  lane: { attached, finishing, link },
});

describe("the status", () => {
  it("without a session is idle before the first and ended after it", () => {
    expect(statusOf({ hadSession: false, lane: null })).toEqual({ state: "idle" });
    expect(statusOf({ hadSession: true, lane: null })).toEqual({ state: "ended" });
  });

  it.each<[LinkState, object]>([
    ["idle", { state: "live" }],
    ["live", { state: "live" }],
    ["connecting", { state: "connecting" }],
    ["recovering", { state: "recovering" }],
    ["tripped", { state: "recovering", reason: "provider_unavailable" }],
  ])("follows the provider's socket: %s", (link, status) => {
    expect(statusOf(lane(link))).toEqual(status);
    // Its last words are still to come, whoever is there.
    expect(statusOf(lane(link, false, true))).toEqual(status);
    expect(statusOf(lane(link, false))).toEqual({ state: "recovering", reason: "publisher_away" });
  });
});
