import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Access, checkFirst } from "../../../cli/access.ts";
import { toldIn } from "../../../cli/api.ts";
import { deleteRoom, showRoom } from "../../../cli/rooms/api.ts";

const html = "<!DOCTYPE HTML>\n<html>\n<h1>Error response</h1>\n</html>\n";
const view = { scopes: ["captions:view" as const], room: "demo" };

describe("a service that answers something", () => {
  let server: Server;
  let answer: { status: number; body: string };
  let access: Access;
  beforeEach(async () => {
    server = createServer((_, response) => response.writeHead(answer.status).end(answer.body));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    access = { url: `http://127.0.0.1:${address.port}`, credential: { kind: "token", token: "t" } };
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const nothingHere = JSON.stringify({ code: "not_found", message: "There is nothing here." });

  it.each([
    ["shown", showRoom],
    ["deleted", deleteRoom],
  ])("has no such room to be %s when it says so in our words alone", async (_, run) => {
    answer = { status: 404, body: nothingHere };
    await expect(run(access, "demo")).rejects.toThrow('There is no room "demo"');
    answer = { status: 404, body: html };
    await expect(run(access, "demo")).rejects.toThrow(
      /^(GET|DELETE) \/v1\/rooms\/demo answered 404: a page.*$/,
    );
  });

  it("is checked before a socket is tried", async () => {
    answer = { status: 200, body: '{"ok":true}' };
    await expect(checkFirst(access, view)).resolves.toBeUndefined();
    answer = { status: 404, body: html };
    await expect(checkFirst(access, view)).rejects.toThrow(`${access.url} is no Captionwire: GET /healthz`);
    answer = { status: 200, body: html };
    await expect(checkFirst(access, view)).rejects.toThrow("something else");
    answer = { status: 503, body: '{"code":"overloaded","message":"Come back later."}' };
    await expect(checkFirst(access, view)).resolves.toBeUndefined();
  });
});

describe("what an error says", () => {
  it.each([
    ["our own", '{"code":"bad_request","message":"No."}', "bad_request", "No."],
    ["Deepgram's", '{"err_code":"INVALID","err_msg":"No."}', "INVALID", "No."],
    [
      "Deepgram's of speech",
      '{"category":"INVALID_QUERY_PARAMETER","message":"Invalid query parameter.","details":"No flac.","request_id":"r"}',
      "INVALID_QUERY_PARAMETER",
      "Invalid query parameter. No flac.",
    ],
    ["a text of several lines", "Bad\n\n  gateway\n", null, "Bad gateway"],
    ["nothing", "", null, "nothing more"],
  ])("is read from %s", (_, body, code, message) => {
    expect(toldIn(body)).toEqual({ code, message });
  });

  it("is not the source of a page", () => {
    expect(toldIn(html)).toMatchObject({ code: null, message: expect.not.stringMatching(/[<\n]/) });
  });
});
