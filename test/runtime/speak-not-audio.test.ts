import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { expect, it } from "vitest";
import { withCache } from "../../workers/speak/cache.ts";
import { attempt } from "../../workers/speak/pipeline/attempt.ts";

it("a good answer that is no audio is not kept in the cache", async () => {
  const context = createExecutionContext();
  const answers = [
    () => Response.json({ err_code: "INTERNAL" }),
    () => new Response("audio", { headers: { "content-type": "audio/mpeg" } }),
  ];
  const ports = {
    now: Date.now,
    random: () => 0.5,
    setTimer(run: () => void, delayMs: number) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    mayGoOn: async () => true,
    ask: withCache(
      async () => ({
        response: answers.shift()?.() ?? new Response("asked too often", { status: 500 }),
        cache: "off",
      }),
      {
        cache: caches.default,
        scope: "not-audio",
        query: new URLSearchParams(),
        later: (work) => context.waitUntil(work),
      },
    ),
  };
  const say = async () => {
    const begun = await attempt("Hello", ports, 5_000, new AbortController().signal);
    if (begun.kind !== "begun") return begun.kind;
    while ((await begun.rest.next()) !== null);
    await waitOnExecutionContext(context);
    return begun.cache === "hit" ? "cached" : "spoken";
  };
  expect(await say()).toBe("unfit");
  await waitOnExecutionContext(context);
  expect(await say()).toBe("spoken");
  expect(await say()).toBe("cached");
});
