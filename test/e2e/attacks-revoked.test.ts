import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scopes } from "../../shared/claims.ts";
import { eventually, within } from "../../testing/wait.ts";
import { Attacked, type Minted } from "../support/attacked.ts";
import { audioS, publishTo, speakInto, startMessage } from "../support/attacks-speech.ts";
import { speakAtOnce } from "../support/counting-provider.ts";
import {
  knock,
  publisherRefusal,
  refusalOf,
  refusedEverywhere,
  speakPath,
  tryDoors,
} from "../support/doors.ts";
import { startSpeaking } from "../support/speak-client.ts";

type Target = (minted: Minted, room: string) => object;
const targets: readonly (readonly [string, Target])[] = [
  ["the token", ({ id }) => ({ token: id })],
  ["its room", (_, room) => ({ room })],
  ["all of its tenant", () => ({ all: true })],
];

describe("a token that was revoked", () => {
  let attacked: Attacked;
  const newRoom = (): string => attacked.newRoom("revoked");

  beforeAll(async () => {
    attacked = await Attacked.start();
  });
  afterAll(() => attacked?.close());

  const everything = (room: string): Promise<Minted> =>
    attacked.minted({ scopes: [...scopes], room, ttl: 600 });
  const revoke = async (target: object): Promise<void> => {
    const { status, text } = await attacked.revoke(target);
    expect([status, JSON.parse(text)]).toMatchObject([200, { pending: 0 }]);
  };
  const refusedIn = (kind: string): Record<string, unknown> => {
    const all = Object.entries(refusedEverywhere("token_revoked"));
    // What is no room's is not revoked with a room.
    return Object.fromEntries(all.filter(([door]) => kind !== "its room" || !/speak|grant/.test(door)));
  };

  it.each(targets)("opens no door any more: %s", async (kind, target) => {
    const room = newRoom();
    await attacked.makeRoom(room, { language: "en" });
    const minted = await everything(room);
    expect((await attacked.ask(`/v1/rooms/${room}`, { credential: minted.token })).status).toBe(200);
    await revoke(target(minted, room));
    const before = await attacked.roomState(room);
    const asked = attacked.provider.counts;
    expect(await tryDoors(attacked, room, minted.token)).toMatchObject(refusedIn(kind));
    expect(await attacked.roomState(room)).toEqual(before);
    if (kind !== "its room") expect(attacked.provider.counts).toEqual(asked);
    expect(before).toMatchObject({ settings: { language: "en" }, viewers: 0 });
  });

  it.each(targets)("is closed where it was let in: %s", async (_, target) => {
    const room = newRoom();
    const minted = await everything(room);
    const { token } = minted;
    const viewer = await knock(attacked.url, room, { token });
    await viewer.frame("snapshot");
    const events = await fetch(`${attacked.url}/v1/rooms/${room}/events`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const publisher = await publishTo(attacked, room, { token });
    const waiting = await knock(attacked.url, room, { role: "publisher", token });
    speakInto(publisher, 1);
    await revoke(target(minted, room));
    expect(await Promise.all([viewer, publisher, waiting].map((visitor) => visitor.closed()))).toEqual([
      4501, 4501, 4501,
    ]);
    for (const { frames } of [viewer, publisher, waiting]) {
      expect(frames.at(-1)).toMatchObject({ type: "error", code: "token_revoked", retry: false });
    }
    expect(await within("the stream ends", events.text())).toContain('"code":"token_revoked"');
    const state = await attacked.roomState(room);
    expect(state).toMatchObject({ viewers: 0 });
  });

  it.each(targets)("is not let in while it is being revoked: %s", async (_, target) => {
    for (let round = 0; round < 3; round += 1) {
      const room = newRoom();
      const minted = await everything(room);
      const { token } = minted;
      const coming = Array.from({ length: 20 }, () => knock(attacked.url, room, { token }));
      await Promise.race(coming);
      await revoke(target(minted, room));
      const visitors = await Promise.all(coming);
      expect(await Promise.all(visitors.map((visitor) => visitor.closed()))).toEqual(
        visitors.map(() => 4501),
      );
      expect(await attacked.roomState(room)).toMatchObject({ viewers: 0 });
    }
  });

  it.each(targets)("is replaced by one that is made after the answer: %s", async (kind, target) => {
    const room = newRoom();
    for (let round = 0; round < (kind === "its room" ? 25 : 3); round += 1) {
      const minted = await everything(room);
      await attacked.ask(`/v1/rooms/${room}`, { credential: minted.token });
      await revoke(target(minted, room));
      const { token } = await everything(room);
      expect(await refusalOf(await knock(attacked.url, room, { token }))).toBeNull();
      const { code } = await attacked.ask(`/v1/rooms/${room}`, { credential: minted.token });
      expect([round, code]).toEqual([round, "token_revoked"]);
      const spoken = { method: "POST", credential: token, body: { text: "A new one." } };
      expect((await attacked.ask(speakPath, spoken)).status).toBe(200);
    }
  });

  it.each(targets)("makes no room, and has no other there: %s", async (_, target) => {
    const room = newRoom();
    const minted = await everything(room);
    await revoke(target(minted, room));
    expect(await refusalOf(await knock(attacked.url, room, { token: minted.token }))).toBe("token_revoked");
    const put = await attacked.ask(`/v1/rooms/${room}`, {
      method: "PUT",
      credential: minted.token,
      body: {},
    });
    expect([put.status, put.code]).toEqual([401, "token_revoked"]);
  });

  it.each(targets)("after the Worker was killed: %s", async (kind, target) => {
    const room = newRoom();
    await attacked.makeRoom(room, { language: "en" });
    const minted = await everything(room);
    await revoke(target(minted, room));
    await attacked.killAndRestart();
    const asked = attacked.provider.counts;
    expect(await tryDoors(attacked, room, minted.token)).toMatchObject(refusedIn(kind));
    if (kind !== "its room") expect(attacked.provider.counts).toEqual(asked);
    // Nor in a room that is new to the one that came after.
    const next = `${room}-next`;
    if (kind === "its room") return;
    const wide = await attacked.minted({ scopes: ["captions:view"], room: `${room}-*` });
    await revoke(kind === "the token" ? { token: wide.id } : { all: true });
    await attacked.killAndRestart();
    expect(await refusalOf(await knock(attacked.url, next, { token: wide.token }))).toBe("token_revoked");
  });

  it("while its socket sleeps with the room", async () => {
    const room = newRoom();
    const minted = await everything(room);
    const viewer = await knock(attacked.url, room, { token: minted.token });
    await viewer.frame("snapshot");
    // The runtime puts an object to sleep that has had nothing to do for 10 s.
    await sleep(12_000);
    await revoke({ token: minted.id });
    expect(await viewer.closed()).toBe(4501);
  });

  it("while it waits for the words of another's session: its own never begins", async () => {
    const room = newRoom();
    attacked.provider.isMute = true;
    const first = await publishTo(attacked, room);
    speakInto(first, 1);
    const sockets = attacked.provider.heard.length;
    const minted = await everything(room);
    const successor = await knock(attacked.url, room, {
      role: "publisher",
      token: minted.token,
      query: { takeover: "1" },
    });
    successor.send(startMessage());
    for (let count = 0; count < 10; count += 1) successor.send(audioS(0.2));
    // Sent away, and its last words are waited for, which never come.
    await first.closed();
    await revoke({ token: minted.id });
    expect(await successor.closed()).toBe(4501);
    expect(successor.of("ready")).toEqual([]);
    attacked.provider.isMute = false;
    await expect.poll(() => attacked.roomState(room), { timeout: 20_000 }).toMatchObject({ state: "ended" });
    expect(attacked.provider.heard).toHaveLength(sockets);
  });

  it("while it is spoken: the provider is asked for no more", async () => {
    const { token, id } = await attacked.minted({ scopes: ["speak"] });
    attacked.provider.voice = (_, response) => {
      response.writeHead(200, { "content-type": "audio/l16;rate=24000" }).end(Buffer.alloc(2_000_000));
    };
    const text = "Once upon a time there was a text that went on and on. ".repeat(1_000);
    const { answer, leave } = startSpeaking({ url: attacked.url, token, text });
    const body = await answer;
    let isOver = false;
    void body.ended.then(() => {
      isOver = true;
    });
    body.pause();
    await revoke({ token: id });
    const asked = attacked.provider.texts.length;
    body.resume();
    // At most one chunk is under way ahead of the listener.
    await eventually(
      "the speech goes on, or has ended",
      () => isOver || attacked.provider.texts.length > asked + 1,
      (isDecided) => isDecided,
    );
    attacked.provider.voice = speakAtOnce;
    leave("reset");
    expect(attacked.provider.texts.length).toBeLessThanOrEqual(asked + 1);
  });

  it("in band, from a viewer that is in by another", async () => {
    const room = newRoom();
    const revoked = await everything(room);
    const viewer = await knock(attacked.url, room, { token: (await everything(room)).token });
    await viewer.frame("snapshot");
    await revoke({ token: revoked.id });
    viewer.send(JSON.stringify({ type: "auth", token: revoked.token }));
    expect(await viewer.frame("error")).toMatchObject({ code: "token_revoked" });
    expect(await viewer.closed()).toBe(4501);
  });

  it.each([
    {},
    { all: false },
    { all: true, room: "demo" },
    { room: "demo", token: "id" },
    { room: "demo-*" },
    { room: "*" },
    { token: "" },
    { token: "x".repeat(65) },
    { tenant: "other" },
    { all: true, tenant: "other" },
    [],
    "all",
  ])("nothing is revoked by %j", async (body) => {
    const room = newRoom();
    const { token } = await everything(room);
    const visitor = await knock(attacked.url, room, { token });
    await visitor.frame("snapshot");
    const { status, code } = await attacked.revoke(body);
    expect([status, code]).toEqual([400, "bad_request"]);
    expect(visitor.closeCode).toBeNull();
    expect(await publisherRefusal(await knock(attacked.url, room, { role: "publisher", token }))).toBeNull();
    visitor.close();
  });

  it("leaves nothing of itself in the log", () => {
    expect(attacked.leaked()).toEqual([]);
  });
});
