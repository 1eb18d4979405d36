import { exports } from "cloudflare:workers";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { apiHeaders } from "../../workers/http/api-headers.ts";
import { withPageHeaders } from "../../workers/pages/headers.ts";

const get = (url: string, init?: RequestInit) => exports.default.fetch(new Request(url, init));
const origin = "http://captionwire.test";

/** The policy's directives by name. */
function policyOf(answer: Response): Record<string, string> {
  const directives = (answer.headers.get("content-security-policy") ?? "").split("; ");
  return Object.fromEntries(
    directives.map((directive) => {
      const [name = "", ...sources] = directive.split(" ");
      return [name, sources.join(" ")];
    }),
  );
}

async function assetOf(page: string): Promise<string> {
  const html = await (await get(`${origin}${page}`)).text();
  return /\/assets\/[\w.-]+\.js/.exec(html)?.[0] ?? "";
}

describe("pages and their files", () => {
  it("allow nothing but what they are made of", async () => {
    const script = await assetOf("/watch/demo");
    const addresses = ["/", "/studio", "/studio/", "/stats/demo", "/icon.svg", script];
    for (const address of addresses) {
      const answer = await get(`${origin}${address}`);
      expect(policyOf(answer)).toEqual({
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self' ws://captionwire.test",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "lit-html",
      });
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": address === script ? "cross-origin" : "same-origin",
      });
      // Scripts alone are for other pages too: they bring `<live-captions>`.
      expect(answer.headers.get("access-control-allow-origin")).toBe(address === script ? "*" : null);
      expect(answer.headers.has("strict-transport-security")).toBe(false);
      await answer.body?.cancel();
    }
  });

  it("let a viewer's page be framed, and OBS style the overlay, and nothing besides", async () => {
    const strict = policyOf(await get(`${origin}/`));
    const { "frame-ancestors": _, ...framed } = strict;
    expect(policyOf(await get(`${origin}/watch/demo`))).toEqual(framed);
    const { "require-trusted-types-for": __, "trusted-types": ___, ...styled } = framed;
    expect(policyOf(await get(`${origin}/overlay/demo`))).toEqual({
      ...styled,
      "style-src": "'self' 'unsafe-inline'",
    });
    expect(policyOf(await get(`${origin}/watching`))).not.toEqual(framed);
    // Speech is played from memory.
    for (const page of ["/speak", "/api"]) {
      expect(policyOf(await get(`${origin}${page}`))).toEqual({ ...strict, "media-src": "blob:" });
    }
  });

  it("that are not there are told so as an error of the interface", async () => {
    const answer = await get(`${origin}/none`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: "not_found" });
    expect(answer.headers.get("content-security-policy")).toContain("sandbox");
  });

  it("give the microphone to the studio alone", async () => {
    for (const [address, microphone] of [
      ["/studio", "(self)"],
      ["/studio/", "(self)"],
      ["/studio/demo", "(self)"],
      ["/", "()"],
      ["/watch/studio", "()"],
      ["/overlay/demo", "()"],
      ["/watch/studios", "()"],
    ] as const) {
      const answer = await get(`${origin}${address}`);
      const policy = answer.headers.get("permissions-policy")?.split(", ");
      expect(policy).toContain(`microphone=${microphone}`);
      expect(policy).toContain("camera=()");
      await answer.body?.cancel();
    }
  });

  it("ask for https where they came by it", async () => {
    const answer = await get("https://captionwire.test/watch/demo");
    expect(answer.headers.get("strict-transport-security")).toBe("max-age=31536000");
    expect(policyOf(answer)["connect-src"]).toBe("'self' wss://captionwire.test");
  });

  it("are held by a browser as before", async () => {
    const script = `${origin}${await assetOf("/watch/demo")}`;
    const first = await get(script);
    const etag = first.headers.get("etag") ?? "";
    expect(etag).not.toBe("");
    expect(first.headers.get("content-type")).toMatch(/javascript/);
    expect(await first.text()).not.toBe("");
    const again = await get(script, { headers: { "if-none-match": etag } });
    expect([again.status, again.headers.get("etag"), await again.text()]).toEqual([304, etag, ""]);
    expect(again.headers.get("cache-control")).toBe(first.headers.get("cache-control"));
    expect(again.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("name no host that a policy cannot name", () => {
    for (const host of ["[::1]:8787", "a;script-src", "a,b", "*"]) {
      const url = new URL(`http://${host}/watch/demo`);
      expect(policyOf(withPageHeaders(new Response(), url))["connect-src"]).toBe("'self'");
    }
    const url = new URL("http://127.0.0.1:8787/");
    expect(policyOf(withPageHeaders(new Response(), url))["connect-src"]).toBe("'self' ws://127.0.0.1:8787");
  });
});

describe("apiHeaders", () => {
  const app = new Hono();
  app.use(apiHeaders);
  app.use((_, next) => next());
  app.get("/data", (c) => c.json({}));
  app.get("/own", (c) => c.body("x", 200, { "content-security-policy": "default-src 'self'" }));
  app.get("/held", () => new Response(null, { status: 304, headers: { etag: '"1"' } }));
  app.get("/passed-on", () => exports.default.fetch(new Request(`${origin}/healthz`)));
  app.get("/socket", () => {
    const [client, server] = Object.values(new WebSocketPair());
    server?.accept();
    return new Response(null, { status: 101, webSocket: client ?? null });
  });
  app.get("/broken", () => {
    throw new Error("broken");
  });
  app.onError((_, c) => c.json({ code: "internal" }, 500));
  app.notFound((c) => c.json({ code: "not_found" }, 404));

  it.each([
    ["/data", 200],
    ["/held", 304],
    ["/passed-on", 200],
    ["/broken", 500],
    ["/nowhere", 404],
  ])("are on %s", async (path, status) => {
    const answer = await app.request(path);
    expect(answer.status).toBe(status);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
      "referrer-policy": "no-referrer",
    });
    if (path === "/held") expect(answer.headers.get("etag")).toBe('"1"');
    else expect(await answer.json()).toBeDefined();
  });

  it("leave what a route has set", async () => {
    const answer = await app.request("/own");
    expect(answer.headers.get("content-security-policy")).toBe("default-src 'self'");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await answer.text()).toBe("x");
  });

  it("leave a socket alone", async () => {
    const answer = await app.request("/socket");
    expect(answer.status).toBe(101);
    expect(answer.webSocket).not.toBeNull();
    answer.webSocket?.accept();
    answer.webSocket?.close();
  });
});
