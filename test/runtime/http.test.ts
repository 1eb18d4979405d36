import { describe, expect, it } from "vitest";
import { apiKey, forge, mint, request, tokenFor } from "../support/runtime-client.ts";

const speakBody = { method: "POST", body: JSON.stringify({ text: "Hello." }) };

function speak(token: string | null, init: RequestInit = speakBody, path = "/v1/speak"): Promise<Response> {
  const headers = {
    "content-type": "application/json",
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  return request(path, { ...init, headers });
}

describe("POST /v1/tokens", () => {
  it("gives a token for what was asked, for as long as was asked", async () => {
    const before = Date.now();
    const response = await mint({ scopes: ["captions:view"], room: "demo", ttl: 120 });
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const { token, expiresAt } = await response.json<{ token: string; expiresAt: number }>();
    expect(token.split(".")).toHaveLength(3);
    expect(expiresAt).toBeGreaterThanOrEqual(before + 119_000);
    expect(expiresAt).toBeLessThanOrEqual(Date.now() + 121_000);
  });

  it("takes Deepgram's scheme word for the key as well", async () => {
    expect((await mint({ scopes: ["speak"] }, `Token ${apiKey}`)).status).toBe(200);
  });

  it("refuses strangers", async () => {
    for (const [authorization, code] of [
      ["", "unauthenticated"],
      ["Basic YTpi", "unauthenticated"],
      ["Bearer api-key-of-the-testt", "token_invalid"],
      [`Bearer ${await tokenFor(["rooms:admin"])}`, "token_invalid"],
    ] as const) {
      const response = await mint({ scopes: ["speak"] }, authorization);
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code, retry: false });
    }
  });

  it("refuses what it cannot read, naming it", async () => {
    for (const [body, word] of [
      [{}, "scopes"],
      [{ scopes: [] }, "scopes"],
      [{ scopes: ["everything"] }, "scopes"],
      [{ scopes: ["speak"], ttl: 7_201 }, "ttl"],
      [{ scopes: ["speak"], room: "Bad Room" }, "room"],
      [{ scopes: ["speak"], admin: true }, "admin"],
      ["text", "JSON"],
    ] as const) {
      const response = await mint(body);
      expect(response.status).toBe(400);
      expect((await response.json<{ message: string }>()).message).toContain(word);
    }
    const huge = await mint({ scopes: ["speak"], room: "x".repeat(5_000) });
    expect(huge.status).toBe(413);
  });
});

describe("POST /v1/local/tokens", () => {
  const ask = (url: string, headers: Record<string, string>) =>
    request(url, {
      method: "POST",
      headers,
      body: JSON.stringify({ scopes: ["captions:view"], room: "demo" }),
    });

  it("serves no page but its own, and no host but this machine", async () => {
    const own = { "sec-fetch-site": "same-origin", host: "127.0.0.1:8787" };
    expect((await ask("/v1/local/tokens", own)).status).toBe(404);
    const { exports } = await import("cloudflare:workers");
    const local = (headers: Record<string, string>) =>
      exports.default.fetch(
        new Request("http://127.0.0.1:8787/v1/local/tokens", {
          method: "POST",
          headers,
          body: JSON.stringify({ scopes: ["captions:view"], room: "demo" }),
        }),
      );
    expect((await local(own)).status).toBe(200);
    expect((await local({ ...own, "sec-fetch-site": "cross-site" })).status).toBe(404);
    expect((await local({ host: own.host })).status).toBe(404);
    expect((await local({ ...own, host: "evil.example" })).status).toBe(404);
    const foreign = await exports.default.fetch(
      new Request("http://127.0.0.1:8787/v1/local/tokens", {
        method: "POST",
        headers: own,
        body: JSON.stringify({ scopes: ["provider"] }),
      }),
    );
    expect(foreign.status).toBe(403);
  });
});

describe("POST /v1/speak", () => {
  it("passes the request to the provider with the provider's key, and its answer back as it comes", async () => {
    const response = await speak(
      await tokenFor(["speak"]),
      speakBody,
      "/v1/speak?model=aura-2-thalia-en&encoding=linear16",
    );
    expect(response.status).toBe(200);
    const [first, told] = new TextDecoder().decode(await response.arrayBuffer()).split("|");
    expect(first).toBe("first");
    expect(JSON.parse(told ?? "")).toEqual({
      authorization: "Token provider-key-of-the-tests",
      contentType: "application/json",
      query: "?model=aura-2-thalia-en&encoding=linear16",
      body: '{"text":"Hello."}',
    });
  });

  it("passes Deepgram's headers and nothing that is not the client's business", async () => {
    const { headers } = await speak(await tokenFor(["speak"]));
    expect(headers.get("content-type")).toBe("audio/l16;rate=16000");
    expect(headers.get("dg-model-name")).toBe("aura-2-thalia-en");
    expect(headers.get("dg-char-count")).toBe("17");
    expect(headers.get("dg-request-id")).toBe("provider-request");
    expect(headers.get("x-request-id")).toBeTruthy();
    for (const name of ["set-cookie", "dg-project-id"]) expect(headers.get(name)).toBeNull();
  });

  it("is there under /speak too, and takes a token as a Deepgram key", async () => {
    const token = await tokenFor(["speak"]);
    expect((await speak(token, speakBody, "/speak")).status).toBe(200);
    const asKey = await request("/v1/speak", {
      ...speakBody,
      headers: { authorization: `token ${token}`, "content-type": "application/json" },
    });
    expect(asKey.status).toBe(200);
  });

  it("refuses strangers in Deepgram's shape, asking the provider nothing", async () => {
    for (const [token, status, code] of [
      [null, 401, "INVALID_AUTH"],
      ["rubbish", 401, "INVALID_AUTH"],
      [apiKey, 401, "INVALID_AUTH"],
      [await forge({ expiresInSeconds: -60 }), 401, "INVALID_AUTH"],
      [await tokenFor(["captions:view"]), 403, "INSUFFICIENT_PERMISSIONS"],
    ] as const) {
      const response = await speak(token);
      expect(response.status).toBe(status);
      expect(response.headers.get("dg-error")).toBeTruthy();
      expect(await response.json()).toMatchObject({ err_code: code, request_id: expect.any(String) });
    }
  });

  it("refuses a body larger than Deepgram would take", async () => {
    const response = await speak(await tokenFor(["speak"]), {
      method: "POST",
      body: "x".repeat(2 * 1024 * 1024 + 1),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ err_code: "PAYLOAD_TOO_LARGE" });
  });

  it("passes the provider's refusals of the text on, and never those of our own key", async () => {
    const token = await tokenFor(["speak"]);
    const answer = (status: number) => speak(token, { method: "POST", body: `{"text":"status ${status}"}` });
    for (const status of [400, 413, 422, 429, 503]) {
      const response = await answer(status);
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ err_code: "SCRIPTED" });
    }
    for (const status of [401, 402, 403]) {
      const response = await answer(status);
      expect(response.status).toBe(502);
      expect(await response.json()).toMatchObject({ err_code: "PROVIDER_REFUSED" });
    }
  });
});

describe("tokens that are not ours", () => {
  it("are refused, whatever they claim", async () => {
    const [header, payload] = (await forge({})).split(".");
    const unsigned = `${btoa('{"alg":"none"}').replaceAll("=", "")}.${payload}.`;
    for (const token of [
      await forge({ secret: "another-secret-which-is-also-long-enough" }),
      await forge({ claims: { iss: "others" } }),
      await forge({ claims: { aud: "others" } }),
      await forge({ claims: { scope: 7 } }),
      await forge({ claims: { exp: undefined } }),
      unsigned,
      `${header}.${payload}.AAAA`,
    ]) {
      expect((await speak(token)).status).toBe(401);
    }
    expect((await speak(await forge({}))).status).toBe(200);
  });
});

describe("everything else", () => {
  it("says that the room speaks WebSocket, after it has checked who asks", async () => {
    const stranger = { headers: { authorization: "Bearer rubbish" } };
    expect((await request("/parties/captions/demo", stranger)).status).toBe(401);
    const response = await request("/parties/captions/demo", {
      headers: { authorization: `Bearer ${await tokenFor(["captions:view"], "demo")}` },
    });
    expect(response.status).toBe(426);
    expect(await response.json()).toMatchObject({ code: "upgrade_required" });
  });

  it("tells what is not there as an error of the interface", async () => {
    for (const [method, path] of [
      ["GET", "/v1/tokens"],
      ["GET", "/v1/nothing"],
      ["PUT", "/v1/tokens"],
      ["POST", "/v1/rooms/demo"],
      ["POST", "/nope"],
    ] as const) {
      const response = await request(path, { method });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: "not_found", retry: false });
    }
  });

  it("is healthy", async () => {
    expect(await (await request("/healthz")).json()).toEqual({ ok: true });
  });
});
