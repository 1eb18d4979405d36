import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { AlertSchema, RoomStatsSchema } from "../../shared/stats.ts";
import { metricsIn } from "../support/prometheus.ts";
import { Member, request, start, tokenFor } from "../support/runtime-client.ts";
import { Events } from "../support/runtime-events.ts";
import { get, speaking, viewerOf } from "../support/runtime-room.ts";
import { TestTenant } from "../support/runtime-tenant.ts";

let rooms = 0;
const newRoom = () => `stats-${++rooms}`;
const admin = (room: string) => tokenFor(["rooms:admin"], room);
const stats = (room: string, token: string | null, query = "", headers: Record<string, string> = {}) =>
  get(`/v1/rooms/${room}/stats${query}`, token, headers);
const viewersOf = async (room: string) => {
  const answer = await stats(room, await admin(room));
  return v.parse(RoomStatsSchema, await answer.json()).viewers;
};

describe("GET /v1/rooms/{room}/stats", () => {
  it("tells what the room measures, for whoever runs it", async () => {
    const room = newRoom();
    const publisher = await speaking(room, 3);
    await viewerOf(room);
    for (const scope of ["rooms:stats", "rooms:admin", "captions:publish", "captions:edit"]) {
      const answer = await stats(room, await tokenFor([scope], room));
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      const told: Record<string, unknown> = await answer.json();
      expect(v.parse(v.object({ room: v.string(), ...RoomStatsSchema.entries }), told)).toMatchObject({
        room,
        state: "live",
        viewers: 1,
        session: { endedAt: null },
      });
    }
    publisher.send({ type: "finish" });
    await publisher.end();
    const answer = await stats(room, await admin(room));
    expect(await answer.json()).toMatchObject({ state: "ended", session: { endedAt: expect.any(Number) } });
  });

  it("tells it to Prometheus by the header of a scraper, or as the address says", async () => {
    const room = newRoom();
    await speaking(room, 1);
    const token = await admin(room);
    const scraper = {
      accept: "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    };
    for (const [query, headers] of [
      ["", scraper],
      ["", { accept: "text/plain" }],
      ["?format=prometheus", {}],
      ["?format=prometheus", { accept: "application/json" }],
    ] as const) {
      const answer = await stats(room, token, query, headers);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
      expect(answer.headers.get("cache-control")).toBe("no-store");
      const { samples } = metricsIn(await answer.text());
      expect(samples.get("captionwire_room_state")).toContainEqual({
        labels: { tenant: "tests", room, state: "live" },
        value: 1,
      });
      expect(samples.get("captionwire_words_total")?.[0]?.value).toEqual(expect.any(Number));
    }
    for (const [query, headers] of [
      ["", {}],
      ["", { accept: "*/*" }],
      ["", { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" }],
      ["", { accept: "application/json, text/plain;q=0.5" }],
      ["?format=json", scraper],
    ] as const) {
      const answer = await stats(room, token, query, headers);
      expect(answer.headers.get("content-type")).toBe("application/json");
      expect(await answer.json()).toMatchObject({ room });
    }
    expect(await (await stats(room, token, "?format=xml")).json()).toMatchObject({ code: "bad_request" });
  });
});

describe("GET /v1/rooms/{room}/stats/events", () => {
  const open = async (room: string, token?: string) =>
    Events.open(room, token ?? (await admin(room)), null, "", "stats/events");
  const named = (stream: Events, name: string) => stream.events.filter((event) => event.name === name);

  it("tells statistics at once and again, to somebody who is no viewer", async () => {
    const room = newRoom();
    const publisher = await speaking(room, 1);
    const stream = await open(room);
    expect(stream.response.headers.get("content-type")).toBe("text/event-stream");
    expect(stream.response.headers.get("cache-control")).toBe("no-store, no-transform");
    const first = await stream.until("statistics", ({ state }) => state === "live");
    expect(v.parse(RoomStatsSchema, first).viewers).toBe(0);
    expect(await viewersOf(room)).toBe(0);
    publisher.send({ type: "finish" });
    await publisher.end();
    await stream.until("statistics of the end", ({ state }) => state === "ended");
    expect(named(stream, "stats").length).toBe(stream.events.length);
    expect(stream.events.every(({ id }) => id === null)).toBe(true);
    await stream.leave();
  });

  it("tells what is to be looked at as it begins", async () => {
    const room = newRoom();
    await request(`/v1/rooms/${room}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${await admin(room)}` },
      body: JSON.stringify({ language: "xx-503" }),
    });
    const stream = await open(room);
    const publisher = await Member.join(room, await tokenFor(["captions:publish"], room), "?role=publisher");
    publisher.send(start);
    const alert = await stream.until("an alert", ({ kind }) => kind === "connections_failing");
    expect(v.parse(AlertSchema, alert)).toMatchObject({ until: null });
    expect(named(stream, "alert").map(({ data }) => JSON.parse(data))).toContainEqual(alert);
    const lasts = (alerts: unknown) => JSON.stringify(alerts ?? "").includes("connections_failing");
    await stream.until("statistics with it", ({ alerts }) => lasts(alerts));
    publisher.close();
    await stream.leave();
  });

  it("lets in as many as there may be, and viewers besides", async () => {
    const room = newRoom();
    await request(`/v1/rooms/${room}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${await admin(room)}` },
      body: JSON.stringify({ maxViewers: 1 }),
    });
    const streams = await Promise.all(Array.from({ length: 20 }, () => open(room)));
    const refused = await get(`/v1/rooms/${room}/stats/events`, await admin(room));
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ code: "too_many_connections" });
    const viewer = await viewerOf(room);
    expect(viewer.closed).toBeNull();
    for (const stream of streams) await stream.leave();
  });

  it("sends away whoever's token is revoked", async () => {
    const tenant = new TestTenant("observed");
    const room = newRoom();
    await tenant.ask("PUT", room, {});
    const [meant, other] = ["meant", "other"];
    const [one, two] = await Promise.all(
      [meant, other].map(async (jti) => open(room, await tenant.token("rooms:admin", { jti }))),
    );
    await tenant.object.revoke({ kind: "token", id: meant });
    expect(await one?.end()).toBe("closed");
    expect(one?.frames.at(-1)).toMatchObject({ type: "error", code: "token_revoked" });
    expect(two?.ended).toBeNull();
    await two?.leave();
  });

  it("sends away whoever's token ends", async () => {
    const tenant = new TestTenant("observed");
    const room = newRoom();
    await tenant.ask("PUT", room, {});
    // Good for a moment: within the skew that is forgiven.
    const exp = Date.now() / 1_000 - 4;
    const stream = await open(room, await tenant.token("rooms:admin", { exp }));
    expect(await stream.end()).toBe("closed");
    expect(stream.frames.at(-1)).toMatchObject({ type: "error", code: "token_expired" });
  });

  it("makes no observer of who asks for the head alone", async () => {
    const room = newRoom();
    await speaking(room, 1);
    const head = await request(`/v1/rooms/${room}/stats/events`, {
      method: "HEAD",
      headers: { authorization: `Bearer ${await admin(room)}` },
    });
    expect(head.status).toBe(200);
    expect(head.headers.get("content-type")).toBe("text/event-stream");
    expect(await head.text()).toBe("");
  });
});

describe("whoever asks how well captions work", () => {
  const paths = [
    "stats",
    "stats?format=prometheus",
    "stats/events",
    "reports",
    "reports/any",
    "reports/any.html",
  ];

  it("needs a token for it", async () => {
    const room = newRoom();
    await speaking(room, 1);
    for (const path of paths) {
      for (const [token, status, code] of [
        [null, 401, "unauthenticated"],
        ["rubbish", 401, "token_invalid"],
        [await tokenFor(["captions:view", "speak"], room), 403, "scope_missing"],
        [await tokenFor(["rooms:admin"], "another-room"), 403, "room_forbidden"],
      ] as const) {
        const answer = await get(`/v1/rooms/${room}/${path}`, token);
        expect([path, answer.status]).toEqual([path, status]);
        expect(await answer.json()).toMatchObject({ code });
      }
    }
  });

  it("is told nothing of a public room without one either", async () => {
    const room = newRoom();
    await request(`/v1/rooms/${room}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${await admin(room)}` },
      body: JSON.stringify({ public: true }),
    });
    expect((await get(`/v1/rooms/${room}/captions`, null)).status).toBe(200);
    for (const path of paths) expect((await get(`/v1/rooms/${room}/${path}`, null)).status).toBe(401);
  });

  it("makes no room by asking", async () => {
    const tenant = new TestTenant("askers");
    const room = newRoom();
    const token = await tenant.token("rooms:admin");
    for (const path of paths) {
      const answer = await get(`/v1/rooms/${room}/${path}`, token);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(await answer.json()).toMatchObject({ code: "not_found" });
    }
    expect(await tenant.listed()).toEqual([]);
    expect((await tenant.stored(room)).names).toEqual([]);
  });

  it("is refused once its token is revoked", async () => {
    const tenant = new TestTenant("askers-revoked");
    const room = newRoom();
    await tenant.ask("PUT", room, {});
    const token = await tenant.token("rooms:admin");
    await tenant.object.revoke({ kind: "room", room });
    for (const path of paths) {
      const answer = await get(`/v1/rooms/${room}/${path}`, token);
      expect([path, answer.status]).toEqual([path, 401]);
      expect(await answer.json()).toMatchObject({ code: "token_revoked" });
    }
  });
});
