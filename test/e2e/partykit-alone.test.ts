import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { Bearer } from "../../party/bridge/voucher.ts";
import type { Pass } from "../../party/room/door/pass.ts";
import { errorTable } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import { ping, pong } from "../../shared/protocol.ts";
import { eventually, within } from "../../testing/wait.ts";
import { PartykitAlone } from "../support/partykit-alone.ts";

let tokens = 0;
function pass(caps: Partial<Pass> = {}): Pass {
  tokens += 1;
  return { tokenId: `token-${tokens}`, issuedAt: Date.now(), expiresAt: Date.now() + 600_000, ...caps };
}
const viewer = (caps: Partial<Pass> = {}): Bearer => ({
  kind: "member",
  member: { role: "viewer", pass: pass(caps) },
});
const visitor = (): Bearer => ({ kind: "visitor", pass: pass() });

/** PartyKit's own words would be a message without a code, or the stack of an error. */
async function refusalIn(response: Response): Promise<unknown> {
  const { code } = JSON.parse(await response.text());
  return [response.status, code];
}

describe("a room under PartyKit", () => {
  let alone: PartykitAlone;
  beforeAll(async () => {
    alone = await PartykitAlone.start({ DEEPGRAM_API_KEY: "none" });
  });
  afterAll(() => alone?.close());

  it("is reached by nobody without a voucher, at whatever address, by whatever way", async () => {
    const rooms = `${alone.url}/parties/captions`;
    expect(await refusalIn(await fetch(`${rooms}/local%3Ahall/state`))).toEqual([401, "unauthenticated"]);
    for (const url of [
      alone.url,
      `${alone.url}/party/local:hall`,
      `${alone.url}/parties/main/local:hall/state`,
      `${rooms}/hall`,
    ]) {
      expect(await refusalIn(await fetch(url))).toEqual([404, "not_found"]);
    }
    const refused = new Promise((resolve) => {
      const socket = new WebSocket(`${rooms.replace("http", "ws")}/local%3Ahall`);
      socket.once("unexpected-response", (_, response) => resolve(response.statusCode));
      socket.once("open", () => resolve("open"));
    });
    expect(await within("an answer", refused)).toBe(401);
    expect(alone.told).toEqual([]);
  });

  it("answers pings, ends who is refused by a frame and its code, and answers a close", async () => {
    const bearer = viewer({ maxConnections: 1 });
    const first = await alone.open("local/hall", bearer);
    first.socket.send(ping);
    await eventually(
      "a pong",
      () => first.frames,
      (frames) => frames.includes(pong),
    );
    expect(JSON.parse(first.frames[0] ?? "")).toMatchObject({ type: "snapshot", segments: [] });

    const second = await alone.open("local/hall", bearer);
    expect(await within("it is closed", second.closed)).toBe(errorTable.too_many_connections.close);
    expect(second.frames.map((frame) => JSON.parse(frame).code)).toEqual(["too_many_connections"]);

    first.socket.close(1000);
    expect(await within("the close is answered", first.closed)).toBe(1000);
    const third = await alone.open("local/hall", bearer);
    await eventually(
      "there is a place again",
      () => third.frames,
      ([frame]) => frame?.includes("snapshot") === true,
    );
    third.socket.close(1000);
    await third.closed;
  });

  it("answers no more pings than control messages", async () => {
    const member = await alone.open("local/hall", viewer());
    for (let count = 0; count < 2_000; count += 1) member.socket.send(ping);
    expect(await within("it is closed", member.closed)).toBe(errorTable.rate_limited.close);
    expect(member.frames.filter((frame) => frame === pong).length).toBeGreaterThanOrEqual(
      limits.controlBurst,
    );
    expect(member.frames.length).toBeLessThan(1_000);
    expect(JSON.parse(member.frames.at(-1) ?? "").code).toBe("rate_limited");
  });

  it("is not made by asking after it", async () => {
    const answer = await alone.ask("GET", "local/nowhere", "/state", visitor());
    expect(await refusalIn(answer)).toEqual([404, "not_found"]);
  });

  it("is made by the next who comes where the list has begun to answer and not ended", async () => {
    alone.isListSlow = true;
    const member = await alone.open("local/late", viewer());
    expect(await within("it is closed", member.closed, 30_000)).toBe(errorTable.draining.close);
    alone.isListSlow = false;
    const next = await alone.open("local/late", viewer());
    await eventually(
      "it is in",
      () => next.frames,
      ([frame]) => frame?.includes("snapshot") === true,
    );
    next.socket.close(1000);
    await next.closed;
  }, 60_000);

  it("is forgotten at last where the list is away for long, also when PartyKit dies, which loses its alarms", async () => {
    const member = await alone.open("local/brief", viewer());
    member.socket.close(1000);
    await member.closed;
    alone.isListDown = true;
    alone.told.length = 0;
    expect((await alone.ask("POST", "local/brief", "/purge", visitor())).status).toBe(204);
    await eventually(
      "the list is told, and by an alarm that fails, and by the next",
      () => alone.told.filter((operation) => operation === "forget").length,
      (times) => times >= 3,
      30_000,
    );
    await alone.restart();
    alone.isListDown = false;
    expect((await alone.ask("GET", "local/brief", "/state", visitor())).status).toBe(200);
    alone.told.length = 0;
    await eventually(
      "the list is told",
      () => alone.told,
      (told) => told.includes("forget"),
      30_000,
    );
    await eventually(
      "the room is gone",
      async () => (await alone.ask("GET", "local/brief", "/state", visitor())).status,
      (status) => status === 404,
    );
  }, 90_000);
});

describe("a room under PartyKit that lacks a variable", () => {
  let alone: PartykitAlone;
  beforeAll(async () => {
    alone = await PartykitAlone.start({});
  });
  afterAll(() => alone?.close());

  it("says no more than the table of errors does, and tries again for the next", async () => {
    for (let count = 0; count < 2; count += 1) {
      const member = await alone.open("local/hall", viewer());
      expect(await within("it is closed", member.closed)).toBe(errorTable.internal.close);
      expect(member.frames.map((frame) => JSON.parse(frame).code)).toEqual(["internal"]);
    }
    const answer = await alone.ask("GET", "local/hall", "/state", visitor());
    expect(await refusalIn(answer)).toEqual([500, "internal"]);
  });
});
