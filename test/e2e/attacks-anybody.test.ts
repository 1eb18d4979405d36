import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { within } from "../../testing/wait.ts";
import { type Asked, Attacked } from "../support/attacked.ts";
import { finish, publishTo, speakInto } from "../support/attacks-speech.ts";
import { knock, publisherRefusal, refusalOf } from "../support/doors.ts";

const tenant = { tenant: "acme" };

describe("somebody without a token", () => {
  let attacked: Attacked;
  const newRoom = (): string => attacked.newRoom("anybody");

  beforeAll(async () => {
    attacked = await Attacked.start();
    attacked.provider.words = attacked.secret(`words for nobody ${randomUUID()}`);
  });
  afterAll(() => attacked?.close());

  /** All that is told, but for what differs between any two answers. */
  const toldIn = ({ status, headers, text }: Asked) => ({
    status,
    headers: [...headers].filter(([name]) => !/^(date|x-request-id|content-length)$/.test(name)),
    body: text.replaceAll(/"requestId":"[^"]+"/g, ""),
  });

  it("does not learn whether a private room exists, nor makes one", async () => {
    const [there, spoken, nowhere] = [newRoom(), newRoom(), newRoom()];
    await attacked.makeRoom(there, { language: "en" });
    const publisher = await publishTo(attacked, spoken);
    speakInto(publisher, 1);
    await finish(publisher);
    for (const path of [
      "",
      "/captions",
      "/captions.vtt",
      "/captions?before=x",
      "/captions?since=a.1",
      "/events",
      "/stats",
      "/stats/events",
      "/reports",
      "/reports/x",
      "/reports/x.html",
    ]) {
      for (const method of ["GET", "HEAD"]) {
        const query = path.includes("?") ? "&tenant=acme" : "?tenant=acme";
        const [one, two, three] = await Promise.all(
          [there, spoken, nowhere].map((room) =>
            attacked.ask(`/v1/rooms/${room}${path}${query}`, { method }),
          ),
        );
        if (one === undefined || two === undefined || three === undefined) throw new Error("unreachable");
        expect(one.status).toBe(401);
        expect(toldIn(one)).toEqual(toldIn(three));
        expect(toldIn(two)).toEqual(toldIn(three));
      }
    }
    for (const [method, path] of [
      ["PUT", ""],
      ["DELETE", ""],
      ["PATCH", "/captions/x"],
      ["POST", "/captions"],
      ["OPTIONS", ""],
    ]) {
      const told = await Promise.all(
        [there, spoken, nowhere].map(async (room) =>
          toldIn(
            await attacked.ask(`/v1/rooms/${room}${path}?tenant=acme`, { method: method ?? "", headers: {} }),
          ),
        ),
      );
      expect(told[0]).toEqual(told[2]);
      expect(told[1]).toEqual(told[2]);
    }
    const bySocket = async (room: string) => {
      const visitor = await knock(attacked.url, room, { query: tenant });
      await visitor.isIn();
      return { code: await visitor.closed(), frames: visitor.frames };
    };
    const [first, second, third] = await Promise.all([there, spoken, nowhere].map(bySocket));
    expect(first).toEqual({ code: 4501, frames: [expect.objectContaining({ code: "unauthenticated" })] });
    expect(first).toEqual(third);
    expect(second).toEqual(third);
    expect(await attacked.roomState(nowhere)).toEqual({ status: 404 });
    expect(await attacked.roomState(there)).toMatchObject({ viewers: 0 });
  });

  it("publishes in no room, public or not", async () => {
    const [open, shut] = [newRoom(), newRoom()];
    await attacked.makeRoom(open, { public: true });
    await attacked.makeRoom(shut);
    const before = attacked.provider.counts;
    for (const room of [open, shut, newRoom()]) {
      for (const query of [tenant, { ...tenant, takeover: "1" }]) {
        const publisher = await knock(attacked.url, room, { role: "publisher", query });
        expect(await publisherRefusal(publisher)).toBe("unauthenticated");
      }
    }
    const viewer = await knock(attacked.url, open, { query: tenant });
    await viewer.frame("snapshot");
    viewer.send(new Uint8Array(1_600));
    expect(await viewer.closed()).toBe(4503);
    expect(attacked.provider.counts).toEqual(before);
  });

  it("changes nothing in a public room, and is not told its settings", async () => {
    const room = newRoom();
    await attacked.makeRoom(room, { public: true, keyterms: ["Nobody's Business"] });
    const before = await attacked.roomState(room);
    for (const [method, path] of [
      ["PUT", ""],
      ["DELETE", ""],
      ["PATCH", "/captions/x"],
    ] as const) {
      const body = method === "DELETE" ? undefined : {};
      const { status, code } = await attacked.ask(`/v1/rooms/${room}${path}?tenant=acme`, { method, body });
      expect([status, code]).toEqual([401, "unauthenticated"]);
    }
    const { status, text } = await attacked.ask(`/v1/rooms/${room}?tenant=acme`);
    expect(status).toBe(200);
    expect(text).not.toContain("Business");
    expect(await attacked.roomState(room)).toEqual(before);
  });

  it("is sent away when a public room is made private, and reads no further", async () => {
    const room = newRoom();
    await attacked.makeRoom(room, { public: true });
    const viewer = await knock(attacked.url, room, { query: tenant });
    const known = await knock(attacked.url, room, {
      token: await attacked.token({ scopes: ["captions:view"], room }),
    });
    await Promise.all([viewer.frame("snapshot"), known.frame("snapshot")]);
    const events = await fetch(`${attacked.url}/v1/rooms/${room}/events?tenant=acme`);
    await attacked.makeRoom(room, {});
    expect(await viewer.closed()).toBe(4501);
    expect(viewer.frames.at(-1)).toMatchObject({ code: "unauthenticated", retry: false });
    expect(await within("the stream ends", events.text())).toContain('"code":"unauthenticated"');
    const publisher = await publishTo(attacked, room);
    speakInto(publisher, 1);
    await finish(publisher);
    await expect.poll(() => JSON.stringify(known.frames)).toContain(attacked.provider.words);
    expect(JSON.stringify(viewer.frames)).not.toContain(attacked.provider.words);
    expect((await attacked.ask(`/v1/rooms/${room}/captions?tenant=acme`)).code).toBe("unauthenticated");
    expect(known.closeCode).toBeNull();
    known.close();
  });

  it("is sent away while its socket sleeps, and after the Worker was killed nobody comes back in", async () => {
    const room = newRoom();
    await attacked.makeRoom(room, { public: true });
    await attacked.makeRoom(room, {});
    await attacked.killAndRestart();
    const visitor = await knock(attacked.url, room, { query: tenant });
    expect(await visitor.isIn()).toBe(false);
    expect(await visitor.closed()).toBe(4501);
  });

  it("has nothing that could be revoked: it is sent away and may come back", async () => {
    const room = newRoom();
    await attacked.makeRoom(room, { public: true });
    const viewer = await knock(attacked.url, room, { query: tenant });
    await viewer.frame("snapshot");
    expect((await attacked.revoke({ all: true })).status).toBe(200);
    expect(await viewer.frame("error")).toMatchObject({ code: "draining", retry: true });
    expect(await viewer.closed()).toBe(4412);
    expect(await refusalOf(await knock(attacked.url, room, { query: tenant }))).toBeNull();
  });

  it("leaves nothing of itself in the log", () => {
    expect(attacked.leaked()).toEqual([]);
  });
});
