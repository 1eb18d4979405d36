import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { type DurableObject, env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { timing } from "../../shared/limits.ts";
import { type Frame, Member, request, seconds, start, tokenFor } from "../support/runtime-client.ts";
import { Events } from "../support/runtime-events.ts";
import { get, held, isType, speaking, spoken, viewerOf, viewToken } from "../support/runtime-room.ts";

let rooms = 0;
const newRoom = () => `watching-${++rooms}`;

const hasFinal = (text: string) => (frame: Frame) =>
  JSON.stringify(frame.put ?? frame.segments ?? []).includes(`"text":"${text}"`);

async function stateOf(room: string): Promise<Frame> {
  return (await get(`/v1/rooms/${room}`, await viewToken(room))).json();
}

describe("GET /v1/rooms/{room}/events", () => {
  it("streams exactly the frames of a viewer, each named by the position it leads to", async () => {
    const room = newRoom();
    const viewer = await viewerOf(room);
    const stream = await Events.open(room, await viewToken(room));
    await stream.until("a snapshot", isType("snapshot"));
    expect(stream.response.headers.get("content-type")).toBe("text/event-stream");
    expect(stream.response.headers.get("cache-control")).toBe("no-store, no-transform");
    expect(stream.response.headers.get("x-accel-buffering")).toBe("no");
    expect(stream.retryMs).toBeGreaterThan(0);
    expect(stream.retryMs).toBeLessThanOrEqual(timing.retryWindowMs);
    expect((await stateOf(room)).viewers).toBe(2);

    const publisher = await speaking(room, 2);
    publisher.send({ type: "finish" });
    await publisher.end();
    const isOver = ({ type, status }: Frame) => type === "status" && JSON.stringify(status).includes("ended");
    await viewer.until("the end", isOver);
    await stream.until("the end", isOver);
    const [first, ...rest] = stream.events;
    expect(JSON.parse(first?.data ?? "")).toMatchObject({ type: "snapshot", reason: "new", version: 0 });
    expect(rest.map(({ data }) => data)).toEqual(viewer.texts.slice(1));
    for (const { id, data } of stream.events) {
      const frame: Frame = JSON.parse(data);
      expect(id).toBe(`${String(frame.epoch)}.${String(frame.type === "delta" ? frame.to : frame.version)}`);
    }
    await stream.leave();
  });

  it("goes on where the last event left off, across the object's death", async () => {
    const room = newRoom();
    const viewer = await viewerOf(room);
    const stream = await Events.open(room, await viewToken(room));
    const publisher = await speaking(room, 2);
    await stream.until("the second word", hasFinal("w1."));
    const { session } = await publisher.until("ready", isType("ready"));
    await abortAllDurableObjects();
    expect(await stream.end()).toBe("broken");
    await viewer.end();

    const token = await tokenFor(["captions:publish"], room);
    const again = await Member.join(room, token, "?role=publisher");
    again.send({ ...start, session, position: 32_000 });
    await again.until("ready", isType("ready"));
    again.send(seconds(1));
    await again.until("ack", isType("ack"));

    const resumed = await Events.open(room, await viewToken(room), stream.lastId);
    const first = await resumed.until("a delta", isType("delta"));
    expect(resumed.frames[0]).toEqual(first);
    expect(first).toMatchObject({ from: 2, to: 3, put: [{ text: "w0.", start: 2_000 }] });
    again.send(seconds(1));
    await resumed.until("the fourth word", hasFinal("w1."));

    const late = await viewerOf(room);
    const read = held([...stream.frames, ...resumed.frames]);
    expect(read).toEqual(held(late.frames));
    expect(read.map(({ text }) => text)).toEqual(["w0.", "w1.", "w0.", "w1."]);
    await resumed.leave();
  });

  it("takes a position by query too, the header's over it, and answers one that is none by a snapshot", async () => {
    const room = newRoom();
    await spoken(room, 3);
    const token = await viewToken(room);
    const { epoch } = await stateOf(room);
    const at = (version: number) => `?epoch=${String(epoch)}&version=${version}`;
    for (const [lastId, query, expected] of [
      [null, at(1), { type: "delta", from: 1, to: 3 }],
      [`${String(epoch)}.2`, at(1), { type: "delta", from: 2, to: 3 }],
      ["rubbish", at(1), { type: "delta", from: 1 }],
      ["rubbish", "", { type: "snapshot", reason: "new" }],
      [`${String(epoch)}.99`, "", { type: "snapshot", reason: "ahead" }],
      ["another.1", "", { type: "snapshot", reason: "epoch" }],
    ] as const) {
      const stream = await Events.open(room, token, lastId, query);
      await stream.until("a first frame", () => true);
      expect(stream.frames[0]).toMatchObject(expected);
      await stream.leave();
    }
  });

  it("takes whoever went away out of the room once there is something to say", async () => {
    const room = newRoom();
    await spoken(room, 1);
    const stream = await Events.open(room, await viewToken(room));
    await stream.until("a snapshot", isType("snapshot"));
    const viewer = await viewerOf(room);
    expect((await stateOf(room)).viewers).toBe(2);
    await stream.leave();
    const publisher = await speaking(room, 1);
    let viewers: unknown = 2;
    for (let word = 1; viewers !== 1 && word < 50; word += 1) {
      publisher.send(seconds(1));
      await viewer.until("another word", hasFinal(`w${word}.`));
      viewers = (await stateOf(room)).viewers;
    }
    expect(viewers).toBe(1);
  });

  it("makes no viewer of who asks for the head alone", async () => {
    const room = newRoom();
    await spoken(room, 1);
    const head = await request(`/v1/rooms/${room}/events`, {
      method: "HEAD",
      headers: { authorization: `Bearer ${await viewToken(room)}` },
    });
    expect(head.status).toBe(200);
    expect((await stateOf(room)).viewers).toBe(0);
  });
});

describe("GET /v1/rooms/{room}/captions", () => {
  const path = (room: string, query = "") => `/v1/rooms/${room}/captions${query}`;

  it("answers a snapshot, then what has changed since, as a viewer would be told", async () => {
    const room = newRoom();
    await spoken(room, 3);
    const token = await viewToken(room);
    const answer = await get(path(room), token);
    const snapshot: Frame = await answer.json();
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect(snapshot).toMatchObject({ type: "snapshot", reason: "new", version: 3, hasEarlier: false });
    expect(held([snapshot])).toEqual(held((await viewerOf(room)).frames));
    expect(answer.headers.get("etag")).toMatch(
      new RegExp(`^"${String(snapshot.epoch)}\\.3\\.[0-9a-f]{16}"$`),
    );
    const since = await get(path(room, `?since=${String(snapshot.epoch)}.1`), token);
    expect(await since.json()).toMatchObject({
      type: "delta",
      from: 1,
      to: 3,
      put: [{ text: "w1." }, { text: "w2." }],
      interim: null,
    });
    for (const [query, reason] of [
      ["?since=rubbish", "new"],
      ["?since=another.1", "epoch"],
      [`?since=${String(snapshot.epoch)}.9`, "ahead"],
    ]) {
      expect(await (await get(path(room, query), token)).json()).toMatchObject({ type: "snapshot", reason });
    }
  });

  it("says 304 as long as nothing has changed, the interim included", async () => {
    const room = newRoom();
    const viewer = await viewerOf(room);
    const publisher = await speaking(room, 1);
    const token = await viewToken(room);
    const ask = (tag: string | null) => get(path(room), token, tag === null ? {} : { "if-none-match": tag });
    const before = await ask(null);
    const tag = before.headers.get("etag") ?? "";
    await before.body?.cancel();
    for (const held of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      const answer = await ask(held);
      expect(answer.status).toBe(304);
      expect(answer.headers.get("etag")).toBe(tag);
      expect(answer.headers.get("vary")).toBe("authorization, origin");
      expect(await answer.text()).toBe("");
    }
    publisher.send(seconds(1).subarray(0, 16_000));
    await viewer.until("an interim", ({ interim }) => JSON.stringify(interim ?? "").includes("w1."));
    const speaks = await ask(tag);
    expect(speaks.status).toBe(200);
    expect(await speaks.json()).toMatchObject({ version: 1, interim: { text: "w1." } });
    const tagThen = speaks.headers.get("etag") ?? "";
    expect((await ask(tagThen)).status).toBe(304);
    publisher.send(seconds(1).subarray(0, 16_000));
    await viewer.until("the word", hasFinal("w1."));
    const final = await ask(tagThen);
    expect(final.status).toBe(200);
    expect(await final.json()).toMatchObject({ version: 2, interim: null });
  });

  it("lets a cache share it among those with the same token, and no others", async () => {
    const room = newRoom();
    await spoken(room, 1);
    const { headers } = await get(path(room), await viewToken(room));
    expect(headers.get("cache-control")).toBe("public, max-age=1");
    expect(headers.get("vary")).toBe("authorization, origin");
    expect(headers.get("cloudflare-cdn-cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("pages back", async () => {
    const room = newRoom();
    await spoken(room, 4);
    const token = await viewToken(room);
    const segments = held([await (await get(path(room), token)).json()]);
    const pageBefore = (at: number, query = "") =>
      get(path(room, `?before=${segments[at]?.id}${query}`), token);
    const page = await pageBefore(3, "&limit=2");
    expect(await page.json()).toEqual({ segments: segments.slice(1, 3), hasEarlier: true });
    const tag = page.headers.get("etag") ?? "";
    expect(
      (await get(path(room, `?before=${segments[3]?.id}&limit=2`), token, { "if-none-match": tag })).status,
    ).toBe(304);
    expect(await (await pageBefore(1)).json()).toEqual({ segments: segments.slice(0, 1), hasEarlier: false });
    expect(await (await pageBefore(0)).json()).toEqual({ segments: [], hasEarlier: false });
    expect((await get(path(room, "?before=nobody"), token)).status).toBe(404);
    for (const query of ["&limit=0", "&limit=501", "&limit=x", "&limit=", "&limit=1e2", "&since=a.1"]) {
      const refused = await pageBefore(1, query);
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({ code: "bad_request" });
    }
    expect((await get(path(room, "?limit=5"), token)).status).toBe(400);
  });
});

describe("whoever reads a room by HTTP", () => {
  const paths = ["events", "captions", "captions.vtt", "captions.srt", "captions.txt", "captions.json"];

  it("needs a token for it", async () => {
    const room = newRoom();
    await spoken(room, 1);
    for (const path of paths) {
      for (const [token, status, code] of [
        [null, 401, "unauthenticated"],
        ["rubbish", 401, "token_invalid"],
        [await tokenFor(["captions:publish", "captions:edit", "speak"], room), 403, "scope_missing"],
        [await viewToken("another-room"), 403, "room_forbidden"],
      ] as const) {
        const answer = await get(`/v1/rooms/${room}/${path}`, token);
        expect(answer.status).toBe(status);
        expect(await answer.json()).toMatchObject({ code });
      }
    }
  });

  it("makes no room by asking for it", async () => {
    const room = newRoom();
    for (const path of paths.filter((each) => each !== "events")) {
      const answer = await get(`/v1/rooms/${room}/${path}`, await viewToken(room));
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({
        code: "not_found",
        message: expect.stringContaining("No such room yet"),
      });
    }
    const tables = await runInDurableObject(
      env.CAPTIONS.getByName(`tests/${room}`),
      (_object: DurableObject, { storage }) => [
        ...storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'room'"),
      ],
    );
    expect(tables).toEqual([]);
  });
});
