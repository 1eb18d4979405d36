import { describe, expect, it } from "vitest";
import { eventually } from "../../testing/wait.ts";
import { providerKey, useSpeakBench } from "../support/speak-bench.ts";
import { askToSpeak, reportOn, speakToEnd } from "../support/speak-client.ts";

const bench = useSpeakBench();

describe("what a listener is told besides the sound", () => {
  it.each([1, 3])("is told of the whole text, for one of %i chunks", async (count) => {
    const { provider, newText, hear } = bench();
    const spoken = await newText(count);
    provider.begin();
    const { headers } = await hear(spoken);
    expect(headers).toMatchObject({
      "content-type": "audio/l16;rate=24000",
      "dg-model-name": "aura-2-thalia-en",
      "dg-model-uuid": "11111111-2222-4333-8444-555555555555",
      "dg-char-count": String(spoken.text.length),
      "dg-request-id": provider.asked[0]?.requestId,
      "transfer-encoding": "chunked",
    });
    expect(headers["x-request-id"]).toMatch(/^[\w-]{8,}$/);
    expect(headers["server-timing"]).toMatch(/dur=/);
  });

  it("counts code points, as the provider does", async () => {
    const { provider, newText, hear, reportOf } = bench();
    const spoken = await newText(1);
    const text = `Na\u00efve \u{1f600} and \u65e5\u672c. ${spoken.text}`;
    provider.begin();
    const answer = await hear({ ...spoken, text });
    expect(answer.headers["dg-char-count"]).toBe(String([...text].length));
    expect(provider.texts.join("")).toBe(text);
    expect(await reportOf(spoken, answer)).toMatchObject({ characters: [...text].length });
  });

  it("holds nothing that is the service's own", async () => {
    const { provider, newText, hear, reportOf } = bench();
    const spoken = await newText(2);
    provider.begin();
    const answer = await hear(spoken);
    const report = await reportOf(spoken, answer);
    const told = JSON.stringify([answer.headers, report]);
    expect(told).not.toContain(providerKey);
    expect(told).not.toContain("of-the-service");
    expect(told).not.toContain(spoken.text.slice(0, 20));
  });

  it("holds nothing of the provider's refusal of our key", async () => {
    const { provider, newText, hear } = bench();
    const spoken = await newText(1);
    provider.begin((asked) =>
      asked.refuse(402, {
        err_code: "ASR_PAYMENT_REQUIRED",
        err_msg: `Project of ${providerKey} has no credit.`,
      }),
    );
    const answer = await hear(spoken);
    expect(JSON.stringify(answer.headers) + answer.audio.toString()).not.toMatch(/credit|project/i);
  });
});

describe("what the provider is told", () => {
  it.each(["Bearer", "Token", "bearer"])("is our key, not the listener's token (%s)", async (scheme) => {
    const { provider, newText, hear, stack } = bench();
    const spoken = await newText(2);
    provider.begin();
    const answer = await hear(spoken, {
      headers: {
        authorization: `${scheme} ${spoken.token}`,
        cookie: "session=of-the-listener",
        "x-forwarded-for": "192.0.2.1",
        origin: "http://localhost:3000",
        referer: "https://listener.example/page",
      },
    });
    expect(answer).toMatchObject({ status: 200, ended: "whole" });
    for (const { headers } of provider.asked) {
      expect(headers.authorization).toBe(`Token ${providerKey}`);
      const told = JSON.stringify(headers);
      expect(told).not.toContain(spoken.token);
      expect(told).not.toContain(stack.apiKey);
      expect(told).not.toMatch(/listener|192\.0\.2\.1/);
    }
  });
});

describe("plain text", () => {
  it.each(["text/plain", "text/plain; charset=utf-8", "application/json; charset=utf-8"])(
    "%s",
    async (type) => {
      const { provider, newText, hear } = bench();
      const spoken = await newText(3);
      provider.begin();
      const isJson = type.startsWith("application/json");
      const answer = await hear(spoken, {
        body: isJson ? JSON.stringify({ text: spoken.text }) : spoken.text,
        headers: { "content-type": type },
      });
      expect(answer).toMatchObject({ status: 200, ended: "whole" });
      expect(answer.audio.equals(provider.audioOf(...spoken.chunks))).toBe(true);
    },
  );
});

describe("addresses and methods", () => {
  it("/speak is the same as /v1/speak", async () => {
    const { provider, newText, hear } = bench();
    const spoken = await newText(3);
    provider.begin();
    const answer = await hear(spoken, { path: "/speak" });
    expect(answer.audio.equals(provider.audioOf(...spoken.chunks))).toBe(true);
  });

  it.each([
    ["GET", "/v1/speak"],
    ["HEAD", "/v1/speak"],
    ["PUT", "/v1/speak"],
    ["DELETE", "/v1/speak"],
    ["POST", "/v1/speak/"],
    ["POST", "/v2/speak"],
    ["POST", "/v1/speak/00000000-0000-4000-8000-000000000000"],
    ["GET", "/v1/speak/00000000-0000-4000-8000-000000000000/more"],
  ])("%s %s speaks nothing", async (method, path) => {
    const { provider, newText, stack } = bench();
    const { token, text } = await newText(1);
    provider.begin();
    const answer = await speakToEnd({
      url: stack.url,
      token,
      method,
      path,
      ...(method === "POST" || method === "PUT" ? { text } : {}),
    });
    expect([404, 405]).toContain(answer.status);
    expect(provider.asked).toEqual([]);
    if (method !== "HEAD") expect(() => JSON.parse(answer.audio.toString())).not.toThrow();
  });
});

describe("the report on a request", () => {
  const statusOf = async (id: unknown, token: string | null): Promise<number> => {
    const response = await fetch(`${bench().stack.url}/v1/speak/${id}`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    });
    await response.body?.cancel();
    return response.status;
  };

  it("is for any token of the tenant that may speak, and for nobody else", async () => {
    const { provider, newText, hear, reportOf, stack } = bench();
    const spoken = await newText(1);
    provider.begin();
    const { headers } = await hear(spoken);
    const id = headers["x-request-id"];
    await reportOf(spoken, { headers });
    expect(await statusOf(id, spoken.token)).toBe(200);
    expect(await statusOf(id, await stack.token({ scopes: ["speak"] }))).toBe(200);
    expect(await statusOf(id, await stack.token({ scopes: ["captions:view"] }))).toBe(403);
    expect(await statusOf(id, stack.apiKey)).toBe(401);
    expect(await statusOf(id, null)).toBe(401);
    expect(await statusOf(headers["dg-request-id"], spoken.token)).toBe(404);
    expect(await statusOf("00000000-0000-4000-8000-000000000000", spoken.token)).toBe(404);
    expect(await statusOf("%2e%2e%2f", spoken.token)).toBe(404);
    expect(await statusOf("x".repeat(2_000), spoken.token)).toBe(404);
  });

  it("is there while the request is under way", async () => {
    const { provider, newText, ask, stack } = bench();
    const spoken = await newText(2);
    const goOn = Promise.withResolvers<void>();
    provider.begin(async (asked) => {
      await asked.send(100);
      await goOn.promise;
      return asked.speak();
    });
    const answer = await ask(spoken);
    await answer.reaches(100);
    const report = await eventually(
      "it is known",
      () => reportOn(stack.url, spoken.token, answer.headers["x-request-id"]),
      (known) => known !== null,
    );
    expect(report).toMatchObject({ state: "running", characters: spoken.text.length });
    expect(report).not.toHaveProperty("endedAt");
    goOn.resolve();
    expect(await answer.ended).toBe("whole");
  });

  it("keeps to the id that we made, whatever the caller calls his request", async () => {
    const { provider, newText, stack, hear } = bench();
    const spoken = await newText(1);
    provider.begin();
    const first = await hear(spoken, { headers: { "x-request-id": "of-the-caller" } });
    const second = await askToSpeak({
      url: stack.url,
      token: spoken.token,
      text: "Another text.",
      headers: { "x-request-id": "of-the-caller" },
    });
    await second.ended;
    expect(second.headers["x-request-id"]).not.toBe(first.headers["x-request-id"]);
  });
});
