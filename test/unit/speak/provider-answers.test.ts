import { describe, expect, it } from "vitest";
import { ChunkFailure, refusalOf } from "../../../workers/speak/pipeline/failure.ts";
import type { SpeakRefusal } from "../../../workers/speak/refusal.ts";
import { speechOf } from "./scripted-voice.ts";

/** What the client is told of a speech that never began. */
async function refusalBy(speech: Promise<unknown>): Promise<SpeakRefusal> {
  const error = await speech.catch((reason: unknown) => reason);
  if (error instanceof ChunkFailure) return refusalOf(error.failure);
  throw new Error("It was not refused.");
}

describe("a provider that is busy", () => {
  it.each(["0", "00"])(
    "and says to come back at once (%j) is not asked without a pause",
    async (retryAfter) => {
      const { asked, wait, speech, time } = speechOf(["One."]);
      for (let count = 0; count < 12; count += 1) {
        await asked.at(-1)?.refuse(429, "{}", { "retry-after": retryAfter });
        await wait(1);
      }
      expect(asked).toHaveLength(1);
      for (let count = 0; count < 12 && time.pending > 0; count += 1) {
        await wait(375);
        await asked.at(-1)?.refuse(429, "{}", { "retry-after": retryAfter });
      }
      expect(await refusalBy(speech)).toMatchObject({ status: 429 });
      expect(asked).toHaveLength(3);
    },
  );

  it("and takes its time to say so is not waited for any longer than one that is quick", async () => {
    const { asked, wait, speech } = speechOf(["One."]);
    await wait(1_700);
    await asked[0]?.refuse(429);
    expect(await refusalBy(speech)).toMatchObject({ status: 429 });
    expect(asked).toHaveLength(1);
  });

  it("has the client told when to come back, in its own words or ours", async () => {
    const named = speechOf(["One."]);
    await named.request(1).refuse(429, "{}", { "retry-after": "60" });
    expect(await refusalBy(named.speech)).toMatchObject({ status: 429, retryAfterS: 60 });

    const unnamed = speechOf(["One."]);
    for (let count = 1; count <= 3; count += 1) {
      await unnamed.request(count).refuse(429);
      await unnamed.wait(1_000);
    }
    const { status, retryAfterS } = await refusalBy(unnamed.speech);
    expect(status).toBe(429);
    expect(retryAfterS).toBeGreaterThan(0);
  });
});

describe("a good answer that is no audio", () => {
  it.each(["application/json", "Application/Problem+JSON; charset=utf-8", "text/html; charset=utf-8"])(
    "(%s) is not spoken, and not asked for again",
    async (type) => {
      const { asked, request, wait, speech, time } = speechOf(["One."]);
      await request(1).refuse(200, '{"err_code":"INTERNAL"}', { "content-type": type });
      await wait(60_000);
      expect(await refusalBy(speech)).toMatchObject({ status: 502, body: { err_code: "PROVIDER_BROKEN" } });
      expect(asked).toHaveLength(1);
      expect(time.pending).toBe(0);
    },
  );

  it.each(["application/octet-stream", "AUDIO/MPEG"])("is not this: %s", async (type) => {
    const { request, speech } = speechOf(["One."]);
    await request(1).refuse(200, "1", { "content-type": type });
    expect((await (await speech).audio.next()).value).toEqual(new TextEncoder().encode("1"));
  });
});
