import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mintToken } from "../../party/tokens/jwt.ts";
import { parseSigningKeys } from "../../party/tokens/signing-keys.ts";
import type { TokenRequest } from "../../shared/claims.ts";
import { inOnePeriod } from "../support/one-period.ts";
import { SpeakProvider } from "../support/speak-provider.ts";
import { startStack, type TestStack } from "../support/stack.ts";
import { type Answer, type Knocked, type Request, Stranger } from "../support/stranger.ts";

const app = "https://app.example";
const other = "https://other.example:8443";
const neighbours = "https://neighbour.example";
const foreign = "https://evil.example";
const tenants = {
  local: { origins: [app, other, "http://localhost:*", "http://[::1]:*"] },
  neighbour: { origins: [neighbours] },
};
const signing = { TOKEN_SECRET: "a-signing-secret-of-these-tests-only-0123456789" };
const flooding = 1_000;

let provider: SpeakProvider;
let stack: TestStack;
let stranger: Stranger;

beforeAll(async () => {
  provider = await SpeakProvider.start();
  stack = await startStack({
    engineUrl: provider.url,
    providerUrl: provider.url,
    variables: { ...signing, TENANTS: JSON.stringify(tenants) },
    floodLimits: { FLOOD_RATE: flooding },
  });
  stranger = new Stranger(stack.url, "127.0.0.2");
  provider.begin(async (asked) => {
    const status = /^Refuse (\d+)/.exec(asked.text)?.[1];
    if (status === undefined) await asked.speak();
    else asked.refuse(Number(status), { err_code: "SCRIPTED", err_msg: "Refused." });
  });
});

afterAll(async () => {
  stranger?.close();
  await stack?.close();
  await provider?.close();
});

/** The whole of what a tenant may do, unless it is asked for less. */
async function tokenOf(tenant: string, request: Partial<TokenRequest> = {}): Promise<string> {
  const scopes = ["captions:view", "captions:edit", "rooms:admin", "speak", "provider"] as const;
  const { token } = await mintToken({ scopes: [...scopes], ttl: 600, ...request }, tenant, keys());
  return token;
}

function keys() {
  return parseSigningKeys(signing);
}

type Headers = Readonly<Record<string, string>>;

const readable = "access-control-allow-origin";

function varies(answer: Answer): string[] {
  return String(answer.headers.vary ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim());
}

/** What no answer may say: that any page may read it, or that cookies count. */
function expectNoMore(answer: Answer): void {
  expect(answer.headers[readable]).not.toBe("*");
  expect(answer.headers["access-control-allow-credentials"]).toBeUndefined();
  expect(answer.headers["access-control-expose-headers"] ?? "").not.toContain("*");
}

const say = (text: string, more: Asking = {}): Asking => ({ method: "POST", body: { text }, ...more });

/** What is asked with the token of `local`, unless it is to come without one or with another. */
type Asking = Request & { readonly isNobody?: true; readonly isEarly?: true };
type Case = readonly [what: string, status: number, path: string, asking: Asking];

/** Whether the tenant is known that is answered. */
function isKnown({ isNobody, isEarly, token }: Asking): boolean {
  return isNobody !== true && isEarly !== true && token === undefined;
}

/** One of each kind of answer that there is behind a token of `local`. */
const cases: readonly Case[] = [
  ["settings", 200, "/v1/rooms/cors", { method: "PUT", body: {} }],
  ["a room", 200, "/v1/rooms/cors", {}],
  ["a room's head", 200, "/v1/rooms/cors", { method: "HEAD" }],
  ["captions", 200, "/v1/rooms/cors/captions", {}],
  ["captions' head", 200, "/v1/rooms/cors/captions", { method: "HEAD" }],
  ["WebVTT", 200, "/v1/rooms/cors/captions.vtt", {}],
  ["WebVTT's head", 200, "/v1/rooms/cors/captions.vtt", { method: "HEAD" }],
  ["a stream's head", 200, "/v1/rooms/cors/events", { method: "HEAD" }],
  ["a room's statistics", 200, "/v1/rooms/cors/stats", {}],
  ["a room's metrics", 200, "/v1/rooms/cors/stats?format=prometheus", {}],
  ["statistics' head", 200, "/v1/rooms/cors/stats/events", { method: "HEAD" }],
  ["a room's reports", 200, "/v1/rooms/cors/reports", {}],
  ["a session's report there is not", 404, "/v1/rooms/cors/reports/x", {}],
  ["a document there is not", 404, "/v1/rooms/cors/reports/x.html", {}],
  ["the rooms", 200, "/v1/rooms", {}],
  ["a correction of nothing", 404, "/v1/rooms/cors/captions/x", { method: "PATCH", body: { text: "x" } }],
  ["bad settings", 400, "/v1/rooms/cors", { method: "PUT", body: { colour: 1 } }],
  [
    "large settings",
    413,
    "/v1/rooms/cors",
    { method: "PUT", body: { language: "x".repeat(20_000) }, isEarly: true },
  ],
  ["a room nobody has made", 404, "/v1/rooms/nobodys", {}],
  ["a room by a bad name", 400, "/v1/rooms/No_Room", { isEarly: true }],
  ["a purge", 204, "/v1/rooms/purged", { method: "DELETE" }],
  ["a socket's address by HTTP", 426, "/parties/captions/cors", {}],
  ["speech", 200, "/v1/speak", say("Hello.")],
  ["speech by its other name", 200, "/speak", say("Hello.")],
  ["speech of nothing", 400, "/v1/speak", say("")],
  ["speech in an unknown format", 400, "/v1/speak?encoding=morse", say("Hello.")],
  ["speech the provider refuses", 502, "/v1/speak", say("Refuse 401.")],
  ["speech the provider cannot do now", 503, "/v1/speak", say("Refuse 503.")],
  ["a report there is not", 404, "/v1/speak/11111111-2222-4333-8444-555555555555", {}],
  ["a provider's grant", 502, "/v1/provider/grant", { method: "POST" }],
  ["what is not there", 404, "/v1/nowhere", { isNobody: true }],
  ["a method that is not there", 404, "/v1/tokens", { method: "PUT", isNobody: true }],
  ["captions for nobody", 401, "/v1/rooms/cors/captions", { token: "no-token" }],
  ["speech for nobody", 401, "/v1/speak", say("Hello.", { isNobody: true })],
  ["a token for nobody", 401, "/v1/tokens", { method: "POST", body: {}, isNobody: true }],
  ["a grant for nobody", 401, "/v1/auth/grant", { method: "POST", isNobody: true }],
  ["a revocation for nobody", 401, "/v1/revocations", { method: "POST", body: {}, isNobody: true }],
];

describe("every answer", () => {
  let token: string;
  beforeAll(async () => {
    token = await tokenOf("local");
    await stranger.ask("/v1/rooms/cors", { method: "PUT", body: {}, token });
  });

  async function answerTo(
    path: string,
    { isNobody, isEarly: _, ...request }: Asking,
    origin?: string,
  ): Promise<Answer> {
    // What is purged has to be there.
    if (path.endsWith("/purged")) await stranger.ask(path, { method: "PUT", body: {}, token });
    const headers: Headers = origin === undefined ? {} : { origin };
    return stranger.ask(path, { ...(isNobody === true ? {} : { token }), ...request, headers });
  }

  it.each(cases)("%s (%i) is readable to the tenant's pages", async (_, status, path, asking) => {
    for (const origin of [app, other, "http://localhost:5173", "http://localhost", stack.url]) {
      const answer = await answerTo(path, asking, origin);
      expect(answer.status).toBe(status);
      expect(varies(answer)).toContain("origin");
      // The Worker's own pages need no leave to read.
      if (origin !== stack.url || isKnown(asking)) expect(answer.headers[readable]).toBe(origin);
      expectNoMore(answer);
    }
  });

  it.each(cases)(
    "%s (%i) tells a caller that is no page nothing of them",
    async (_, status, path, asking) => {
      const answer = await answerTo(path, asking);
      expect(answer.status).toBe(status);
      expect(varies(answer)).toContain("origin");
      expect(answer.headers[readable]).toBeUndefined();
      expectNoMore(answer);
    },
  );

  it.each(cases)("%s is refused to the pages of others", async (_, status, path, asking) => {
    const lookalikes = [
      "null",
      `${app}.evil.example`,
      `${app}:444`,
      "http://app.example",
      "https://other.example",
      "http://localhost.evil.example:80",
      "https://localhost:443",
    ];
    for (const origin of [foreign, neighbours, ...(path === "/v1/rooms/cors" ? lookalikes : [])]) {
      const answer = await answerTo(path, asking, origin);
      expect(answer.status).toBe(isKnown(asking) ? 403 : status);
      expect(varies(answer)).toContain("origin");
      // Whose token is not known may be of any tenant.
      expect(answer.headers[readable]).toBe(!isKnown(asking) && origin === neighbours ? origin : undefined);
      expectNoMore(answer);
    }
  });

  it("of 304 is readable to the same pages", async () => {
    for (const path of ["/v1/rooms/cors/captions", "/v1/rooms/cors/captions.srt"]) {
      const { headers } = await answerTo(path, {}, app);
      const held = { "if-none-match": String(headers.etag) };
      const ask = (origin: string) => stranger.ask(path, { token, headers: { ...held, origin } });
      const unchanged = await ask(app);
      expect(unchanged.status).toBe(304);
      expect(varies(unchanged)).toEqual(expect.arrayContaining(["origin", "authorization"]));
      expect(unchanged.headers[readable]).toBe(app);
      const forbidden = await ask(foreign);
      expect(forbidden.status).toBe(403);
      expect(forbidden.headers[readable]).toBeUndefined();
    }
  });

  it("of a stream is readable to the same pages", async () => {
    const read = async (origin: string) => {
      const headers = { authorization: `Bearer ${token}`, origin };
      const response = await fetch(`${stack.url}/v1/rooms/cors/events`, { headers });
      await response.body?.cancel();
      return response;
    };
    const streamed = await read(app);
    expect(streamed.status).toBe(200);
    expect(streamed.headers.get(readable)).toBe(app);
    expect(streamed.headers.get("vary")?.toLowerCase()).toContain("origin");
    const refused = await read(foreign);
    expect(refused.status).toBe(403);
    expect(refused.headers.get(readable)).toBeNull();
  });

  it("to a flood (429) tells a page when to come back", async () => {
    const answer = await inOnePeriod(10, async () => {
      const flooder = new Stranger(stack.url, "127.0.0.3");
      const ask = () => flooder.ask("/v1/rooms/cors", { headers: { origin: app } });
      await Promise.all(Array.from({ length: flooding }, ask));
      const last = await ask();
      flooder.close();
      return last;
    });
    expect(answer.status).toBe(429);
    expect(answer.headers[readable]).toBe(app);
    expect(answer.headers["access-control-expose-headers"]).toContain("retry-after");
    expect(varies(answer)).toContain("origin");
  });

  it("exposes what it says for a client to read", async () => {
    const always = ["content-type", "cache-control", "content-length", "content-language", "last-modified"];
    const forOthers =
      /^(vary|date|connection|keep-alive|transfer-encoding|content-encoding|server-timing|cloudflare-cdn-cache-control|x-accel-buffering|x-content-type-options|content-security-policy|referrer-policy|access-control-.*)$/;
    for (const [, , path, asking] of cases) {
      const { headers } = await answerTo(path, asking, app);
      const exposed = String(headers["access-control-expose-headers"]).split(", ");
      const said = Object.keys(headers).filter((name) => !forOthers.test(name));
      expect([...always, ...exposed]).toEqual(expect.arrayContaining(said));
    }
  });
});

describe("a preflight", () => {
  const wanted = {
    "access-control-request-method": "PUT",
    "access-control-request-headers": "authorization,content-type",
  };
  const preflight = (path: string, origin: string) =>
    stranger.ask(path, { method: "OPTIONS", headers: { origin, ...wanted } });
  const paths = [
    "/v1/rooms/x",
    "/v1/tokens",
    "/v1/speak",
    "/speak",
    "/v1/auth/grant",
    "/v1/rooms/x/captions/s",
  ];

  it.each(paths)("of %s is allowed to the pages of any tenant, who is not known yet", async (path) => {
    for (const origin of [app, other, neighbours, "http://localhost:1", "http://[::1]:3000"]) {
      const answer = await preflight(path, origin);
      expect(answer).toMatchObject({ status: 204, text: "" });
      expect(answer.headers[readable]).toBe(origin);
      expect(answer.headers["access-control-allow-methods"]).toBe("PUT");
      expect(answer.headers["access-control-allow-headers"]).toBe("authorization,content-type");
      expect(answer.headers["access-control-max-age"]).toMatch(/^[1-9]\d*$/);
      expect(varies(answer).sort()).toEqual([
        "access-control-request-headers",
        "access-control-request-method",
        "origin",
      ]);
      expectNoMore(answer);
    }
  });

  it.each(paths)("of %s is refused to all others", async (path) => {
    for (const origin of [
      foreign,
      "null",
      "http://app.example",
      `${app}:443`,
      "http://localhost:x",
      "http://localhost:1@evil",
    ]) {
      const answer = await preflight(path, origin);
      expect(answer.status).toBe(204);
      // Without it the rest says nothing (Fetch standard, CORS-preflight fetch).
      expect(answer.headers[readable]).toBeUndefined();
      expectNoMore(answer);
      expect(varies(answer)).toContain("origin");
    }
  });

  it("is nothing without what it asks for", async () => {
    const answer = await stranger.ask("/v1/tokens", { method: "OPTIONS", headers: { origin: app } });
    expect(answer.status).toBe(404);
    expect(varies(answer)).toContain("origin");
  });
});

describe("an upgrade", () => {
  async function end(knocked: Knocked): Promise<unknown> {
    if (knocked.kind === "refused") throw new Error(`The upgrade was answered ${knocked.answer.status}.`);
    const frame = await knocked.socket.first();
    if (typeof frame === "object" && frame !== null && "type" in frame && frame.type === "error") {
      return { frames: knocked.socket.frames, ...(await knocked.socket.closed()) };
    }
    knocked.socket.close();
    return frame;
  }
  const knock = (token: string, headers: Headers) => stranger.knock("cors", { token, headers }).then(end);

  const forbidden = {
    code: 4503,
    reason: "origin_forbidden",
    frames: [{ type: "error", code: "origin_forbidden", message: expect.any(String), retry: false }],
  };

  it("from a page of the tenant's, of the Worker's own, or from no page is let in", async () => {
    const token = await tokenOf("local");
    const callers: readonly Headers[] = [{ origin: app }, { origin: other }, { origin: stack.url }, {}];
    for (const headers of callers) {
      expect(await knock(token, headers)).toMatchObject({ type: "snapshot" });
    }
  });

  it.each([foreign, neighbours, "null", `${app}.evil.example`])(
    "from %s is opened, told and closed",
    async (origin) => {
      expect(await knock(await tokenOf("local"), { origin })).toEqual(forbidden);
    },
  );

  it("to a public room needs a page that may, as with a token", async () => {
    const token = await tokenOf("local");
    await stranger.ask("/v1/rooms/open", { method: "PUT", token, body: { public: true } });
    const look = (origin: string) => stranger.knock("open", { headers: { origin } }).then(end);
    expect(await look(app)).toMatchObject({ type: "snapshot" });
    expect(await look(foreign)).toEqual(forbidden);
  });

  it("with a token of one origin's comes from there or not at all", async () => {
    const token = await tokenOf("local", { origin: app });
    expect(await knock(token, { origin: app })).toMatchObject({ type: "snapshot" });
    const callers: readonly Headers[] = [{ origin: other }, { origin: foreign }, { origin: stack.url }, {}];
    for (const headers of callers) {
      expect(await knock(token, headers)).toEqual(forbidden);
    }
  });
});

describe("a request of the Worker's own pages", () => {
  const read = (token: string, headers: Headers) => stranger.ask("/v1/rooms/cors", { token, headers });

  it("needs no place on any list", async () => {
    const token = await tokenOf("neighbour");
    await stranger.ask("/v1/rooms/cors", { method: "PUT", token, body: {} });
    expect((await read(token, { origin: stack.url })).status).toBe(200);
    expect((await read(token, { "sec-fetch-site": "same-origin" })).status).toBe(200);
  });

  it("without an Origin header counts for a token of that origin, as its browser says where it comes from", async () => {
    const token = await tokenOf("local", { origin: stack.url });
    expect((await read(token, { "sec-fetch-site": "same-origin" })).status).toBe(200);
    expect((await read(token, { origin: stack.url })).status).toBe(200);
    const callers: readonly Headers[] = [
      {},
      { "sec-fetch-site": "none" },
      { "sec-fetch-site": "cross-site" },
      { origin: app },
    ];
    for (const headers of callers) {
      const answer = await read(token, headers);
      expect(answer.status).toBe(403);
      expect(answer.text).toContain("origin_forbidden");
    }
  });
});

describe("a token of one origin's", () => {
  it("speaks and reads for that page alone, even where others are on the list", async () => {
    const token = await tokenOf("local", { origin: app });
    const speak = (headers: Headers) => stranger.ask("/v1/speak", say("Bound.", { token, headers }));
    expect((await speak({ origin: app })).status).toBe(200);
    const callers: readonly Headers[] = [
      { origin: other },
      { origin: stack.url },
      {},
      { "sec-fetch-site": "same-origin" },
    ];
    for (const headers of callers) {
      const answer = await speak(headers);
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text)).toMatchObject({ err_code: "ORIGIN_FORBIDDEN" });
    }
  });

  it("may be of an origin that is on no list, and is then good for no page", async () => {
    const token = await tokenOf("local", { origin: foreign });
    const answer = await stranger.ask("/v1/rooms/cors", { token, headers: { origin: foreign } });
    expect(answer.status).toBe(403);
  });
});
