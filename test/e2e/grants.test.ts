import { DeepgramClient, DeepgramError } from "@deepgram/sdk";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { startStack, type TestStack } from "../support/stack.ts";

const GrantSchema = v.strictObject({ access_token: v.string(), expires_in: v.number() });
const text = "A grant is good for a while.";
const sound = { encoding: "linear16", container: "none", sample_rate: 16_000 } as const;

describe("grants in Deepgram's shape", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack?.close());

  const post = (path: string, credential: string, body?: string): Promise<Response> =>
    fetch(`${stack.url}${path}`, {
      method: "POST",
      headers: { authorization: `Token ${credential}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body }),
    });
  const granted = async (answer: Response) => v.parse(GrantSchema, await answer.json());

  it("give the provider's own SDK a token of ours, with which it speaks", async () => {
    const { auth } = new DeepgramClient({ apiKey: stack.apiKey, baseUrl: stack.url });
    const { access_token, expires_in } = await auth.v1.tokens.grant({ ttl_seconds: 60 });
    expect(expires_in).toBe(60);
    const { speak } = new DeepgramClient({ accessToken: access_token, baseUrl: stack.url });
    const answer = await speak.v1.audio.generate({ text, ...sound });
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(sound.sample_rate);
    expect((await auth.v1.tokens.grant()).expires_in).toBe(limits.grantDefaultSeconds);
  });

  it("give nothing else with it", async () => {
    const { access_token } = await granted(await post("/v1/auth/grant", stack.apiKey));
    for (const path of ["/v1/tokens", "/v1/auth/grant", "/v1/provider/grant", "/v1/revocations"]) {
      expect([401, 403]).toContain((await post(path, access_token, "{}")).status);
    }
    const captions = await fetch(`${stack.url}/v1/rooms/demo/captions`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    expect(captions.status).toBe(403);
  });

  it.each([
    ["no number", '{"ttl_seconds":"60"}'],
    ["nothing at all", '{"ttl_seconds":0}'],
    ["too long", `{"ttl_seconds":${limits.providerGrantMaxSeconds + 1}}`],
    ["a part of a second", '{"ttl_seconds":1.5}'],
    ["no JSON", "{"],
  ])("refuse a life that is %s, in Deepgram's words", async (_, body) => {
    const answer = await post("/v1/auth/grant", stack.apiKey, body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ err_code: "Bad Request", request_id: expect.any(String) });
  });

  it("refuse whoever has no API key, as the SDK understands", async () => {
    const stranger = new DeepgramClient({ apiKey: "not-a-key", baseUrl: stack.url });
    const refusal: unknown = await stranger.auth.v1.tokens.grant().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DeepgramError);
    expect(refusal).toMatchObject({ statusCode: 401, body: { err_code: "INVALID_AUTH" } });
  });

  it("pass the provider's own on, with its life, to whoever has the scope for it", async () => {
    const token = await stack.token({ scopes: ["provider"] });
    const own = await granted(await post("/v1/provider/grant", token, '{"ttl_seconds":90}'));
    expect(own.expires_in).toBe(90);
    // It is good at the provider and not here, as ours is good here and not there.
    const { speak } = new DeepgramClient({ accessToken: own.access_token, baseUrl: stack.engineUrl });
    expect(
      (await (await speak.v1.audio.generate({ text, ...sound })).arrayBuffer()).byteLength,
    ).toBeGreaterThan(0);
    expect((await post("/v1/speak", own.access_token, JSON.stringify({ text }))).status).toBe(401);

    for (const scope of ["speak", "rooms:admin"] as const) {
      const other = await post("/v1/provider/grant", await stack.token({ scopes: [scope] }));
      expect(other.status).toBe(403);
      expect(await other.json()).toMatchObject({ err_code: "INSUFFICIENT_PERMISSIONS" });
    }
    expect((await post("/v1/provider/grant", stack.apiKey)).status).toBe(401);
  });
});
