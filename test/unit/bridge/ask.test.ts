import channel from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { askAcross, readAcross } from "../../../party/bridge/ask.ts";
import { registryAt } from "../../../party/bridge/http-registry.ts";
import { parseSigningKeys } from "../../../party/tokens/signing-keys.ts";
import { timing } from "../../../shared/limits.ts";
import { localUrl } from "../../../testing/local-url.ts";

const keys = parseSigningKeys({ TOKEN_SECRET: "a-secret-of-the-tests-which-is-long-enough" });
let server: Server | null = null;

afterEach(async () => {
  vi.useRealTimers();
  server?.closeAllConnections();
  server?.close();
  server = null;
});

async function otherSide(answer: RequestListener): Promise<string> {
  server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  return localUrl(server);
}

/** The next answer whose headers are here. */
function announced(): Promise<void> {
  return new Promise((resolve) => {
    const told = () => {
      channel.unsubscribe("undici:request:headers", told);
      resolve();
    };
    channel.subscribe("undici:request:headers", told);
  });
}

describe("the other side of the bridge", () => {
  it("is given up when it does not begin to answer", async () => {
    const url = await otherSide(() => {});
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const said: string[] = [];
    const answer = askAcross(url, {}, (what) => said.push(what)).catch((error: unknown) => error);
    if (server !== null) await once(server, "request");
    vi.advanceTimersByTime(timing.bridgeAnswerMs - 1);
    expect(said).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(await answer).toMatchObject({ code: "draining" });
    expect(said).toEqual(["AbortError"]);
  });

  it("may go on for as long as it likes once it has begun", async () => {
    let end: () => void = () => {};
    const url = await otherSide((_, response) => {
      response.write("begun, ");
      end = () => response.end("done");
    });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const answer = await askAcross(url, {}, () => {});
    vi.advanceTimersByTime(timing.bridgeAnswerMs * 10);
    end();
    expect(await answer.text()).toBe("begun, done");
  });

  it.each<[string, number, typeof askAcross | typeof readAcross]>([
    ["a refusal", 503, askAcross],
    ["an answer that is read", 200, readAcross],
  ])("is given up when %s begins and does not end", async (_, status, ask) => {
    const url = await otherSide((_request, response) => {
      response.writeHead(status).write('{"code":"too_many_rooms",');
    });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const begun = announced();
    const said: string[] = [];
    const answer = ask(url, {}, (what) => said.push(what)).catch((error: unknown) => error);
    await begun;
    vi.advanceTimersByTime(timing.bridgeAnswerMs);
    expect(await answer).toMatchObject({ code: "draining" });
    expect(said).toEqual(["AbortError"]);
  });

  it("is left when whoever asked has gone, which is nobody's failure", async () => {
    const url = await otherSide(() => {});
    const said: string[] = [];
    const leaving = new AbortController();
    const answer = askAcross(url, { signal: leaving.signal }, (what) => said.push(what));
    if (server !== null) await once(server, "request");
    leaving.abort(new Error("gone"));
    await expect(answer).rejects.toThrow("gone");
    expect(said).toEqual([]);
  });
});

describe("a tenant's list behind an address", () => {
  it("is asked as its room", async () => {
    const asked: unknown[] = [];
    const url = await otherSide(async (request, response) => {
      asked.push([request.method, request.url, await text(request)]);
      response.end('{"issuedBefore":5,"tokens":[]}');
    });
    const registry = registryAt(url, "acme/vault", keys);
    const standing = { issuedBefore: 5, tokens: [] };
    expect(await registry.admit(true)).toEqual(standing);
    expect(await registry.standing()).toEqual(standing);
    await registry.forget();
    expect(asked).toEqual([
      ["POST", "/internal/registry/acme/vault/admit", '{"isNew":true}'],
      ["POST", "/internal/registry/acme/vault/standing", "{}"],
      ["POST", "/internal/registry/acme/vault/forget", "{}"],
    ]);
  });

  it.each<[string, number, string, string]>([
    ["no place for another room", 403, '{"code":"too_many_rooms","message":"Full."}', "too_many_rooms"],
    [
      "no such list, as without ROOMS_URL",
      404,
      '{"code":"not_found","message":"Nothing."}',
      "not_configured",
    ],
    ["a proxy whose server is away", 502, "<h1>Bad gateway</h1>", "draining"],
    ["something else", 200, "<h1>Hello</h1>", "internal"],
    ["a standing of another shape", 200, '{"issuedBefore":"now"}', "internal"],
  ])("fails as a room can tell it: %s", async (_, status, body, code) => {
    const url = await otherSide((_request, response) => response.writeHead(status).end(body));
    await expect(registryAt(url, "acme/vault", keys).admit(true)).rejects.toMatchObject({ code });
  });

  it("is told nothing when it is away", async () => {
    const url = await otherSide(() => {});
    server?.close();
    server?.closeAllConnections();
    await expect(registryAt(url, "acme/vault", keys).forget()).rejects.toMatchObject({ code: "draining" });
  });
});
