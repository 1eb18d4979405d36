import { DeepgramError } from "@deepgram/sdk";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wavFile } from "../../support/wav-file.ts";
import { open } from "./connection.ts";
import { fluxMessageSchema } from "./flux-schemas.ts";
import { liveMessageSchema } from "./live-schemas.ts";
import { errorBodySchema, grantSchema, transcriptionSchema } from "./rest-schemas.ts";
import { sampleRate, sentence, wordErrorRate } from "./speech.ts";
import { clientOf, startTarget, type Target } from "./target.ts";

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

async function grant(request?: { ttl_seconds?: number }) {
  const answer: unknown = await clientOf(target).auth.v1.tokens.grant(request);
  return v.parse(grantSchema, answer);
}

const claimsSchema = v.looseObject({ exp: v.number() });

describe("auth v1, grant", () => {
  it("grants a token for 30 seconds, or for as long as asked", async () => {
    const beforeSeconds = Math.floor(Date.now() / 1000);
    const short = await grant();
    const long = await grant({ ttl_seconds: 3600 });
    expect(short.expires_in).toBe(30);
    expect(long.expires_in).toBe(3600);
    const parts = long.access_token.split(".");
    expect(parts).toHaveLength(3);
    const claims = v.parse(claimsSchema, JSON.parse(Buffer.from(parts[1] ?? "", "base64url").toString()));
    expect(claims.exp).toBeGreaterThanOrEqual(beforeSeconds + 3600);
  });

  it("lets its token speak and listen in every way", async () => {
    const { access_token } = await grant({ ttl_seconds: 300 });
    const client = clientOf(target, { accessToken: access_token });

    const response = await client.speak.v1.audio.generate({
      text: sentence,
      encoding: "linear16",
      container: "none",
      sample_rate: sampleRate,
    });
    const audio = new Uint8Array(await response.arrayBuffer());

    const wav = wavFile({ encoding: "linear16", sampleRate, channels: 1 }, audio);
    const answer: unknown = await client.listen.v1.media.transcribeFile(wav, { model: "nova-3" });
    const heard = v.parse(transcriptionSchema, answer).results.channels[0]?.alternatives[0]?.transcript;
    expect(wordErrorRate(sentence, heard ?? "")).toBeLessThan(0.25);

    const raw = { encoding: "linear16", sample_rate: sampleRate, reconnectAttempts: 0 } as const;
    const live = await open(await client.listen.v1.connect({ model: "nova-3", ...raw }), liveMessageSchema);
    live.socket.sendCloseStream({ type: "CloseStream" });
    expect(await live.closed()).toMatchObject({ code: 1000 });

    const flux = await open(
      await client.listen.v2.connect({ model: "flux-general-en", ...raw }),
      fluxMessageSchema,
    );
    flux.socket.sendCloseStream({ type: "CloseStream" });
    await flux.closed();
  });

  it.each([0, -1, 3601, 1e12])("refuses %d seconds", async (ttl) => {
    const error: unknown = await grant({ ttl_seconds: ttl }).catch((thrown: unknown) => thrown);
    if (!(error instanceof DeepgramError)) throw new Error("It was not refused.", { cause: error });
    expect(error.statusCode).toBe(400);
    v.parse(errorBodySchema, error.body);
  });

  it("refuses a stranger, and a token that was changed", async () => {
    const { access_token } = await grant();
    const changed = `${access_token.slice(0, -6)}AAAAAA`;
    for (const credential of [
      { apiKey: "0123456789abcdef0123456789abcdef01234567" },
      { accessToken: changed },
    ]) {
      const client = clientOf(target, credential);
      await expect(
        client.speak.v1.audio.generate({ text: sentence, encoding: "linear16" }),
      ).rejects.toMatchObject({
        statusCode: 401,
        body: { err_code: "INVALID_AUTH" },
      });
    }
    const stranger = clientOf(target, { apiKey: "0123456789abcdef0123456789abcdef01234567" });
    await expect(stranger.auth.v1.tokens.grant()).rejects.toMatchObject({ statusCode: 401 });
  });
});
