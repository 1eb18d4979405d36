import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scopes } from "../../shared/claims.ts";
import { Attacked, acmeOrigin, otherOrigin } from "../support/attacked.ts";
import { knock, publisherRefusal, refusalOf, refusedEverywhere, tryDoors } from "../support/doors.ts";

const room = "paged";

/** Pages that acme does not know, however much they look like it. */
const strangers: readonly string[] = [
  "https://evil.example",
  "null",
  otherOrigin,
  "http://app.example",
  "https://app.example.evil.com",
  "https://evil-app.example",
  "https://app.example:443",
  "https://app.example:8443",
  "https://app.example:443@evil.example",
  "https://app.example@evil.example",
  "https://app.example/",
  "https://app.example#",
  "https://app.example.",
  "https://APP.EXAMPLE",
  "HTTPS://app.example",
  "https://xapp.example",
  "https://app.examplex",
  "https://app_example",
  "https://evil.example, https://app.example",
  "https://app.example https://evil.example",
  "http://localhost.evil.com",
  "http://localhost:3000.evil.com",
  "http://localhost:3000@evil.com",
  "http://localhost:",
  "http://localhost:30000000",
  "https://localhost:3000",
  "http://127.0.0.1:1",
  "file://",
  "*",
];

describe("a page of an origin that may not", () => {
  let attacked: Attacked;

  beforeAll(async () => {
    attacked = await Attacked.start();
    await attacked.makeRoom(room, { language: "en", public: true });
  });
  afterAll(() => attacked?.close());

  it.each(strangers)("%s", async (origin) => {
    const token = await attacked.token({ scopes: [...scopes], room });
    const before = await attacked.roomState(room);
    const asked = attacked.provider.counts;
    const headers = { origin };
    expect(await tryDoors(attacked, room, token, headers)).toEqual(refusedEverywhere("origin_forbidden"));
    // Not even where no token is asked for; and the API key is no better there.
    const query = { tenant: "acme" };
    expect(await refusalOf(await knock(attacked.url, room, { headers, query }))).toBe("origin_forbidden");
    const anybody = await attacked.ask(`/v1/rooms/${room}/captions?tenant=acme`, { headers });
    expect([anybody.status, anybody.code]).toEqual([403, "origin_forbidden"]);
    for (const [path, body] of [
      ["/v1/tokens", { scopes: ["captions:view"] }],
      ["/v1/revocations", { all: true }],
    ] as const) {
      const {
        status,
        code,
        headers: answered,
      } = await attacked.ask(path, {
        method: "POST",
        credential: attacked.keys.acme,
        headers,
        body,
      });
      expect([status, code]).toEqual([403, "origin_forbidden"]);
      expect(answered.has("access-control-allow-origin")).toBe(false);
    }
    expect(anybody.headers.has("access-control-allow-origin")).toBe(false);
    expect(await attacked.roomState(room)).toEqual(before);
    expect(attacked.provider.counts).toEqual(asked);
  });

  it.each(strangers.filter((origin) => origin !== otherOrigin))(
    "has no preflight answered: %s",
    async (origin) => {
      for (const path of ["/v1/tokens", `/v1/rooms/${room}/captions`, "/v1/speak", "/speak"]) {
        const { status, headers } = await attacked.ask(path, {
          method: "OPTIONS",
          headers: { origin, "access-control-request-method": "POST" },
        });
        expect([path, status, headers.get("access-control-allow-origin")]).toEqual([path, 204, null]);
        expect(headers.get("vary")).toContain("origin");
      }
    },
  );

  it.each([acmeOrigin, "http://localhost", "http://localhost:3000", "http://localhost:5173"])(
    "and one that may: %s",
    async (origin) => {
      const credential = await attacked.token({ scopes: ["captions:view"], room });
      const { status, headers } = await attacked.ask(`/v1/rooms/${room}`, {
        credential,
        headers: { origin },
      });
      expect([status, headers.get("access-control-allow-origin")]).toEqual([200, origin]);
      expect(headers.get("vary")).toContain("origin");
      expect(headers.has("access-control-allow-credentials")).toBe(false);
      expect(
        await refusalOf(await knock(attacked.url, room, { token: credential, headers: { origin } })),
      ).toBeNull();
    },
  );

  it("reads no answer that is for another tenant's pages, refusals included", async () => {
    const credential = await attacked.token({ scopes: ["captions:view"], room });
    for (const path of [`/v1/rooms/${room}`, "/v1/rooms/other/captions", "/v1/speak/none"]) {
      const { status, headers } = await attacked.ask(path, { credential, headers: { origin: otherOrigin } });
      expect(status).toBe(403);
      expect(headers.has("access-control-allow-origin")).toBe(false);
    }
  });

  it.each<[string, Record<string, string>]>([
    ["another page of the tenant's", { origin: "http://localhost:3000" }],
    ["no page at all", {}],
    ["a page that says so in another header", { referer: `${acmeOrigin}/`, "x-origin": acmeOrigin }],
    ["a page of the Worker's own", { "sec-fetch-site": "same-origin" }],
    ["a page nearby", { "sec-fetch-site": "same-site" }],
  ])("with a token that is bound to a page, from %s", async (_, headers) => {
    const token = await attacked.token({ scopes: [...scopes], room, origin: acmeOrigin });
    const before = await attacked.roomState(room);
    const asked = attacked.provider.counts;
    expect(await tryDoors(attacked, room, token, headers)).toEqual(refusedEverywhere("origin_forbidden"));
    expect(await attacked.roomState(room)).toEqual(before);
    expect(attacked.provider.counts).toEqual(asked);
  });

  it("a token that is bound to a page opens there, and is no renewal elsewhere", async () => {
    const bound = await attacked.token({ scopes: ["captions:view"], room, origin: acmeOrigin });
    const headers = { origin: acmeOrigin };
    expect(await refusalOf(await knock(attacked.url, room, { token: bound, headers }))).toBeNull();
    const token = await attacked.token({ scopes: ["captions:view"], room });
    const elsewhere: readonly Record<string, string>[] = [{}, { origin: "http://localhost:3000" }];
    for (const from of elsewhere) {
      const viewer = await knock(attacked.url, room, { token, headers: from });
      await viewer.frame("snapshot");
      viewer.send(JSON.stringify({ type: "auth", token: bound }));
      expect(await viewer.frame("error")).toMatchObject({ code: "origin_forbidden" });
      expect(await viewer.closed()).toBe(4503);
    }
  });

  it("a token that is bound to a page its tenant does not know is good nowhere", async () => {
    const origin = "https://evil.example";
    const token = await attacked.token({ scopes: [...scopes], room, origin });
    expect(await tryDoors(attacked, room, token, { origin })).toEqual(refusedEverywhere("origin_forbidden"));
  });

  it("a refused upgrade is told in the protocol, to publishers too", async () => {
    const token = await attacked.token({ scopes: ["captions:publish"], room });
    const headers = { origin: "https://evil.example" };
    const publisher = await knock(attacked.url, room, { role: "publisher", token, headers });
    expect(await publisherRefusal(publisher)).toBe("origin_forbidden");
  });

  it("leaves nothing of itself in the log", () => {
    expect(attacked.leaked()).toEqual([]);
  });
});
