import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { localUrl } from "../../../testing/local-url.ts";
import { addressIn, preflight } from "../../conformance/room/preflight.ts";

const apiKey = "a-key";

describe("the address of a service to try", () => {
  it.each([
    "https://captions.example.com",
    "https://captions.example.com/",
    "http://127.0.0.1:8787",
    "http://[::1]:1",
  ])("is taken: %s", (text) => expect(addressIn(text)).toBe(new URL(text).origin));

  it.each([
    ["http://captions.example.com", /in clear.*https/],
    ["http://127.0.0.1.example.com", /in clear.*https/],
    ["https://captions.example.com/staging", /address of the service alone/],
    ["https://captions.example.com/?a=b", /address of the service alone/],
    ["captions.example.com", /address such as/],
    ["ftp://captions.example.com", /address such as/],
  ])("is refused: %s", (text, why) => expect(() => addressIn(text)).toThrow(why));
});

describe("before the rules are tried", () => {
  let server: Server | null = null;
  afterEach(() => server?.close());

  /** A service that answers each path so, and what it was asked with. */
  async function serving(answers: Readonly<Record<string, readonly [status: number, body: unknown]>>) {
    const asked: (readonly [path: string, authorization: string | undefined])[] = [];
    server = createServer((request, response) => {
      const path = request.url ?? "";
      asked.push([path, request.headers.authorization]);
      const [status, body] = answers[path] ?? [404, {}];
      response.writeHead(status).end(JSON.stringify(body));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return { service: { url: localUrl(server), apiKey }, asked };
  }

  it("a service is asked how it is without the key, then for one token", async () => {
    const token = { token: "t", id: "i", expiresAt: Date.now() + 60_000 };
    const { service, asked } = await serving({ "/healthz": [200, { ok: true }], "/v1/tokens": [200, token] });
    await preflight(service);
    expect(asked).toEqual([
      ["/healthz", undefined],
      ["/v1/tokens", `Bearer ${apiKey}`],
    ]);
  });

  it.each([
    ["another program", { "/healthz": [200, { hello: "world" }] as const }],
    ["one that has nothing there", {}],
  ])("%s is not sent the key", async (_, answers) => {
    const { service, asked } = await serving(answers);
    await expect(preflight(service)).rejects.toThrow(/no Captionwire|answered 404/);
    expect(asked).toEqual([["/healthz", undefined]]);
  });

  it("a key that is refused is the end of it", async () => {
    const refusal = { code: "unauthenticated", message: "No.", retry: false };
    const { service } = await serving({ "/healthz": [200, { ok: true }], "/v1/tokens": [401, refusal] });
    await expect(preflight(service)).rejects.toThrow(/\/v1\/tokens answered 401/);
  });

  it("nobody there is one sentence", async () => {
    const { service } = await serving({});
    server?.close();
    await expect(preflight(service)).rejects.toThrow(/cannot be reached/);
  });
});
