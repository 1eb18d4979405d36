import { describe, expect, it } from "vitest";
import type { ErrorCode, PublisherState } from "../../../client/index.ts";
import { accessInWords, embedCode } from "../../../web/studio/links.ts";
import { mayTry, type Rights, rightsIn, rightsInWords } from "../../../web/studio/rights.ts";
import { microphoneRefusal, tabRefusal } from "../../../web/studio/sound/refusals.ts";
import { stageInWords } from "../../../web/studio/stage.ts";

const now = 1_800_000_000_000;
const claims = {
  sub: "acme",
  scope: "captions:publish captions:view",
  room: "show-*",
  jti: "one",
  iat: now / 1000,
  nbf: now / 1000,
  exp: now / 1000 + 3600,
};

/** With letters that need the alphabet of addresses. */
function hashOf(payload: unknown): string {
  const [head, body] = [{ alg: "HS256" }, payload].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  return `#token=${head}.${body}.signature`;
}

const link = rightsIn(hashOf(claims));
const none: Rights = { kind: "none" };

describe("what a link allows", () => {
  it("is read from its token", () => {
    expect(link).toEqual({
      kind: "link",
      scopes: ["captions:publish", "captions:view"],
      tenant: "acme",
      room: "show-*",
      expiresAt: now + 3_600_000,
    });
    expect(rightsIn("")).toEqual(none);
    expect(rightsIn("#token=")).toEqual(none);
    expect(rightsIn("#token=cut.off")).toEqual({ kind: "unreadable" });
    expect(rightsIn(hashOf({ sub: "acme" }))).toEqual({ kind: "unreadable" });
  });

  it("is not tried where it cannot succeed", () => {
    expect(mayTry(link, "captions:publish", "show-1")).toBe(true);
    expect(mayTry(link, "captions:publish", "other")).toBe(false);
    expect(mayTry(link, "rooms:admin", "show-1")).toBe(false);
    expect(mayTry(none, "rooms:admin", "show-1")).toBe(true);
  });

  it("is told before going on air", () => {
    expect(rightsInWords(none, now)).toBeNull();
    expect(rightsInWords(link, now)).toContain("good until");
    expect(rightsInWords(link, now + 3_600_000)).toContain("expired");
    expect(rightsInWords(rightsIn(hashOf({ ...claims, scope: "captions:view" })), now)).toContain(
      "captions:publish",
    );
    expect(rightsInWords({ kind: "unreadable" }, now)).toContain("Copy the whole link");
  });
});

describe("what viewers need", () => {
  it("depends on whether the room is public", () => {
    expect(accessInWords({ public: true }, link)).toContain("public");
    expect(accessInWords({}, none)).toContain("work as they are");
    expect(accessInWords({}, link)).toContain("not public");
    expect(accessInWords(null, link)).toMatch(/^Unless the room is public/);
  });

  it("is another thing at each of the links", () => {
    for (const words of [accessInWords({}, none), accessInWords({}, link), accessInWords(null, link)]) {
      for (const place of ["#token=", "?ticket=", "token-from"]) expect(words).toContain(place);
    }
    expect(accessInWords({ public: true }, link)).not.toContain("token=");
  });

  it("is in the code for other pages", () => {
    expect(embedCode("https://live.example", "show-1", null)).toBe(
      '<script type="module" src="https://live.example/live-captions.js"></script>\n<live-captions room="show-1"></live-captions>',
    );
    expect(embedCode("https://live.example", "show-1", "acme")).toContain('room="show-1" tenant="acme"');
  });
});

describe("why a broadcast has ended", () => {
  const failed = (code: ErrorCode | null, wasOnAir = false) =>
    stageInWords({ stage: "failed", code, message: "as told", wasOnAir }).announced;

  it("is told with what to do", () => {
    expect(failed("publisher_present")).toContain("or take over");
    expect(failed("publisher_present", true)).toContain("has taken over");
    expect(failed("scope_missing")).toContain("captions:publish");
    expect(failed("token_expired")).toContain("expired");
    expect(failed("room_forbidden")).toContain("another room");
    expect(failed(null)).toBe("as told");
  });
});

describe("sound that broke off", () => {
  const words = (publisher: PublisherState, because: string | null) =>
    stageInWords({ stage: "finishing", publisher, because });

  it("is told at once, while the last words are waited for, also without a connection", () => {
    const connected: PublisherState = { state: "connected", session: "s1" };
    expect(words(connected, null)).toEqual({ announced: "Waiting for the last words", tone: "calm" });
    expect(words(connected, "Unplugged.")).toEqual({
      announced: "Unplugged. Waiting for the last words",
      tone: "trouble",
    });
    expect(words({ state: "disconnected", retryInMs: 5, reason: "" }, "Unplugged.")).toEqual({
      announced: "Unplugged. Connection lost. The newest 2 minutes of sound are kept, trying again",
      tone: "trouble",
      retryInMs: 5,
    });
  });
});

describe("why there is no sound", () => {
  it.each([
    ["NotAllowedError", "Allow it"],
    ["NotFoundError", "Plug one in"],
    ["OverconstrainedError", "Choose another"],
    ["NotReadableError", "another program"],
    ["AbortError", "restart the browser"],
  ])("a microphone, %s: says what to do", (name, what) => {
    expect(microphoneRefusal(name)).toContain(what);
  });

  it.each([
    ["NotAllowedError", "choose a tab"],
    ["NotReadableError", "Choose a tab"],
    ["InvalidStateError", "use Chrome or Edge"],
  ])("a tab, %s: says what to do", (name, what) => {
    expect(tabRefusal(name)).toContain(what);
  });
});
