import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Validator } from "@seriousme/openapi-schema-validator";
import { createParser } from "eventsource-parser";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { Scope } from "../../shared/claims.ts";
import { within } from "../../testing/wait.ts";
import { Described } from "../support/described.ts";
import { say, startPublisher } from "../support/live.ts";
import { speech } from "../support/speech.ts";
import { startStack, type TestStack } from "../support/stack.ts";

const room = "boats";
const json = { "content-type": "application/json" };
let stack: TestStack;
let written: unknown;
let described: Described;
/** Operations of which a good answer was seen. */
const walked = new Set<string>();

beforeAll(async () => {
  stack = await startStack();
  written = await (await fetch(`${stack.url}/openapi.json`)).json();
  described = new Described(written);
  const spoken = await speech(stack, "Small boats come home.");
  await say(await startPublisher(stack, room, spoken), spoken);
});

afterAll(async () => {
  await stack?.close();
});

type Asked = {
  /** What follows on the server's address, where the described path is not it. */
  readonly at?: string;
  readonly as?: Scope | "apiKey";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Asks as the description says, and holds the answer against it. */
async function ask(method: string, path: string, status: number, asked: Asked = {}): Promise<Response> {
  const answer = await send(method, path, asked);
  const problems = await described.problemsOf(method, path, answer.clone());
  expect({ status: answer.status, problems }, `${method} ${path}`).toEqual({ status, problems: [] });
  if (answer.ok) walked.add(`${method} ${path}`);
  return answer;
}

async function send(method: string, path: string, { at, as, body, headers }: Asked): Promise<Response> {
  return fetch(stack.url + (at ?? path.replace("{room}", room)), {
    method: method.toUpperCase(),
    headers: {
      ...(as === undefined ? {} : { authorization: `Bearer ${await secretOf(as)}` }),
      ...(body === undefined ? {} : json),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

async function secretOf(as: Scope | "apiKey"): Promise<string> {
  return as === "apiKey" ? stack.apiKey : stack.token({ scopes: [as] });
}

const inRoom = "/v1/rooms/{room}";

describe("GET /openapi.json", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(v.parse(v.record(v.string(), v.unknown()), written));
    expect(errors ?? []).toEqual([]);
    expect([valid, validator.version]).toEqual([true, "3.1"]);
  });

  it("has examples that fit their schemas", () => {
    const examples = described.examples();
    expect(examples.length).toBeGreaterThan(100);
    for (const { where, problems } of examples) expect(problems, where).toEqual([]);
  });
});

describe("what is answered is what is described", () => {
  it("of the service", async () => {
    await ask("get", "/healthz", 200);
    const { headers } = await ask("get", "/openapi.json", 200);
    const held = { headers: { "if-none-match": headers.get("etag") ?? "" } };
    await ask("get", "/openapi.json", 304, held);
  });

  it("of tokens", async () => {
    const viewer = { scopes: ["captions:view"], room };
    const minted = await ask("post", "/v1/tokens", 200, { as: "apiKey", body: viewer });
    const { id } = v.parse(v.object({ id: v.string() }), await minted.json());
    await ask("post", "/v1/tokens", 401, { body: viewer });
    await ask("post", "/v1/tokens", 401, { as: "speak", body: viewer });
    await ask("post", "/v1/tokens", 400, { as: "apiKey", body: { scopes: ["everything"] } });
    await ask("post", "/v1/tokens", 413, { as: "apiKey", body: "x".repeat(5_000) });
    const origin = { origin: "https://evil.example" };
    await ask("post", "/v1/tokens", 403, { as: "apiKey", body: viewer, headers: origin });
    await ask("post", "/v1/revocations", 200, { as: "apiKey", body: { token: id } });
    await ask("post", "/v1/revocations", 400, { as: "apiKey", body: { token: id, all: true } });
    await ask("post", "/v1/auth/grant", 200, { as: "apiKey", body: { ttl_seconds: 60 } });
    await ask("post", "/v1/auth/grant", 400, { as: "apiKey", body: { ttl_seconds: -1 } });
    await ask("post", "/v1/auth/grant", 401);
    await ask("post", "/v1/provider/grant", 200, { as: "provider" });
    await ask("post", "/v1/provider/grant", 403, { as: "speak" });
  });

  it("of speech", async () => {
    const body = { text: "Good evening." };
    const spoken = await ask("post", "/v1/speak", 200, { as: "speak", body });
    await spoken.arrayBuffer();
    await ask("post", "/speak", 200, { at: "/speak?encoding=linear16&container=none", as: "speak", body });
    const report = "/v1/speak/{requestId}";
    const at = `/v1/speak/${spoken.headers.get("x-request-id")}`;
    await ask("get", report, 200, { at, as: "speak" });
    await ask("get", report, 404, { at: "/v1/speak/none", as: "speak" });
    await ask("post", "/v1/speak", 401, { body });
    await ask("post", "/v1/speak", 403, { as: "rooms:admin", body });
    await ask("post", "/v1/speak", 400, { at: "/v1/speak?pitch=2", as: "speak", body });
    await ask("post", "/v1/speak", 400, { at: "/v1/speak?encoding=mp3&container=wav", as: "speak", body });
    await ask("post", "/v1/speak", 400, { as: "speak", body: { text: " " } });
    await ask("post", "/v1/speak", 400, { as: "speak", body: "no JSON" });
    await ask("post", "/v1/speak", 413, { as: "speak", body: { text: "x".repeat(100_001) } });
    const wrong = { "content-type": "text/html" };
    await ask("post", "/v1/speak", 415, { as: "speak", body: "x", headers: wrong });
  });

  it("of rooms", async () => {
    await ask("get", "/v1/rooms", 200, { as: "rooms:admin" });
    await ask("get", "/v1/rooms", 400, { at: "/v1/rooms?limit=0", as: "rooms:admin" });
    await ask("get", "/v1/rooms", 400, { at: "/v1/rooms?after=No%20Name", as: "rooms:admin" });
    const own = { authorization: `Bearer ${await stack.token({ scopes: ["rooms:admin"], room })}` };
    await ask("get", "/v1/rooms", 403, { headers: own });
    await ask("put", inRoom, 200, { as: "rooms:admin", body: { keyterms: ["harbour"], public: false } });
    await ask("put", inRoom, 400, { as: "rooms:admin", body: { colour: "blue" } });
    await ask("put", inRoom, 413, { as: "rooms:admin", body: "x".repeat(20_000) });
    await ask("get", inRoom, 200, { as: "rooms:admin" });
    await ask("get", inRoom, 200, { as: "captions:view" });
    await ask("get", inRoom, 401);
    await ask("get", inRoom, 400, { at: "/v1/rooms/No", as: "rooms:admin" });
    await ask("get", inRoom, 403, { at: "/v1/rooms/other", headers: own });
    await ask("get", inRoom, 404, { at: "/v1/rooms/none", as: "rooms:admin" });
    const passing = "/v1/rooms/passing";
    await ask("put", inRoom, 200, { at: passing, as: "rooms:admin", body: { language: "en" } });
    await ask("delete", inRoom, 204, { at: passing, as: "rooms:admin" });
  });

  it("of the socket", async () => {
    const path = "/parties/captions/{room}";
    await ask("get", path, 426, { as: "captions:view" });
    await ask("get", path, 400, { at: "/parties/captions/boats?role=painter", as: "captions:view" });
    const token = await stack.token({ scopes: ["captions:view"], room });
    const address = `${stack.url.replace("http", "ws")}/parties/captions/${room}`;
    const socket = new WebSocket(address, ["captionwire.1", `bearer.${token}`]);
    const text = await within(
      "the first frame",
      new Promise<string>((resolve, reject) => {
        socket.once("message", (data) => resolve(data.toString()));
        socket.once("error", reject);
      }),
    );
    expect(described.problemsOfFrame("get", path, "toViewer", JSON.parse(text))).toEqual([]);
    walked.add(`get ${path}`);
    socket.close();
  });

  it("of captions", async () => {
    const path = `${inRoom}/captions`;
    const as = "captions:view";
    const first = await ask("get", path, 200, { as });
    const { epoch, version, segments } = v.parse(
      v.object({ epoch: v.string(), version: v.number(), segments: v.array(v.object({ id: v.string() })) }),
      await first.json(),
    );
    const [last] = segments.slice(-1);
    const here = `/v1/rooms/${room}`;
    await ask("get", path, 304, { as, headers: { "if-none-match": first.headers.get("etag") ?? "" } });
    await ask("get", path, 200, { at: `${here}/captions?since=${epoch}.${version}`, as });
    await ask("get", path, 200, { at: `${here}/captions?before=${last?.id}&limit=5`, as });
    await ask("get", path, 400, { at: `${here}/captions?limit=5`, as });
    await ask("get", path, 404, { at: `${here}/captions?before=none`, as });
    for (const extension of ["vtt", "srt", "txt", "json"])
      await ask("get", `${path}.${extension}`, 200, { as });
    await ask("get", `${path}.vtt`, 401);

    const correct = `${path}/{id}`;
    const at = `${here}/captions/${last?.id}`;
    await ask("patch", correct, 200, { at, as: "captions:edit", body: { text: "Small boats came home." } });
    await ask("patch", correct, 400, { at, as: "captions:edit", body: { text: "x".repeat(2_001) } });
    await ask("patch", correct, 403, { at, as: "captions:view", body: { text: "No." } });
    await ask("patch", correct, 404, {
      at: `${here}/captions/none`,
      as: "captions:edit",
      body: { text: "x" },
    });
    await follow(`${inRoom}/events`, as, ["message"]);
    await ask("patch", correct, 204, { at, as: "captions:edit", body: { text: "" } });
  });

  it("of figures", async () => {
    const as = "rooms:stats";
    await ask("get", `${inRoom}/stats`, 200, { as });
    await ask("get", `${inRoom}/stats`, 200, { at: `/v1/rooms/${room}/stats?format=prometheus`, as });
    await ask("get", `${inRoom}/stats`, 400, { at: `/v1/rooms/${room}/stats?format=xml`, as });
    await follow(`${inRoom}/stats/events`, as, ["stats"]);
    const list = await ask("get", `${inRoom}/reports`, 200, { as });
    const { reports } = v.parse(
      v.object({ reports: v.array(v.object({ session: v.string() })) }),
      await list.json(),
    );
    const at = `/v1/rooms/${room}/reports/${reports[0]?.session}`;
    const path = `${inRoom}/reports/{session}`;
    await ask("get", path, 200, { at, as });
    await ask("get", path, 404, { at: `/v1/rooms/${room}/reports/none`, as });
    await ask("get", `${path}.html`, 200, { at: `${at}.html`, as });
    await ask("get", `${path}.html`, 400, { at: `${at}.html?tz=nowhere`, as });
    const ticket = await stack.token({ scopes: ["rooms:stats"], room, singleUse: true });
    await ask("get", `${path}.html`, 200, { at: `${at}.html?ticket=${ticket}` });
    await ask("get", `${path}.html`, 409, { at: `${at}.html?ticket=${ticket}` });
    await ask("get", `${path}.html`, 204, {
      at: `${at}.html?ticket=${ticket}`,
      headers: { "sec-purpose": "prefetch" },
    });
  });

  it("of every operation there is", () => {
    const all = described.operations.map(({ method, path }) => `${method} ${path}`);
    expect([...walked].sort()).toEqual(all.sort());
  });
});

/** Reads a stream until an event of each of these kinds has come. */
async function follow(path: string, as: Scope, kinds: readonly string[]): Promise<void> {
  const answer = await send("get", path, { as });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  const missing = new Set(kinds);
  const parser = createParser({
    onEvent({ event = "message", data }) {
      expect(described.problemsOfFrame("get", path, event, JSON.parse(data))).toEqual([]);
      missing.delete(event);
    },
  });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  while (missing.size > 0) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done || value === undefined) throw new Error(`${path} ended without ${[...missing]}.`);
    parser.feed(value);
  }
  await reader?.cancel();
  walked.add(`get ${path}`);
}

it("what docs/api.md has one type does what it says", async () => {
  const shell = /^## In a shell$.*?(?=^## )/ms.exec(readDocument("docs/tokens.md"))?.[0] ?? "";
  const typed = [...`${shell}${readDocument("docs/api.md")}`.matchAll(/^```sh\n(.*?)^```$/gms)]
    .map(([, block]) => block)
    .join("\n");
  const folder = mkdtempSync(join(tmpdir(), "captionwire-docs-"));
  try {
    mkdirSync(join(folder, ".captionwire"));
    const local = { url: stack.url, apiKey: stack.apiKey };
    writeFileSync(join(folder, ".captionwire", "local.json"), JSON.stringify(local));
    const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", typed], { cwd: folder });
    expect(stdout).toContain('"retentionHours":24');
    expect(stdout).toContain('"type":"snapshot"');
    expect(stdout).toContain("WEBVTT");
    expect(statSync(join(folder, "speech.mp3")).size).toBeGreaterThan(1_000);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function readDocument(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
}
