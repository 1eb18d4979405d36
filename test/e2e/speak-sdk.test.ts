import { DeepgramClient, DeepgramError } from "@deepgram/sdk";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { within } from "../../testing/wait.ts";
import { type Spoken, useSpeakBench } from "../support/speak-bench.ts";

const bench = useSpeakBench();

const raw = {
  model: "aura-2-thalia-en",
  encoding: "linear16",
  container: "none",
  sample_rate: 24_000,
} as const;

const clientFor = ({ token }: Pick<Spoken, "token">): DeepgramClient =>
  new DeepgramClient({ accessToken: token, baseUrl: bench().stack.url });

const refusalOf = async (work: Promise<unknown>): Promise<DeepgramError> => {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DeepgramError)) throw new Error("It was not refused.", { cause: error });
  return error;
};

describe("the provider's own SDK, pointed here", () => {
  it.each([1, 4])("speaks a text of %i chunks by an unchanged call", async (count) => {
    const { provider, newText } = bench();
    const spoken = await newText(count);
    provider.begin();
    const response = await clientFor(spoken).speak.v1.audio.generate({ text: spoken.text, ...raw });
    const audio = Buffer.from(await response.arrayBuffer());
    expect(audio.equals(provider.audioOf(...spoken.chunks))).toBe(true);
  });

  it("takes our token in place of a key as well", async () => {
    const { provider, newText, stack } = bench();
    const spoken = await newText(1);
    provider.begin();
    const client = new DeepgramClient({ apiKey: spoken.token, baseUrl: stack.url });
    const response = await client.speak.v1.audio.generate({ text: spoken.text });
    const audio = Buffer.from(await response.arrayBuffer());
    expect(audio.equals(provider.audioOf(...spoken.chunks))).toBe(true);
  });

  it("reads a long text while it is being spoken", async () => {
    const { provider, newText } = bench();
    const spoken = await newText(3);
    const [first = ""] = spoken.chunks;
    const heard = Promise.withResolvers<void>();
    provider.begin(async (asked) => {
      if (asked.number > 1) await heard.promise;
      return asked.speak();
    });
    const response = await clientFor(spoken).speak.v1.audio.generate({ text: spoken.text, ...raw });
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of response.stream() ?? []) {
      parts.push(part);
      length += part.length;
      if (length === provider.audioOf(first).length) heard.resolve();
    }
    expect(Buffer.concat(parts).equals(provider.audioOf(...spoken.chunks))).toBe(true);
  });

  it("finds the headers it knows", async () => {
    const { provider, newText } = bench();
    const spoken = await newText(3);
    provider.begin();
    const { data, rawResponse } = await clientFor(spoken)
      .speak.v1.audio.generate({ text: spoken.text, ...raw })
      .withRawResponse();
    await data.arrayBuffer();
    expect(Object.fromEntries(rawResponse.headers)).toMatchObject({
      "content-type": "audio/l16;rate=24000",
      "dg-model-name": "aura-2-thalia-en",
      "dg-char-count": String(spoken.text.length),
      "dg-request-id": provider.asked[0]?.requestId,
    });
  });

  it("hangs up, and the provider's work ends", async () => {
    const { provider, newText } = bench();
    const spoken = await newText(3);
    // The runtime notices a connection that was closed quietly when it next sends something.
    provider.begin(async (asked) => {
      for (let byte = 100; asked.state === "open" && byte < asked.audio.length; byte += 20) {
        await asked.send(byte);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
    const response = await clientFor(spoken).speak.v1.audio.generate({ text: spoken.text, ...raw });
    const reader = response.stream()?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(provider.asked.length).toBeGreaterThan(0);
    for (const asked of provider.asked) await within("the provider is hung up on", asked.left, 5_000);
  });
});

describe("errors as the SDK reports them", () => {
  const LegacySchema = v.looseObject({
    err_code: v.string(),
    err_msg: v.string(),
    request_id: v.string(),
    retryable: v.boolean(),
  });
  const ModernSchema = v.looseObject({
    category: v.string(),
    message: v.string(),
    details: v.string(),
    request_id: v.string(),
    retryable: v.boolean(),
  });
  const modern = { category: "SPEED_NOT_SUPPORTED", message: "No.", details: "Not this voice." };

  it("the provider's 400", async () => {
    const { provider, newText } = bench();
    const spoken = await newText(1);
    provider.begin((asked) => asked.refuse(400, { ...modern, request_id: asked.requestId }));
    const error = await refusalOf(clientFor(spoken).speak.v1.audio.generate({ text: spoken.text, ...raw }));
    expect(error.statusCode).toBe(400);
    expect(v.parse(ModernSchema, error.body)).toMatchObject(modern);
    expect(error.rawResponse?.headers.get("dg-error")).toBeTypeOf("string");
    expect(provider.asked).toHaveLength(1);
  });

  it.each([
    ["a parameter nobody knows", { query: "voice" }, 400, ModernSchema],
    ["no text", { text: " " }, 400, LegacySchema],
    ["too long a text", { text: "a ".repeat(50_001) }, 413, LegacySchema],
  ] as const)("%s", async (_, wrong, status, schema) => {
    const { provider, newText } = bench();
    const spoken = await newText(1);
    provider.begin();
    const error = await refusalOf(
      clientFor(spoken).speak.v1.audio.generate(
        { text: "text" in wrong ? wrong.text : spoken.text, ...raw },
        "query" in wrong ? { queryParams: { [wrong.query]: "x" } } : {},
      ),
    );
    expect(error.statusCode).toBe(status);
    expect(v.parse(schema, error.body).retryable).toBe(false);
    expect(provider.asked).toEqual([]);
  });

  it("a token of another scope, and one of no meaning", async () => {
    const { provider, newText, stack } = bench();
    const { text } = await newText(1);
    provider.begin();
    const viewer = await stack.token({ scopes: ["captions:view"] });
    for (const [token, status] of [
      [viewer, 403],
      ["no-token", 401],
    ] as const) {
      const error = await refusalOf(clientFor({ token }).speak.v1.audio.generate({ text, ...raw }));
      expect(error.statusCode).toBe(status);
      v.parse(LegacySchema, error.body);
    }
    expect(provider.asked).toEqual([]);
  });

  it("our key being refused, as a fault of ours that coming back does not heal", async () => {
    const { provider, newText } = bench();
    const spoken = await newText(1);
    provider.begin((asked) =>
      asked.refuse(401, { err_code: "INVALID_AUTH", err_msg: "Invalid credentials." }),
    );
    const error = await refusalOf(
      clientFor(spoken).speak.v1.audio.generate({ text: spoken.text, ...raw }, { maxRetries: 0 }),
    );
    expect(error.statusCode).toBe(502);
    expect(v.parse(LegacySchema, error.body)).toMatchObject({
      err_code: "PROVIDER_REFUSED",
      retryable: false,
    });
  });

  it("a provider that is busy, which it tries again by itself", async () => {
    const { provider, newText } = bench();
    const spoken = await newText(1);
    provider.begin((asked) =>
      asked.number <= 1 ? asked.refuse(429, { err_code: "Busy" }, { "retry-after": "3" }) : asked.speak(),
    );
    const response = await clientFor(spoken).speak.v1.audio.generate({ text: spoken.text, ...raw });
    const audio = Buffer.from(await response.arrayBuffer());
    expect(audio.equals(provider.audioOf(...spoken.chunks))).toBe(true);
    expect(provider.asked).toHaveLength(2);
  });
});
