import {
  createExecutionContext,
  runDurableObjectAlarm,
  runInDurableObject,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { limits, timing } from "../../shared/limits.ts";
import type { Report } from "../../shared/speak-report.ts";
import { withCache } from "../../workers/speak/cache.ts";
import type { SpeakLog } from "../../workers/speak/log/log.ts";
import { forge, request, tokenFor } from "../support/runtime-client.ts";

function speak(token: string, text = "Hello.", search = ""): Promise<Response> {
  return request(`/v1/speak${search}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ text }),
  });
}

async function reportOf(token: string, id: string | null): Promise<Response> {
  return await request(`/v1/speak/${id}`, { headers: { authorization: `Bearer ${token}` } });
}

describe("GET /v1/speak/{requestId}", () => {
  it("tells how a request ended, to its tenant alone", async () => {
    const token = await tokenFor(["speak"]);
    const response = await speak(token);
    const bytes = (await response.arrayBuffer()).byteLength;
    const id = response.headers.get("x-request-id");
    await expect.poll(async () => (await (await reportOf(token, id)).json<Report>()).state).toBe("complete");
    expect(await (await reportOf(token, id)).json()).toEqual({
      requestId: id,
      state: "complete",
      startedAt: expect.any(Number),
      endedAt: expect.any(Number),
      model: "aura-asteria-en",
      encoding: "mp3",
      characters: 6,
      chunks: { asked: 1, spoken: 1, delivered: 1, fromCache: 0 },
      charactersAsked: 6,
      charactersSpoken: 6,
      charactersDelivered: 6,
      bytesDelivered: bytes,
      tries: 1,
      providerRequestIds: ["provider-request"],
    });
    const stranger = await forge({ claims: { sub: "others", jti: "stranger" } });
    expect((await reportOf(stranger, id)).status).toBe(404);
    for (const wrong of [crypto.randomUUID(), "x", "..%2f", `${id}0`]) {
      expect((await reportOf(token, wrong)).status).toBe(404);
    }
    expect((await reportOf(await tokenFor(["captions:view"]), id)).status).toBe(403);
  });

  it("tells of a failure without the text or the provider's words, and of a request's own id even if one was sent", async () => {
    const token = await tokenFor(["speak"]);
    const response = await speak(token, "status 422");
    expect(response.status).toBe(422);
    const id = response.headers.get("x-request-id");
    await expect.poll(async () => (await reportOf(token, id)).status).toBe(200);
    const report = await (await reportOf(token, id)).text();
    expect(JSON.parse(report)).toMatchObject({
      state: "failed",
      error: { code: "provider_422", chunk: 1 },
      charactersDelivered: 0,
    });
    expect(report).not.toContain("scripted");
  });
});

describe("the log of what was spoken", () => {
  const report = (requestId: string, state: Report["state"], startedAt = Date.now()): Report => ({
    requestId,
    state,
    startedAt,
    model: "m",
    encoding: "mp3",
    characters: 1,
    chunks: { asked: 1, spoken: 0, delivered: 0, fromCache: 0 },
    charactersAsked: 1,
    charactersSpoken: 0,
    charactersDelivered: 0,
    bytesDelivered: 0,
    tries: 1,
    providerRequestIds: [],
  });

  it("keeps an end although the beginning is told after it", async () => {
    const log = env.SPEAK_LOG.getByName("order");
    await log.note(report("a", "failed"));
    await log.note(report("a", "running"));
    expect(await log.find("a")).toMatchObject({ state: "failed" });
    await log.note(report("b", "running"));
    await log.note(report("b", "complete"));
    expect(await log.find("b")).toMatchObject({ state: "complete" });
  });

  it("forgets after a day, and only that", async () => {
    const log = env.SPEAK_LOG.getByName("old");
    await log.note(report("old", "complete", Date.now() - timing.speakReportKeptMs - 1));
    await log.note(report("new", "complete"));
    expect(await runDurableObjectAlarm(log)).toBe(true);
    expect(await log.find("old")).toBeNull();
    expect(await log.find("new")).toMatchObject({ requestId: "new" });
    const alarm = await runInDurableObject(log, (_log: SpeakLog, { storage }) => storage.getAlarm());
    expect(alarm).toBeGreaterThan(Date.now());
  });
});

describe("what one token may ask for", () => {
  it("is so many requests at once, and one more when one has ended or its client has left", async () => {
    const token = await forge({ claims: { jti: "at-once" } });
    const open = await Promise.all(Array.from({ length: limits.speakAtOnceMax }, () => speak(token)));
    expect(open.map(({ status }) => status)).toEqual(open.map(() => 200));
    const refused = await speak(token);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toMatchObject({ err_code: "TOO_MANY_REQUESTS", retryable: true });
    await open[0]?.arrayBuffer();
    await open[1]?.body?.cancel();
    await expect.poll(async () => (await speak(token)).status).toBe(200);
    for (const response of open.slice(2)) await response.arrayBuffer();
  });

  it("is given back by whatever was refused", async () => {
    const token = await forge({ claims: { jti: "refused" } });
    for (let count = 0; count <= limits.speakAtOnceMax; count += 1) {
      expect((await speak(token, "status 400")).status).toBe(400);
      expect((await speak(token, "a", "?nonsense=1")).status).toBe(400);
    }
  });

  it("is so many requests a minute", async () => {
    const token = await forge({ claims: { jti: "a-minute" } });
    let refused: Response | undefined;
    // Twice as many as a minute allows, since the minute may turn in between.
    for (let batch = 0; batch < 65 && refused === undefined; batch += 1) {
      const ten = await Promise.all(Array.from({ length: 10 }, () => speak(token, "a", "?nonsense=1")));
      refused = ten.find(({ status }) => status === 429);
    }
    expect(refused?.headers.get("retry-after")).toBe("60");
    expect((await speak(await forge({ claims: { jti: "another" } }))).status).toBe(200);
  }, 30_000);
});

describe("the cache of chunks", () => {
  /** A provider that counts, and says what it is told to. */
  function voice(scope: string, search = "") {
    const context = createExecutionContext();
    let asked = 0;
    let broken = false;
    const ask = withCache(
      async (text) => {
        asked += 1;
        const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
        const isBroken = broken;
        const write = async () => {
          const writer = writable.getWriter();
          await writer.write(new TextEncoder().encode(`${text} as `));
          if (isBroken) await writer.abort(new Error("torn"));
          else {
            await writer.write(new TextEncoder().encode(String(asked)));
            await writer.close();
          }
        };
        write().catch(() => {});
        const response = new Response(readable, { headers: { "dg-model-name": "m", "dg-request-id": "r" } });
        return { response, cache: "off" };
      },
      {
        cache: caches.default,
        scope,
        query: new URLSearchParams(search),
        later: (work) => context.waitUntil(work),
      },
    );
    return {
      async say(text: string) {
        const { response, cache } = await ask(text, new AbortController().signal);
        const audio = await response.text().catch(() => "broken");
        await waitOnExecutionContext(context);
        return {
          audio,
          isCached: cache === "hit",
          model: response.headers.get("dg-model-name"),
        };
      },
      breaks(now: boolean) {
        broken = now;
      },
    };
  }

  it("speaks a chunk once for the same text and parameters, in whatever order, and for nobody else", async () => {
    const { say } = voice("a", "model=x&speed=1");
    expect(await say("Hello")).toEqual({ audio: "Hello as 1", isCached: false, model: "m" });
    expect(await say("Hello")).toEqual({ audio: "Hello as 1", isCached: true, model: "m" });
    expect(await voice("a", "speed=1&model=x").say("Hello")).toMatchObject({ isCached: true });
    expect(await say("hello")).toMatchObject({ isCached: false });
    expect(await voice("a", "model=y&speed=1").say("Hello")).toMatchObject({ isCached: false });
    expect(await voice("b", "model=x&speed=1").say("Hello")).toMatchObject({ isCached: false });
  });

  it("keeps only what came to its end", async () => {
    const { say, breaks } = voice("c");
    breaks(true);
    expect(await say("Torn")).toMatchObject({ audio: "broken", isCached: false });
    breaks(false);
    expect(await say("Torn")).toEqual({ audio: "Torn as 2", isCached: false, model: "m" });
    expect(await say("Torn")).toEqual({ audio: "Torn as 2", isCached: true, model: "m" });
  });
});
