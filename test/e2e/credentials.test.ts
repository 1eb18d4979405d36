import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Scope } from "../../shared/claims.ts";
import { limits } from "../../shared/limits.ts";
import type { Role } from "../../shared/protocol.ts";
import { joinRoom } from "../support/member.ts";
import { startStack, type TestStack } from "../support/stack.ts";

const room = "guarded";

describe("credentials", () => {
  let stack: TestStack;
  /** Minted first, so that they have ended when they are needed. */
  let expired: { speak: string; view: string };

  beforeAll(async () => {
    stack = await startStack();
    expired = {
      speak: await stack.token({ scopes: ["speak"], ttl: 1 }),
      view: await stack.token({ scopes: ["captions:view"], room, ttl: 1 }),
    };
    await sleep((1 + limits.tokenSkewSeconds + 1) * 1000);
  });
  afterAll(() => stack?.close());

  const tokenOf = (scope: Scope, forRoom = room): Promise<string> =>
    stack.token({ scopes: [scope], room: forRoom });

  const post = (path: string, credential: string | null, body: unknown): Promise<Response> =>
    fetch(`${stack.url}${path}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(credential === null ? {} : { authorization: `Bearer ${credential}` }),
      },
      body: JSON.stringify(body),
    });

  it.each([
    ["absent", async () => null, 401],
    ["of no meaning", async () => "not-a-token", 401],
    ["an API key", async () => stack.apiKey, 401],
    ["expired", async () => expired.speak, 401],
    ["of another scope", async () => tokenOf("captions:view"), 403],
  ])("/v1/speak refuses a token that is %s", async (_, credential, status) => {
    const response = await post("/v1/speak", await credential(), { text: "Hello." });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    const body = await response.text();
    expect(JSON.parse(body)).toHaveProperty("err_code");
    expect(body).not.toMatch(/at .+:\d+:\d+/);
  });

  it("refuses on a kept connection without breaking it for the next request", async () => {
    const statuses = new Set<number>();
    for (let count = 0; count < 60; count += 1) {
      statuses.add(
        (await post(count % 2 ? "/v1/speak" : "/v1/tokens", "not-a-key", { text: "Hello." })).status,
      );
      await sleep(count % 15);
    }
    expect([...statuses]).toEqual([401]);
  });

  it.each([
    ["absent", async () => null],
    ["of no meaning", async () => "not-a-key"],
    ["a token", async () => tokenOf("rooms:admin")],
  ])("/v1/tokens refuses an API key that is %s", async (_, credential) => {
    const response = await post("/v1/tokens", await credential(), { scopes: ["speak"] });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ retry: false });
  });

  it.each<[string, Role, () => Promise<string | null>, number, string]>([
    ["absent", "viewer", async () => null, 4501, "unauthenticated"],
    ["of no meaning", "viewer", async () => "not-a-token", 4501, "token_invalid"],
    ["expired", "viewer", async () => expired.view, 4401, "token_expired"],
    ["for another room", "viewer", () => tokenOf("captions:view", "elsewhere"), 4503, "room_forbidden"],
    ["of another scope", "viewer", () => tokenOf("captions:publish"), 4503, "scope_missing"],
    ["absent", "publisher", async () => null, 4501, "unauthenticated"],
    ["for another room", "publisher", () => tokenOf("captions:publish", "elsewhere"), 4503, "room_forbidden"],
    ["a viewer's", "publisher", () => tokenOf("captions:view"), 4503, "scope_missing"],
  ])("the room refuses a token that is %s from a %s", async (_, role, credential, closeCode, code) => {
    const member = await joinRoom({ url: stack.url, room, role, token: await credential() });
    expect((await member.closed()).code).toBe(closeCode);
    expect(member.frames).toEqual([
      { type: "error", code, message: expect.any(String), retry: closeCode < 4500 },
    ]);
  });

  it("lets in who has the right one", async () => {
    const token = await tokenOf("captions:view");
    const member = await joinRoom({ url: stack.url, room, role: "viewer", token });
    expect(await member.frame("snapshot")).toMatchObject({ version: 0, segments: [] });
    member.close();
  });
});
