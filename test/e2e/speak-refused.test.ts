import { once } from "node:events";
import { createServer } from "node:http";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { useSpeakBench } from "../support/speak-bench.ts";
import type { Script } from "../support/speak-provider.ts";

const bench = useSpeakBench({ SPEAK_FIRST_BYTE_MS: "1000" });

const RefusalSchema = v.looseObject({ retryable: v.boolean() });

const modern = {
  category: "INVALID_QUERY_PARAMETER",
  message: "Invalid query parameter.",
  details: "speed is for others.",
};
const legacy = (err_code: string) => ({ err_code, err_msg: `The provider says: ${err_code}.` });

type Refused = {
  readonly name: string;
  readonly script: Script;
  readonly status: number | readonly number[];
  readonly body?: object;
  readonly retryable: boolean;
  /** How often the provider is asked. */
  readonly tries: number | "some";
  readonly retryAfter?: string;
  /** It takes as long as the provider is waited for: tried with a text of one chunk only. */
  readonly isSlow?: true;
};

const refusals: readonly Refused[] = [
  {
    name: "400 in the newer shape",
    script: (asked) => asked.refuse(400, modern),
    status: 400,
    body: modern,
    retryable: false,
    tries: 1,
  },
  {
    name: "400 in the older shape",
    script: (asked) => asked.refuse(400, legacy("Bad Request")),
    status: 400,
    body: legacy("Bad Request"),
    retryable: false,
    tries: 1,
  },
  {
    name: "400 in plain text",
    script: (asked) => asked.refuse(400, "no such thing"),
    status: 400,
    retryable: false,
    tries: 1,
  },
  {
    name: "400 whose body never ends",
    script: (asked) => asked.beginRefusal(400),
    status: 400,
    retryable: false,
    tries: 1,
    isSlow: true,
  },
  ...[401, 402, 403].map((status) => ({
    name: `${status}, which speaks of the service's own key`,
    script: ((asked) => asked.refuse(status, legacy("INVALID_AUTH"))) satisfies Script,
    status: 502,
    body: { err_code: "PROVIDER_REFUSED" },
    retryable: false,
    tries: 1,
  })),
  ...[413, 415, 422].map((status) => ({
    name: `${status}`,
    script: ((asked) => asked.refuse(status, legacy("OTHER"))) satisfies Script,
    status,
    body: legacy("OTHER"),
    retryable: false,
    tries: 1,
  })),
  {
    name: "429 again and again",
    script: (asked) => asked.refuse(429, legacy("Too Many Requests")),
    status: 429,
    retryable: true,
    tries: "some",
  },
  {
    name: "429 for longer than anybody waits",
    script: (asked) => asked.refuse(429, legacy("Too Many Requests"), { "retry-after": "60" }),
    status: 429,
    retryable: true,
    tries: 1,
    retryAfter: "60",
  },
  {
    name: "500 twice",
    script: (asked) => asked.refuse(500, legacy("INTERNAL")),
    status: [500, 502, 503],
    retryable: true,
    tries: 2,
  },
  {
    name: "503 twice",
    script: (asked) => asked.refuse(503, { error_code: "Service Unavailable" }),
    status: [502, 503],
    retryable: true,
    tries: 2,
  },
  {
    name: "502 in HTML, as a proxy says it",
    script: (asked) =>
      asked.refuse(502, "<html><h1>Bad gateway</h1></html>", { "content-type": "text/html" }),
    status: [502, 503],
    retryable: true,
    tries: 2,
  },
  {
    name: "a reset before any header, twice",
    script: (asked) => asked.reset(),
    status: [502, 503],
    retryable: true,
    tries: 2,
  },
  {
    name: "an end before any header, twice",
    script: (asked) => asked.cut(),
    status: [502, 503],
    retryable: true,
    tries: 2,
  },
  {
    name: "a reset after the headers, twice",
    script: (asked) => {
      asked.head();
      setTimeout(() => asked.reset(), 50);
    },
    status: [502, 503],
    retryable: true,
    tries: 2,
  },
  {
    name: "200 without a byte, twice",
    script: (asked) => asked.end(),
    status: [502, 503],
    retryable: true,
    tries: 2,
  },
  {
    name: "a page instead of audio under a good status",
    script: (asked) => asked.refuse(200, "<html>Welcome</html>", { "content-type": "text/html" }),
    status: 502,
    retryable: true,
    tries: 1,
  },
  {
    name: "an error under a good status",
    script: (asked) => asked.refuse(200, legacy("INTERNAL")),
    status: 502,
    retryable: true,
    tries: 1,
  },
  {
    name: "429 with no time to wait",
    script: (asked) => asked.refuse(429, legacy("Too Many Requests"), { "retry-after": "0" }),
    status: 429,
    retryable: true,
    tries: "some",
  },
  {
    name: "silence before the headers, twice",
    script: () => {},
    status: [502, 503, 504],
    retryable: true,
    tries: 2,
    isSlow: true,
  },
  {
    name: "silence after the headers, twice",
    script: (asked) => asked.head(),
    status: [502, 503, 504],
    retryable: true,
    tries: 2,
    isSlow: true,
  },
];

describe.each([1, 3])("a provider that does not begin, asked for a text of %i chunks", (count) => {
  it.each(refusals.filter(({ isSlow }) => count === 1 || !isSlow))(
    "$name",
    async ({ script, status, body, retryable, tries, retryAfter }) => {
      const { provider, newText, hear, reportOf } = bench();
      const spoken = await newText(count);
      provider.begin(script);
      const answer = await hear(spoken);
      const told = answer.audio.toString();

      expect(answer.ended).toBe("whole");
      expect([status].flat()).toContain(answer.status);
      expect(answer.headers["content-type"]).toMatch(/^application\/json/);
      const refusal = v.parse(RefusalSchema, JSON.parse(told));
      expect(refusal).toMatchObject({ ...body, retryable });
      // One of the two shapes that the provider's clients read.
      expect("err_code" in refusal || "category" in refusal || "error_code" in refusal).toBe(true);
      expect(answer.headers["dg-error"]).toBeTypeOf("string");
      if (answer.status === 429) expect(answer.headers["retry-after"]).toMatch(/^[1-9]\d*$/);
      if (retryAfter !== undefined) expect(answer.headers["retry-after"]).toBe(retryAfter);

      expect(new Set(provider.texts)).toEqual(new Set([spoken.chunks[0]]));
      if (tries === "some") {
        expect(provider.asked.length).toBeGreaterThan(1);
        expect(provider.asked.length).toBeLessThan(10);
      } else expect(provider.asked.length).toBe(tries);

      expect(await reportOf(spoken, answer)).toMatchObject({
        state: "failed",
        chunks: { asked: 1, spoken: 0, delivered: 0 },
        tries: provider.asked.length,
        charactersSpoken: 0,
        charactersDelivered: 0,
        bytesDelivered: 0,
        error: { code: expect.any(String), message: expect.any(String), chunk: 1 },
      });
    },
  );
});

const recoveries: readonly { readonly name: string; readonly script: Script; readonly isSlow?: true }[] = [
  { name: "a 500", script: (asked) => asked.refuse(500, legacy("INTERNAL")) },
  { name: "a 503", script: (asked) => asked.refuse(503, "later") },
  { name: "a 429", script: (asked) => asked.refuse(429, legacy("Too Many Requests")) },
  {
    name: "a 429 with a time",
    script: (asked) => asked.refuse(429, legacy("Too Many Requests"), { "retry-after": "1" }),
  },
  { name: "a reset", script: (asked) => asked.reset() },
  { name: "an end without an answer", script: (asked) => asked.cut() },
  { name: "an answer without a byte", script: (asked) => asked.end() },
  { name: "silence", script: () => {}, isSlow: true },
  { name: "headers and silence", script: (asked) => asked.head(), isSlow: true },
];

describe.each([
  { count: 1, at: 1 },
  { count: 3, at: 1 },
  { count: 3, at: 2 },
  { count: 3, at: 3 },
])("a provider that fails once before chunk $at of $count", ({ count, at }) => {
  it.each(recoveries.filter(({ isSlow }) => at === 2 || !isSlow))(
    "$name is not heard",
    async ({ script }) => {
      const { provider, newText, hear, reportOf } = bench();
      const spoken = await newText(count);
      const failing = spoken.chunks[at - 1];
      provider.begin((asked) =>
        asked.text === failing && asked.attempt === 1 ? script(asked) : asked.speak(),
      );
      const answer = await hear(spoken);

      expect(answer).toMatchObject({ status: 200, ended: "whole" });
      expect(answer.audio.equals(provider.audioOf(...spoken.chunks))).toBe(true);
      expect(provider.texts).toEqual(
        spoken.chunks.flatMap((chunk) => (chunk === failing ? [chunk, chunk] : [chunk])),
      );
      expect(await reportOf(spoken, answer)).toMatchObject({
        state: "complete",
        chunks: { asked: count, spoken: count, delivered: count },
        tries: count + 1,
        charactersDelivered: spoken.text.length,
        bytesDelivered: answer.audio.length,
      });
    },
  );
});

describe("a provider that is busy", () => {
  const busy = legacy("Too Many Requests");

  it("is waited for in the middle of a text for longer than at its beginning", async () => {
    const { provider, newText, hear } = bench();
    const spoken = await newText(3);
    provider.begin((asked) =>
      asked.text === spoken.chunks[1] && asked.attempt <= 3 ? asked.refuse(429, busy) : asked.speak(),
    );
    const answer = await hear(spoken);
    expect(answer).toMatchObject({ status: 200, ended: "whole" });
    expect(answer.audio.equals(provider.audioOf(...spoken.chunks))).toBe(true);
    expect(provider.texts.filter((text) => text === spoken.chunks[1])).toHaveLength(4);
  });

  it("is not waited for without end in the middle of a text", async () => {
    const { provider, newText, hear, reportOf } = bench();
    const spoken = await newText(3);
    provider.begin((asked) =>
      asked.text === spoken.chunks[1] ? asked.refuse(429, busy, { "retry-after": "3600" }) : asked.speak(),
    );
    const answer = await hear(spoken);
    expect(answer).toMatchObject({ status: 200, ended: "broken" });
    expect(answer.audio.equals(provider.audioOf(spoken.chunks[0] ?? ""))).toBe(true);
    expect(provider.texts).toEqual(spoken.chunks.slice(0, 2));
    expect(await reportOf(spoken, answer)).toMatchObject({ state: "failed", error: { chunk: 2 } });
  });
});

describe("a provider that sends its callers elsewhere", () => {
  it.each([302, 307])("%i is not followed, and the key stays", async (status) => {
    const { provider, newText, hear } = bench();
    const seen: unknown[] = [];
    const elsewhere = createServer((request, response) => {
      seen.push(request.headers);
      response.end("audio of somebody else");
    });
    elsewhere.listen(0, "127.0.0.1");
    await once(elsewhere, "listening");
    try {
      const address = elsewhere.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      const spoken = await newText(1);
      provider.begin((asked) => asked.refuse(status, "", { location: `http://127.0.0.1:${port}/v1/speak` }));
      const answer = await hear(spoken);
      expect(answer.status).toBe(502);
      expect(JSON.parse(answer.audio.toString())).toHaveProperty("retryable");
      expect(seen).toEqual([]);
    } finally {
      elsewhere.close();
    }
  });
});
