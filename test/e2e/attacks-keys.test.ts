import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newApiKey } from "../../cli/keys/make.ts";
import { scopes } from "../../shared/claims.ts";
import { type Asked, Attacked } from "../support/attacked.ts";
import { knock, refusalOf, refusedEverywhere, tryDoors } from "../support/doors.ts";

const room = "keyed";

/** What an API key is good for. */
const keyRoutes: readonly (readonly [string, unknown])[] = [
  ["/v1/tokens", { scopes: ["captions:view"] }],
  ["/v1/revocations", { all: true }],
  ["/v1/auth/grant", {}],
];

describe("a credential in the place of another", () => {
  let attacked: Attacked;

  beforeAll(async () => {
    attacked = await Attacked.start();
    await attacked.makeRoom(room, { language: "en" });
  });
  afterAll(() => attacked?.close());

  /** Asked of all that wants an API key; and nothing of it was done: a token from before still opens its door. */
  const refusals = async (headers: Record<string, string>, query = ""): Promise<string[]> => {
    const witness = await attacked.token({ scopes: ["captions:view"], room });
    const answers: Asked[] = [];
    for (const [path, body] of keyRoutes) {
      answers.push(await attacked.ask(`${path}${query}`, { method: "POST", headers, body }));
    }
    expect(answers.map(({ text }) => text).join()).not.toContain("eyJ");
    expect((await attacked.ask(`/v1/rooms/${room}`, { credential: witness })).status).toBe(200);
    return answers.map(({ status, code }) => `${status} ${code}`);
  };
  const unauthenticated = ["401 unauthenticated", "401 unauthenticated", "401 INVALID_AUTH"];
  const invalid = ["401 token_invalid", "401 token_invalid", "401 INVALID_AUTH"];

  it.each<[string, (key: string) => string]>([
    ["unknown, though whole", () => newApiKey()],
    ["cut short", (key) => key.slice(0, -1)],
    ["longer by one", (key) => `${key}0`],
    ["twice", (key) => key + key],
    ["in other case", (key) => key.toLowerCase()],
    ["without its prefix", (key) => key.slice("cwk_".length)],
    ["nearly one", () => "cwk_"],
    ["in quotes", (key) => `"${key}"`],
    ["in percents", (key) => key.replace("_", "%5F")],
    ["our hash of it", () => "0".repeat(64)],
  ])("an API key that is %s", async (_, change) => {
    const key = attacked.secret(change(attacked.keys.acme));
    expect(await refusals({ authorization: `Bearer ${key}` })).toEqual(invalid);
  });

  it("an API key with any one character flipped", async () => {
    const key = attacked.keys.acme;
    for (let at = 0; at < key.length; at += 1) {
      const flipped = key.slice(0, at) + (key[at] === "x" ? "y" : "x") + key.slice(at + 1);
      const { status, code } = await attacked.ask("/v1/tokens", {
        method: "POST",
        credential: flipped,
        body: { scopes: ["captions:view"] },
      });
      expect([at, status, code]).toEqual([at, 401, "token_invalid"]);
    }
  });

  it.each<[string, (key: string) => string]>([
    ["no scheme", (key) => key],
    ["another scheme", (key) => `Basic ${Buffer.from(`${key}:`).toString("base64")}`],
    ["a key in two words", (key) => `Bearer ${key.slice(0, 20)} ${key.slice(20)}`],
    ["two keys", (key) => `Bearer ${key} ${key}`],
    ["two schemes", (key) => `Bearer ${key}, Bearer ${key}`],
    ["a tab", (key) => `Bearer\t${key}`],
    ["nothing", () => "Bearer"],
  ])("an Authorization header with %s", async (_, header) => {
    const outcome = await refusals({ authorization: header(attacked.keys.acme) });
    expect(outcome).toEqual(unauthenticated);
  });

  it.each(["key", "api_key", "apikey", "token", "access_token", "ticket", "authorization"])(
    "an API key in the address, as %s",
    async (name) => {
      expect(await refusals({}, `?${name}=${attacked.keys.acme}`)).toEqual(unauthenticated);
    },
  );

  it.each(["x-api-key", "api-key", "cookie", "proxy-authorization", "sec-websocket-protocol"])(
    "an API key in the header %s",
    async (name) => {
      const value = name === "sec-websocket-protocol" ? `bearer.${attacked.keys.acme}` : attacked.keys.acme;
      expect(await refusals({ [name]: value })).toEqual(unauthenticated);
    },
  );

  it("a token is no API key, whatever its scopes", async () => {
    const token = await attacked.token({ scopes: [...scopes] });
    expect(await refusals({ authorization: `Bearer ${token}` })).toEqual(invalid);
  });

  it("an API key is no token", async () => {
    expect(await tryDoors(attacked, room, attacked.keys.acme)).toEqual(refusedEverywhere("token_invalid"));
  });

  it("an API key is no ticket", async () => {
    expect(await refusalOf(await knock(attacked.url, room, { ticket: attacked.keys.acme }))).toBe(
      "token_invalid",
    );
  });

  it("a token that is good for more than once is no ticket, and is not spent by having been shown", async () => {
    const token = await attacked.token({ scopes: ["captions:view"], room });
    expect(await refusalOf(await knock(attacked.url, room, { ticket: token }))).toBe("token_invalid");
    // Nor beside a credential that would do.
    const beside = await knock(attacked.url, room, { ticket: token, token });
    expect(await refusalOf(beside)).toBe("token_invalid");
    expect(await refusalOf(await knock(attacked.url, room, { token }))).toBeNull();
  });

  it.each(["token", "access_token", "bearer", "ticket"])(
    "a token in the address of a request, as %s",
    async (name) => {
      const token = await attacked.token({ scopes: [...scopes], room });
      const ticket = await attacked.token({ scopes: ["captions:view"], room, singleUse: true });
      for (const secret of [token, ticket]) {
        const { status, code } = await attacked.ask(
          `/v1/rooms/${room}/captions?tenant=other&${name}=${secret}`,
        );
        expect([status, code]).toEqual([401, "unauthenticated"]);
      }
    },
  );

  it("a page of nobody's laptop is given no token", async () => {
    const { host } = new URL(attacked.url);
    const { status, code } = await attacked.ask("/v1/local/tokens", {
      method: "POST",
      headers: { "sec-fetch-site": "same-origin", origin: `http://${host}` },
      body: { scopes: ["captions:view"], room },
    });
    expect([status, code]).toEqual([404, "not_found"]);
  });

  it("headers that the edge speaks to rooms with are nothing when they come from outside", async () => {
    const pass = { tokenId: "mine", issuedAt: Date.now() + 60_000, expiresAt: Date.now() + 600_000 };
    const headers = {
      "x-captionwire-pass": JSON.stringify(pass),
      "x-captionwire-member": JSON.stringify({ role: "publisher", pass, takeover: true }),
      "x-partykit-room": `acme/${room}`,
      "x-partykit-props": "{}",
    };
    const before = await attacked.roomState(room);
    const put = await attacked.ask(`/v1/rooms/${room}`, { method: "PUT", headers, body: { language: "fr" } });
    expect([put.status, put.code]).toEqual([401, "unauthenticated"]);
    for (const path of ["state", "settings", "purge", "revoke", "transcript"]) {
      for (const base of ["", `/v1/rooms/${room}`, `/parties/captions/${room}`]) {
        const { status, code } = await attacked.ask(`${base}/${path}`, { method: "POST", headers, body: {} });
        expect([status, code]).toEqual([404, "not_found"]);
      }
    }
    expect(await refusalOf(await knock(attacked.url, room, { role: "publisher", headers }))).toBe(
      "unauthenticated",
    );
    const token = await attacked.token({ scopes: ["captions:view"], room });
    const viewer = await knock(attacked.url, room, { token, headers });
    await viewer.frame("snapshot");
    viewer.send(JSON.stringify({ type: "start", encoding: "linear16", sampleRate: 8_000, channels: 1 }));
    expect(await viewer.frame("error")).toMatchObject({ code: "bad_message" });
    await viewer.closed();
    expect(await attacked.roomState(room)).toEqual(before);
    // A revocation reaches the one who claims to be from the future.
    const ticket = await attacked.minted({ scopes: ["captions:view"], room });
    await attacked.revoke({ token: ticket.id });
    const late = await attacked.ask(`/v1/rooms/${room}/captions`, { credential: ticket.token, headers });
    expect(late.code).toBe("token_revoked");
  });

  it.each(["..", ".", "%2e%2e", "..%2Frevoke", "%2e%2e%2fsettings", "%", "%E0%A4", "%00", "a%2Fb", "a%3Fb"])(
    "a caption's id that is a path: %s",
    async (id) => {
      const credential = await attacked.token({ scopes: ["captions:edit"], room });
      const before = await attacked.roomState(room);
      const outgoing = { method: "PATCH", credential, body: { text: "Changed." } };
      const { status, code } = await attacked.ask(`/v1/rooms/${room}/captions/${id}`, outgoing);
      expect([status, code]).toEqual([404, "not_found"]);
      expect(await attacked.roomState(room)).toEqual(before);
    },
  );

  it("leaves nothing of itself in the log", () => {
    expect(attacked.leaked()).toEqual([]);
  });
});
