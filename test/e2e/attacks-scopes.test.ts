import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Scope, scopes } from "../../shared/claims.ts";
import { Attacked } from "../support/attacked.ts";
import {
  everyDoor,
  httpDoors,
  inDeepgramsWords,
  knock,
  publisherRefusal,
  refusalOf,
  tryDoors,
} from "../support/doors.ts";

const room = "scoped";

/** What each way in asks for; of several, one is enough. */
const needs: Readonly<Record<string, readonly Scope[]>> = {
  "GET captions": ["captions:view"],
  "GET captions.vtt": ["captions:view"],
  "GET captions.srt": ["captions:view"],
  "GET captions.txt": ["captions:view"],
  "GET captions.json": ["captions:view"],
  "GET events": ["captions:view"],
  "GET stats": ["rooms:stats", "rooms:admin", "captions:publish", "captions:edit"],
  "GET stats events": ["rooms:stats", "rooms:admin", "captions:publish", "captions:edit"],
  "GET reports": ["rooms:stats", "rooms:admin", "captions:publish", "captions:edit"],
  "GET report": ["rooms:stats", "rooms:admin", "captions:publish", "captions:edit"],
  "GET report.html": ["rooms:stats", "rooms:admin", "captions:publish", "captions:edit"],
  "GET room": ["captions:view", "rooms:admin"],
  "PUT room": ["rooms:admin"],
  "DELETE room": ["rooms:admin"],
  "PATCH caption": ["captions:edit"],
  "POST speak": ["speak"],
  "GET speak report": ["speak"],
  "POST provider grant": ["provider"],
  "viewer's socket": ["captions:view"],
  "publisher's socket": ["captions:publish"],
};

describe("a token for something else", () => {
  let attacked: Attacked;

  beforeAll(async () => {
    attacked = await Attacked.start();
    await attacked.makeRoom(room, { language: "en" });
  });
  afterAll(() => attacked?.close());

  const missing = (door: string) =>
    httpDoors.find(({ name }) => name === door)?.isDeepgrams === true
      ? `403 ${inDeepgramsWords("scope_missing")}`
      : "scope_missing";

  it("the table has every door", () => {
    expect(Object.keys(needs).sort()).toEqual(Object.keys(everyDoor("internal")).sort());
  });

  it.each([...scopes])("%s alone opens its own doors and no other", async (scope) => {
    const before = await attacked.roomState(room);
    const asked = attacked.provider.counts;
    const expected = Object.entries(needs).map(([door, accepted]) => [
      door,
      accepted.includes(scope) ? null : missing(door),
    ]);
    const token = await attacked.token({ scopes: [scope], room });
    expect(await tryDoors(attacked, room, token)).toEqual(Object.fromEntries(expected));
    const { texts, grants, sockets } = attacked.provider.counts;
    expect(sockets).toBe(asked.sockets);
    expect(texts - asked.texts).toBe(scope === "speak" ? 1 : 0);
    expect(grants - asked.grants).toBe(scope === "provider" ? 1 : 0);
    if (scope === "rooms:admin") await attacked.makeRoom(room, { language: "en" });
    // A reader of events that has left is noticed with the next comment.
    else await expect.poll(() => attacked.roomState(room), { timeout: 20_000 }).toEqual(before);
  });

  it.each([...scopes])("all scopes but %s open all doors but its own", async (scope) => {
    const rest = scopes.filter((other) => other !== scope);
    const expected = Object.entries(needs).map(([door, accepted]) => [
      door,
      accepted.every((one) => one === scope) ? missing(door) : null,
    ]);
    const token = await attacked.token({ scopes: rest, room });
    expect(await tryDoors(attacked, room, token)).toEqual(Object.fromEntries(expected));
  });

  it("nobody takes over from a publisher without the scope for it", async () => {
    const token = await attacked.token({ scopes: ["captions:publish"], room });
    const taker = await knock(attacked.url, room, { role: "publisher", token, query: { takeover: "1" } });
    expect(await publisherRefusal(taker)).toBe("scope_missing");
  });

  it("settings are told to administrators alone", async () => {
    const credential = await attacked.token({ scopes: ["captions:view"], room });
    const { status, text } = await attacked.ask(`/v1/rooms/${room}`, { credential });
    expect(status).toBe(200);
    expect(JSON.parse(text)).not.toHaveProperty("settings");
  });

  it.each([
    ["show-*", "show"],
    ["show-*", "sho"],
    ["show-*", "shop-1"],
    ["show-*", "my-show-1"],
    ["show-1", "show-11"],
    ["show-1", "show"],
    ["show-11", "show-1"],
  ])("for %s it does not open %s", async (pattern, wanted) => {
    const token = await attacked.token({ scopes: [...scopes], room: pattern });
    const doors = await tryDoors(attacked, wanted, token);
    for (const [door, refusal] of Object.entries(doors)) {
      const isOfRooms = !/speak|grant/.test(door);
      expect([door, refusal]).toEqual([door, isOfRooms ? "room_forbidden" : null]);
    }
    expect(await attacked.roomState(wanted)).toEqual({ status: 404 });
  });

  it("for show-* it opens show-1", async () => {
    const token = await attacked.token({ scopes: ["captions:view"], room: "show-*" });
    expect(await refusalOf(await knock(attacked.url, "show-1", { token }))).toBeNull();
  });

  it.each([
    "*",
    "*show",
    "sh*ow",
    "show**",
    "show-*-1",
    "",
    "-show",
    "Show",
    "show ",
    "show/1",
    "show\u0000",
    "a".repeat(64),
  ])("none is made for the room %j", async (pattern) => {
    const { status, code } = await attacked.ask("/v1/tokens", {
      method: "POST",
      credential: attacked.keys.acme,
      body: { scopes: ["captions:view"], room: pattern },
    });
    expect([status, code]).toEqual([400, "bad_request"]);
  });

  it.each([
    { scopes: [] },
    { scopes: ["*"] },
    { scopes: ["captions:view rooms:admin"] },
    { scopes: "captions:view" },
    { scopes: ["captions:view"], ttl: 7_201 },
    { scopes: ["captions:view"], ttl: 0 },
    { scopes: ["captions:view"], ttl: 1.5 },
    { scopes: ["captions:view"], tenant: "other" },
    { scopes: ["captions:view"], sub: "other" },
    { scopes: ["captions:view"], exp: 4_102_444_800 },
    { scopes: ["captions:view"], singleUse: true },
    { scopes: ["captions:view"], singleUse: true, room: "show-*" },
    { scopes: ["speak"], singleUse: true, room },
    { scopes: ["captions:edit"], singleUse: true, room },
    { scopes: ["rooms:admin"], singleUse: true, room },
    { scopes: ["rooms:stats", "captions:edit"], singleUse: true, room },
    { scopes: ["rooms:stats"], singleUse: true },
    { scopes: ["captions:view", "speak"], singleUse: true, room },
    { scopes: ["captions:view"], maxChars: 5 },
    { scopes: ["speak"], maxChars: 0 },
    { scopes: ["speak"], maxChars: -1 },
    { scopes: ["captions:publish"], maxSeconds: 5 },
    { scopes: ["captions:publish"], maxSeconds: 5, room: "show-*" },
    { scopes: ["captions:view"], maxConnections: 5 },
    { scopes: ["captions:view"], origin: "*" },
    { scopes: ["captions:view"], origin: "https://*.example" },
    { scopes: ["captions:view"], origin: "https://app.example/" },
    { scopes: ["captions:view"], origin: "https://app.example@evil.example" },
  ])("none is made of %j", async (body) => {
    const { status, code, text } = await attacked.ask("/v1/tokens", {
      method: "POST",
      credential: attacked.keys.acme,
      body,
    });
    expect([status, code]).toEqual([400, "bad_request"]);
    expect(text).not.toContain("eyJ");
  });

  it("leaves nothing of itself in the log", () => {
    expect(attacked.leaked()).toEqual([]);
  });
});
