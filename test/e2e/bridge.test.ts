import * as v from "valibot";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { newSigningSecret } from "../../cli/keys/make.ts";
import { memberHeader, passHeader } from "../../party/paths.ts";
import { CaptionwireError, errorTable } from "../../shared/errors.ts";
import { bearerSubprotocolPrefix, subprotocol } from "../../shared/protocol.ts";
import { eventually, within } from "../../testing/wait.ts";
import { Attacked } from "../support/attacked.ts";
import { knock, refusalOf } from "../support/doors.ts";
import { ScriptedRooms } from "../support/scripted-rooms.ts";

const room = "far";

const Refusal = v.object({
  content: v.object({
    "application/json": v.object({
      // Of what is refused in Deepgram's shapes there is none.
      schema: v.object({
        properties: v.optional(v.object({ code: v.object({ enum: v.array(v.string()) }) })),
      }),
    }),
  }),
});
const Description = v.object({
  paths: v.record(
    v.string(),
    v.record(v.string(), v.object({ responses: v.object({ 503: v.optional(Refusal) }) })),
  ),
});

/** What the edge does where rooms are behind `ROOMS_URL`; the rooms themselves are told what to say. */
describe("an edge Worker whose rooms are elsewhere", () => {
  let rooms: ScriptedRooms;
  let attacked: Attacked;
  let token: string;

  beforeAll(async () => {
    const secret = newSigningSecret();
    rooms = await ScriptedRooms.start(secret);
    attacked = await Attacked.start({ TOKEN_SECRET: secret }, { url: `${rooms.url}/` });
    token = await attacked.token({ scopes: ["captions:view", "rooms:admin", "captions:publish"], room });
  });
  afterEach(() => {
    rooms.refusal = null;
  });
  afterAll(async () => {
    await attacked?.close();
    await rooms?.close();
  });

  const opened = async (query = "") => {
    const url = `${attacked.url.replace("http", "ws")}/parties/captions/${room}${query}`;
    const reader = new WebSocket(url, [subprotocol, bearerSubprotocolPrefix + token]);
    const heard: (string | Buffer)[] = [];
    reader.on("message", (data, isBinary) => heard.push(isBinary ? (data as Buffer) : String(data)));
    const closed = new Promise<[number, string]>((resolve) => {
      reader.on("close", (code, reason) => resolve([code, String(reason)]));
    });
    const before = rooms.sockets.length;
    await within("the socket opens", new Promise((resolve) => reader.once("open", resolve)));
    const [inside] = rooms.sockets.slice(before);
    if (inside === undefined) throw new Error("No socket came to the rooms.");
    return { reader, inside, heard, closed };
  };

  it("asks for a room by its tenant and name, with who comes and nothing that a stranger said", async () => {
    rooms.answer = (_, response) => response.writeHead(404).end('{"code":"not_found","message":"Nothing."}');
    const asked = await attacked.ask(`/v1/rooms/${room}/captions?since=e.3`, {
      credential: token,
      headers: { [passHeader]: "forged", [memberHeader]: "forged", "x-captionwire-voucher": "forged" },
    });
    expect([asked.status, asked.code]).toEqual([404, "not_found"]);
    const { name, method, path, headers } = rooms.asked.at(-1) ?? {};
    expect({ name, method, path }).toEqual({
      name: "acme/far",
      method: "GET",
      path: "/captions?epoch=e&version=3",
    });
    expect(Object.keys(headers ?? {})).toEqual([passHeader]);
    expect(JSON.parse(headers?.[passHeader] ?? "")).toMatchObject({
      tokenId: expect.stringMatching(/.{20}/),
    });
  });

  it("passes a member's socket on, with its frames and its subprotocol", async () => {
    const { reader, inside, heard } = await opened("?epoch=e&version=3&role=publisher");
    expect(reader.protocol).toBe(subprotocol);
    const { path, headers } = rooms.asked.at(-1) ?? {};
    expect(path).toBe("/?epoch=e&version=3");
    expect(JSON.parse(headers?.[memberHeader] ?? "")).toMatchObject({ role: "publisher" });
    const said: string[] = [];
    inside.on("message", (data, isBinary) =>
      said.push(isBinary ? `${(data as Buffer).length} bytes` : String(data)),
    );
    reader.send("to the room");
    reader.send(new Uint8Array(100_000));
    inside.send("to the member");
    inside.send(new Uint8Array([1, 2, 3]));
    await expect.poll(() => said).toEqual(["to the room", "100000 bytes"]);
    await expect.poll(() => heard).toEqual(["to the member", Buffer.from([1, 2, 3])]);
    const pong = new Promise((resolve) => reader.once("pong", resolve));
    reader.ping("are you there");
    expect(String(await within("a ping is answered", pong))).toBe("are you there");
    reader.terminate();
  });

  it.each([
    [1000, ""],
    [4412, "draining"],
    [4501, "token_revoked"],
  ])("closes as the room does: %s", async (code, reason) => {
    const { inside, closed } = await opened();
    inside.close(code, reason);
    expect(await within("the member is closed", closed)).toEqual([code, reason]);
  });

  it.each([
    [1000, "done"],
    [4000, "mine"],
  ])("tells the room how a member has closed: %s", async (code, reason) => {
    const { reader, inside } = await opened();
    const left = new Promise((resolve) =>
      inside.once("close", (...said) => resolve([said[0], String(said[1])])),
    );
    reader.close(code, reason);
    expect(await within("the room is told", left)).toEqual([code, reason]);
  });

  it("tells the room of a member that is gone without a word", async () => {
    const { reader, inside } = await opened();
    const left = new Promise((resolve) => inside.once("close", resolve));
    reader.terminate();
    await within("the room is told", left);
  });

  it("sends a member back for its position when the room's connection breaks", async () => {
    const { inside, closed } = await opened();
    inside.terminate();
    const [code] = await within("the member is closed", closed);
    expect(code).toBe(1006);
  });

  it("says by a frame and a close code what a refused upgrade said", async () => {
    rooms.refusal = new CaptionwireError("token_revoked");
    expect(await refusalOf(await knock(attacked.url, room, { token }))).toBe("token_revoked");
    rooms.refusal = new CaptionwireError("publisher_present");
    expect(await refusalOf(await knock(attacked.url, room, { token, role: "publisher" }))).toBe(
      "publisher_present",
    );
  });

  it("passes events on as they come, and tells the room when their reader has gone", async () => {
    let hasGone = false;
    let send: (text: string) => void = () => {};
    rooms.answer = ({ path }, response) => {
      expect(path).toMatch(/^\/events/);
      response.on("close", () => {
        hasGone = true;
      });
      response.writeHead(200, { "content-type": "text/event-stream" });
      send = (text) => response.write(text);
      send("data: 1\n\n");
    };
    const leaving = new AbortController();
    const answer = await fetch(`${attacked.url}/v1/rooms/${room}/events`, {
      headers: { authorization: `Bearer ${token}` },
      signal: leaving.signal,
    });
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect(await reader?.read()).toEqual({ done: false, value: "data: 1\n\n" });
    send("data: 2\n\n");
    expect(await reader?.read()).toEqual({ done: false, value: "data: 2\n\n" });
    expect(hasGone).toBe(false);
    leaving.abort();
    // As between an edge and its own objects, it comes out with what is sent next; see `party/events.ts`.
    const look = (): boolean => {
      send(": still there?\n\n");
      return hasGone;
    };
    await eventually("the room is told", look, Boolean);
  });

  it.each<[string, number, string, keyof typeof errorTable]>([
    ["a proxy whose server is away", 502, "<h1>Bad gateway</h1>", "draining"],
    ["a stack", 500, "Error: secret\n    at Room.open (/room.js:1:2)", "draining"],
    ["a host of something else", 404, "<h1>Not found</h1>", "internal"],
    ["a redirection", 302, "", "internal"],
    ["a code of nobody's", 404, '{"code":"constructor","message":"secret"}', "internal"],
    ["what does not take our word", 401, '{"code":"token_invalid","message":"secret"}', "not_configured"],
    ["what is no room's state", 200, "<h1>Hello</h1>", "internal"],
  ])("tells none of what %s says", async (_, status, text, code) => {
    rooms.answer = (_, response) => response.writeHead(status, { location: attacked.url }).end(text);
    const asked = await attacked.ask(`/v1/rooms/${room}`, { credential: token });
    expect([asked.status, asked.code]).toEqual([errorTable[code].status, code]);
    expect(JSON.parse(asked.text)).toMatchObject({
      message: errorTable[code].message,
      retry: errorTable[code].retry,
    });
  });

  it("tells its list nothing of a room that was told by somebody else", async () => {
    rooms.answer = (_, response) => response.writeHead(404).end("<h1>Not found</h1>");
    const { status, text } = await attacked.revoke({ room: "never-there" });
    expect([status, JSON.parse(text)]).toMatchObject([200, { rooms: 0, pending: 0 }]);
  });

  it("sends everybody back later while the rooms are away, as is described", async () => {
    await rooms.close();
    const scopes = ["captions:view", "captions:edit", "rooms:admin"] as const;
    const credential = await attacked.token({ scopes: [...scopes], room });
    const answer = await fetch(`${attacked.url}/openapi.json`);
    const { paths } = v.parse(Description, await answer.json());
    const ofRooms = Object.entries(paths).filter(([path]) => path.startsWith("/v1/rooms/{room}"));
    expect(ofRooms.length).toBeGreaterThan(10);
    for (const [path, methods] of ofRooms) {
      for (const [method, { responses }] of Object.entries(methods)) {
        const at = path.replace("{room}", room).replaceAll(/\{\w+\}/g, "any");
        const body = method === "put" ? {} : method === "patch" ? { text: "Words." } : undefined;
        const { status, code } = await attacked.ask(at, { method: method.toUpperCase(), credential, body });
        expect([path, status, code]).toEqual([path, 503, "draining"]);
        const listed = responses["503"]?.content["application/json"].schema.properties?.code.enum;
        expect(listed, `${method} ${path}`).toContain("draining");
      }
    }
    const asked = await attacked.ask(`/v1/rooms/${room}/captions`, { credential: token });
    expect([asked.status, asked.code, asked.headers.get("retry-after")]).toEqual([503, "draining", "1"]);
    expect(await refusalOf(await knock(attacked.url, room, { token }))).toBe("draining");
  });

  it("leaves no secret in its log", () => {
    expect(attacked.leaked()).toEqual([]);
  });
});
