import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { type DurableObject, env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { errorFrame } from "../../shared/errors.ts";
import { type Frame, finals, forge, Member, seconds, start, tokenFor } from "../support/runtime-client.ts";

let rooms = 0;
const newRoom = () => `room-${++rooms}`;

async function viewerOf(room: string, query = ""): Promise<Member> {
  return Member.join(room, await tokenFor(["captions:view"], room), query);
}

async function publisherOf(room: string): Promise<Member> {
  return Member.join(room, await tokenFor(["captions:publish"], room), "?role=publisher");
}

const isFinal = (text: string) => (frame: Frame) =>
  frame.type === "delta" && JSON.stringify(frame.put).includes(`"text":"${text}"`);
const isType = (type: string) => (frame: Frame) => frame.type === type;

async function broadcast(room: string, count: number): Promise<{ viewer: Member; publisher: Member }> {
  const viewer = await viewerOf(room);
  const publisher = await publisherOf(room);
  publisher.send(start);
  await publisher.until("ready", isType("ready"));
  publisher.send(seconds(count).subarray(0, 32_000 * count));
  return { viewer, publisher };
}

describe("a room in the runtime", () => {
  it("carries speech from publisher to viewer and finishes with the last words", async () => {
    const room = newRoom();
    const { viewer, publisher } = await broadcast(room, 3);
    publisher.send(seconds(1).subarray(0, 16_000));
    publisher.send({ type: "finish" });
    const finished = await publisher.until("finished", isType("finished"));
    expect((await publisher.end()).code).toBe(1000);
    await viewer.until("the last word", isFinal("w3."));
    expect(finals(viewer)).toEqual(["w0.", "w1.", "w2.", "w3."]);
    const late = await viewerOf(room);
    const first = await late.until("a snapshot", isType("snapshot"));
    expect(first).toMatchObject({ reason: "new", version: finished.version, hasEarlier: false });
    expect(finals(late)).toEqual(finals(viewer));
  });

  it("echoes the subprotocol alone, never the token", async () => {
    expect((await viewerOf(newRoom())).protocol).toBe("captionwire.1");
    const token = await tokenFor(["captions:view"]);
    const member = await Member.join(newRoom(), null, "", `bearer.${token}, captionwire.1`);
    expect(member.protocol).toBe("captionwire.1");
    await member.until("a snapshot", isType("snapshot"));
  });

  it("answers a ping without the room", async () => {
    const viewer = await viewerOf(newRoom());
    viewer.send("ping");
    expect(await viewer.text("pong")).toBe("pong");
  });

  it("keeps epoch and transcript across an eviction, and sleeping viewers go on", async () => {
    const room = newRoom();
    const { viewer, publisher } = await broadcast(room, 2);
    publisher.send({ type: "finish" });
    await publisher.end();
    const before = await (await viewerOf(room)).until("a snapshot", isType("snapshot"));

    await evictDurableObject(env.CAPTIONS.getByName(`tests/${room}`));
    const after = await (await viewerOf(room)).until("a snapshot", isType("snapshot"));
    expect(after).toMatchObject({ epoch: before.epoch, version: before.version, segments: before.segments });
    const position = `?epoch=${String(before.epoch)}&version=1`;
    expect(await (await viewerOf(room, position)).until("a delta", isType("delta"))).toMatchObject({
      from: 1,
      to: before.version,
      put: [{ text: "w1." }],
      removed: [],
    });

    const second = await publisherOf(room);
    second.send(start);
    await second.until("ready", isType("ready"));
    second.send(seconds(1));
    await viewer.until("words of the next session", (frame) => frame.type === "delta" && frame.to === 3);
    expect(finals(viewer)).toEqual(["w0.", "w1.", "w0."]);
  });

  it("lets the publisher go on after the object's death, with no word lost or doubled", async () => {
    const room = newRoom();
    const { viewer, publisher } = await broadcast(room, 2);
    const { session } = await publisher.until("ready", isType("ready"));
    await viewer.until("the second word", isFinal("w1."));
    publisher.send(seconds(1).subarray(0, 16_000));
    // A crash, not an eviction: sockets and memory are gone at once.
    await abortAllDurableObjects();
    await publisher.end();

    const again = await publisherOf(room);
    again.send({ ...start, session, position: 16_000 });
    expect(await again.until("ready", isType("ready"))).toMatchObject({ session, resumeFrom: 32_000 });
    again.send(seconds(1));
    again.send({ type: "finish" });
    await again.end();
    const late = await viewerOf(room);
    const { segments } = await late.until("a snapshot", isType("snapshot"));
    expect(segments).toMatchObject([
      { text: "w0.", start: 0, end: 1000, kind: "speech" },
      { text: "w1.", start: 1000, end: 2000, kind: "speech" },
      { text: "w0.", start: 2000, end: 3000, kind: "speech" },
    ]);
  });

  it("tells the publisher plainly when the provider refuses the settings", async () => {
    const publisher = await publisherOf(newRoom());
    publisher.send({ ...start, language: "xx-400" });
    expect(await publisher.until("error", isType("error"))).toMatchObject({ code: "provider_refused" });
    expect((await publisher.end()).code).toBe(4500);
  });

  it("survives malformed frames, which end their sender alone", async () => {
    const room = newRoom();
    const { viewer, publisher } = await broadcast(room, 1);
    const cases: [frame: string | Uint8Array | object, code: string, close: number][] = [
      ["{not json", "bad_message", 4500],
      [{ type: "start", encoding: "mp3" }, "bad_message", 4500],
      [seconds(1), "not_started", 4500],
      [new Uint8Array(5 * 1024 * 1024), "too_large", 4513],
      ["x".repeat(5 * 1024 * 1024), "too_large", 4513],
    ];
    for (const [frame, code, close] of cases) {
      const stranger = await publisherOf(room);
      stranger.send(frame);
      expect(await stranger.until("error", isType("error"))).toMatchObject({ code });
      expect((await stranger.end()).code).toBe(close);
    }
    publisher.send(seconds(1));
    await viewer.until("words after the noise", isFinal("w1."));
  });
});

describe("an upgrade that fails inside the room's host", () => {
  it("tells nothing of how", async () => {
    const room = newRoom();
    const stub = env.CAPTIONS.getByName(`tests/${room}`);
    const pass = { tokenId: "t", issuedAt: Date.now(), expiresAt: Date.now() + 60_000 };
    const member = { role: "viewer", pass };
    const response = await stub.fetch(`https://room/?epoch=${"!".repeat(20_000)}`, {
      headers: { upgrade: "websocket", "x-captionwire-member": JSON.stringify(member) },
    });
    expect(response.status).toBe(500);
    expect(await response.text()).toBe(JSON.stringify(errorFrame("internal")));
  });

  it("is not to be had by a position that is none", async () => {
    const viewer = await viewerOf(newRoom(), `?epoch=${"!".repeat(6_000)}&version=1`);
    await viewer.until("a snapshot", isType("snapshot"));
  });
});

describe("who may join a room", () => {
  const refused = async (room: string, token: string | null, query = "") => {
    const member = await Member.join(room, token, query);
    const { code } = await member.until("error", isType("error"));
    return { code, close: (await member.end()).code };
  };

  it("is said by an error frame and a close code", async () => {
    const room = newRoom();
    expect(await refused(room, null)).toEqual({ code: "unauthenticated", close: 4501 });
    expect(await refused(room, "rubbish")).toEqual({ code: "token_invalid", close: 4501 });
    expect(await refused(room, await forge({ expiresInSeconds: -60 }))).toEqual({
      code: "token_expired",
      close: 4401,
    });
    expect(await refused(room, await tokenFor(["captions:view"], "other"))).toEqual({
      code: "room_forbidden",
      close: 4503,
    });
    expect(await refused(room, await tokenFor(["speak"]))).toEqual({ code: "scope_missing", close: 4503 });
    expect(await refused(room, await tokenFor(["captions:view"]), "?role=publisher")).toEqual({
      code: "scope_missing",
      close: 4503,
    });
    expect(await refused(room, await tokenFor(["captions:view"]), "?role=king")).toEqual({
      code: "bad_request",
      close: 4500,
    });
    expect(await refused("Not-A-Room", await tokenFor(["captions:view"]))).toEqual({
      code: "room_name_invalid",
      close: 4500,
    });
  });

  it("keeps tenants apart: the same room name is another room", async () => {
    const room = newRoom();
    const { publisher } = await broadcast(room, 1);
    await publisher.until("ack", isType("ack"));
    const foreign = await Member.join(room, await forge({ claims: { sub: "others" } }));
    expect(await foreign.until("a snapshot", isType("snapshot"))).toMatchObject({ version: 0, segments: [] });
  });
});

describe("a room whose storage cannot be read", () => {
  it("says only that something went wrong, and opens again once it can", async () => {
    const room = newRoom();
    const { publisher } = await broadcast(room, 1);
    await publisher.until("ack", isType("ack"));
    const stub = env.CAPTIONS.getByName(`tests/${room}`);
    const overwriteSession = (value: string | null) =>
      runInDurableObject(stub, (_object: DurableObject, { storage }) => {
        storage.sql.exec("UPDATE room SET session = ?", value);
      });
    await abortAllDurableObjects();
    await overwriteSession("{broken");

    const viewer = await viewerOf(room);
    expect(await viewer.until("error", isType("error"))).toMatchObject({ code: "internal", retry: true });
    expect((await viewer.end()).code).toBe(4412);
    expect(viewer.texts.join()).not.toMatch(/ at |Error|broken/);

    await overwriteSession(null);
    const again = await viewerOf(room);
    expect(await again.until("a snapshot", isType("snapshot"))).toMatchObject({
      segments: [{ text: "w0." }],
    });
  });
});
