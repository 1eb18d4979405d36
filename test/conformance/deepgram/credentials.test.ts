import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { within } from "../../../testing/wait.ts";
import { open } from "./connection.ts";
import { liveMessageSchema } from "./live-schemas.ts";
import { sampleRate } from "./speech.ts";
import { clientOf, startTarget, type Target } from "./target.ts";

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

const raw = { model: "nova-3", encoding: "linear16", sample_rate: sampleRate, reconnectAttempts: 0 } as const;

async function connect(credential: Parameters<typeof clientOf>[1], options = {}) {
  return open(
    await clientOf(target, credential).listen.v1.connect({ ...raw, ...options }),
    liveMessageSchema,
  );
}

/** As the SDK does it in a browser, where a socket has no headers. */
async function connectAsBrowser(protocols: string[]): Promise<WebSocket> {
  const address = new URL(
    `/v1/listen?model=nova-3&encoding=linear16&sample_rate=${sampleRate}`,
    target.baseUrl,
  );
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address, protocols);
  await within(
    "the browser's socket opens",
    new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve());
      socket.addEventListener("close", ({ code }) => reject(new Error(`closed with ${code}`)));
    }),
  );
  return socket;
}

describe("credentials of a live connection", () => {
  it("takes a key", async () => {
    const live = await connect({ apiKey: target.apiKey });
    live.socket.sendCloseStream({ type: "CloseStream" });
    expect(await live.closed()).toMatchObject({ code: 1000 });
  });

  it("takes a token from grant, and keeps the connection after its time", async () => {
    const { access_token } = await clientOf(target).auth.v1.tokens.grant({ ttl_seconds: 1 });
    const live = await connect({ accessToken: access_token });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    live.socket.sendMedia(new Uint8Array(3200));
    live.socket.sendCloseStream({ type: "CloseStream" });
    expect(await live.closed()).toMatchObject({ code: 1000 });
    await expect(connect({ accessToken: access_token })).rejects.toThrow("401");
  });

  it.each([
    ["an unknown key", { apiKey: "0123456789abcdef0123456789abcdef01234567" }],
    ["an unknown token", { accessToken: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl" }],
  ])("refuses %s with 401", async (_, credential) => {
    await expect(connect(credential)).rejects.toThrow("401");
  });

  it("refuses a token presented as a key", async () => {
    const { access_token } = await clientOf(target).auth.v1.tokens.grant();
    await expect(connect({ apiKey: access_token })).rejects.toThrow("401");
  });

  it("echoes to a browser only the scheme of its credential", async () => {
    const { access_token } = await clientOf(target).auth.v1.tokens.grant();
    for (const [scheme, secret] of [
      ["token", target.apiKey],
      ["bearer", access_token],
    ] as const) {
      const socket = await connectAsBrowser([scheme, secret, "x-deepgram-session-id", crypto.randomUUID()]);
      expect(socket.protocol).toBe(scheme);
      socket.close();
    }
  });
});

describe("what a live connection is refused for", () => {
  it.each([
    ["a Flux model", { model: "flux-general-en" }],
    ["an unknown model", { model: "nova-99" }],
    ["an unknown encoding", { encoding: "morse" }],
    ["a parameter without sense", { interim_results: "perhaps" }],
    ["utterance_end_ms without interims", { utterance_end_ms: 1000 }],
    ["both ways to ask for speakers", { diarize: "true", diarize_model: "latest" }],
    ["more key terms than fit", { keyterm: Array.from({ length: 600 }, (_, index) => `term${index}`) }],
  ])("%s: 400", async (_, options) => {
    await expect(connect({ apiKey: target.apiKey }, options)).rejects.toThrow("400");
  });
});
