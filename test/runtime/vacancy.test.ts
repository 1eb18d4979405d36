import { runInDurableObject } from "cloudflare:test";
import type { DurableObject } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Housekeeping } from "../../party/host/housekeeping.ts";
import { Door } from "../../party/room/door/door.ts";
import { nothingRevoked } from "../../party/room/door/standing.ts";
import { memoryMeasures } from "../../party/room/measure/store.ts";
import { Room } from "../../party/room/room.ts";
import { sqliteGround } from "../../party/sqlite-ground.ts";
import type { Registry } from "../../party/tenant/registry.ts";
import { limits, timing } from "../../shared/limits.ts";
import { type Member, request, seconds, start } from "../support/runtime-client.ts";
import { nothing, TestTenant } from "../support/runtime-tenant.ts";
import { ScriptedMember, ScriptedWorld } from "../support/scripted-room.ts";

let tenants = 0;
const newTenant = () => new TestTenant(`vacancy-${++tenants}`);
const room = "hall";

async function events(token: string, method = "GET"): Promise<Response> {
  return request(`/v1/rooms/${room}/events`, { method, headers: { authorization: `Bearer ${token}` } });
}

async function leave(member: Member): Promise<void> {
  member.close();
  await member.end();
}

/** A viewer that answers the close of its socket when the test says so, as a phone without a network does: late. */
async function lateViewer(tenant: TestTenant, token: string): Promise<WebSocket> {
  const response = await request(`/parties/captions/${room}`, {
    headers: { upgrade: "websocket", "sec-websocket-protocol": `captionwire.1, bearer.${token}` },
  });
  const { webSocket } = response;
  if (webSocket === null) throw new Error(`${tenant.name} got no socket: ${response.status}`);
  return webSocket;
}

function nextClose(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
}

describe("a room", () => {
  it("is on its tenant's list from its first member on, and will be looked at", async () => {
    const tenant = newTenant();
    await leave(await tenant.viewer(room));
    expect(await tenant.listed()).toEqual([room]);
    const { alarm } = await tenant.stored(room);
    expect(alarm).not.toBeNull();
  });

  it("is looked at within a day also after a publisher that said nothing", async () => {
    const tenant = newTenant();
    await leave(await tenant.publisher(room));
    const { alarm } = await tenant.stored(room);
    expect((alarm ?? 0) - Date.now()).toBeLessThanOrEqual(timing.vacantRoomMs);
  });

  it("is not made by asking after it, nor by deleting what is not there", async () => {
    const tenant = newTenant();
    for (const method of ["GET", "DELETE"]) expect((await tenant.ask(method, room)).status).toBe(404);
    const head = await events(await tenant.token("captions:view"), "HEAD");
    expect(head.status).toBe(404);
    expect(await tenant.stored(room)).toEqual(nothing);
    expect(await tenant.listed()).toEqual([]);
  });

  it("is made by whoever waits by events, as by a viewer's socket, and forgotten after them", async () => {
    const tenant = newTenant();
    const answer = await events(await tenant.token("captions:view"));
    expect(answer.status).toBe(200);
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes('"type":"snapshot"')) text += (await reader?.read())?.value ?? "";
    expect(await tenant.listed()).toEqual([room]);
    expect((await tenant.stored(room)).alarm).not.toBeNull();
    // Alarms find somebody in it.
    await tenant.ring(room);
    expect(await tenant.listed()).toEqual([room]);
    await reader?.cancel();
    await expect
      .poll(async () => {
        await tenant.ring(room);
        return tenant.listed();
      })
      .toEqual([]);
    expect(await tenant.stored(room)).toEqual(nothing);
  });

  it("is made by no events of whoever may make none", async () => {
    const tenant = newTenant();
    const anybody = await request(`/v1/rooms/nobodys/events?tenant=tests`);
    expect([anybody.status, await anybody.json()]).toMatchObject([401, { code: "unauthenticated" }]);
    const revoked = await tenant.token("captions:view", { iat: Date.now() / 1_000 - 10 });
    await tenant.object.revoke({ kind: "tenant" });
    expect(await (await events(revoked)).json()).toMatchObject({ code: "token_revoked" });
    await tenant.fill(limits.tenantRoomsMax);
    const late = await events(await tenant.token("captions:view", { iat: Date.now() / 1_000 + 1 }));
    expect([late.status, await late.json()]).toMatchObject([403, { code: "too_many_rooms" }]);
    expect(await tenant.stored(room)).toEqual(nothing);
    expect(await tenant.listed()).not.toContain(room);
  });
});

describe("a room that holds nothing and that nobody is in", () => {
  it("is forgotten by its alarm, and can be made again", async () => {
    const tenant = newTenant();
    const viewer = await tenant.viewer(room);
    const { epoch } = await viewer.until("a snapshot", ({ type }) => type === "snapshot");
    await leave(viewer);
    await tenant.ring(room);
    expect(await tenant.stored(room)).toEqual(nothing);
    expect(await tenant.listed()).toEqual([]);
    expect((await tenant.ask("GET", room)).status).toBe(404);

    const next = await tenant.viewer(room);
    const first = await next.until("a snapshot", ({ type }) => type === "snapshot");
    expect(first).toMatchObject({ reason: "new", segments: [] });
    expect(first.epoch).not.toBe(epoch);
    expect(await tenant.listed()).toEqual([room]);
    expect((await tenant.stored(room)).alarm).not.toBeNull();
    const publisher = await tenant.publisher(room);
    publisher.send(start);
    publisher.send(seconds(1));
    await next.until("a word", ({ put }) => JSON.stringify(put ?? []).includes("w0."));
  });

  it("is forgotten also when it had been asleep", async () => {
    const tenant = newTenant();
    await leave(await tenant.viewer(room));
    await tenant.evict(room);
    await tenant.ring(room);
    expect(await tenant.stored(room)).toEqual(nothing);
    expect(await tenant.listed()).toEqual([]);
  });

  it("is forgotten when it is deleted", async () => {
    const tenant = newTenant();
    await leave(await tenant.viewer(room));
    expect((await tenant.ask("DELETE", room)).status).toBe(204);
    expect(await tenant.stored(room)).toEqual(nothing);
    expect(await tenant.listed()).toEqual([]);
    expect((await tenant.ask("GET", room)).status).toBe(404);
    expect((await tenant.ask("DELETE", room)).status).toBe(404);
  });

  it("is forgotten with what was said in it when that is deleted", async () => {
    const tenant = newTenant();
    const publisher = await tenant.publisher(room);
    publisher.send(start);
    publisher.send(seconds(2));
    publisher.send({ type: "finish" });
    await publisher.end();
    expect((await tenant.ask("DELETE", room)).status).toBe(204);
    expect(await tenant.stored(room)).toEqual(nothing);
    expect(await tenant.listed()).toEqual([]);
  });

  it("is forgotten once, however many delete it at the same time", async () => {
    const tenant = newTenant();
    await leave(await tenant.viewer(room));
    const answers = await Promise.all([1, 2, 3, 4].map(() => tenant.ask("DELETE", room)));
    expect(answers.map(({ status }) => status).every((status) => status === 204 || status === 404)).toBe(
      true,
    );
    expect(await tenant.stored(room)).toEqual(nothing);
    expect(await tenant.listed()).toEqual([]);
  });

  it("is whole or gone for whoever comes at the moment it is deleted", async () => {
    const tenant = newTenant();
    for (let turn = 0; turn < 5; turn += 1) {
      await leave(await tenant.viewer(room));
      const [viewer] = await Promise.all([tenant.join(room), tenant.ask("DELETE", room)]);
      await viewer.until("a first frame", ({ type }) => type === "snapshot");
      const put = await tenant.ask("PUT", room, { language: "de" });
      expect(put.status).toBe(200);
      expect(await tenant.listed()).toEqual([room]);
      await tenant.evict(room);
      expect(await (await tenant.ask("GET", room)).json()).toMatchObject({ settings: { language: "de" } });
      await tenant.ask("PUT", room, {});
      await leave(viewer);
    }
  });
});

describe("settings that come slowly", () => {
  it("are kept or refused when the room is deleted and made again meanwhile", async () => {
    const tenant = newTenant();
    await leave(await tenant.viewer(room));
    const now = Date.now();
    const pass = { tokenId: "t", issuedAt: now, expiresAt: now + 60_000 };
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const answer = tenant.roomObject(room).fetch("https://room/settings", {
      method: "PUT",
      body: readable,
      headers: { "x-captionwire-pass": JSON.stringify(pass) },
    });
    const isAccepted = answer.then(
      async (response) => {
        await response.text();
        return response.ok;
      },
      () => false,
    );
    await writer.write(new TextEncoder().encode('{"language"'));
    // The object has seen to the request as far as it can by the time it answers another.
    expect((await tenant.ask("GET", room)).status).toBe(200);
    await tenant.ask("DELETE", room);
    await tenant.join(room);
    await writer.write(new TextEncoder().encode(':"de"}'));
    await writer.close();
    const settings = (await isAccepted) ? { language: "de" } : {};
    for (const _ of ["in memory", "as it was stored"]) {
      expect(await (await tenant.ask("GET", room)).json()).toMatchObject({ settings });
      await tenant.evict(room);
    }
  });
});

describe("a room is kept by its alarm", () => {
  async function expectKept(tenant: TestTenant): Promise<void> {
    const before = await tenant.stored(room);
    expect(before.names).toContain("room");
    await tenant.ring(room);
    const after = await tenant.stored(room);
    expect(after.names).toEqual(before.names);
    expect(await tenant.listed()).toEqual([room]);
  }

  it("while it has settings, and then not", async () => {
    const tenant = newTenant();
    await tenant.ask("PUT", room, { language: "de" });
    await expectKept(tenant);
    expect((await tenant.ask("DELETE", room)).status).toBe(204);
    expect(await (await tenant.ask("GET", room)).json()).toMatchObject({ settings: { language: "de" } });
    await tenant.ask("PUT", room, {});
    // It is looked at again although nothing in it expires.
    expect((await tenant.stored(room)).alarm).not.toBeNull();
    await tenant.ring(room);
    expect(await tenant.stored(room)).toEqual(nothing);
  });

  it("while it has captions", async () => {
    const tenant = newTenant();
    const publisher = await tenant.publisher(room);
    publisher.send(start);
    publisher.send(seconds(1));
    publisher.send({ type: "finish" });
    await publisher.end();
    await tenant.evict(room);
    await expectKept(tenant);
    await tenant.exec(room, "UPDATE segments SET body = json_set(body, '$.at', 1)");
    // Its report outlives the captions by as long as their session went on.
    await tenant.evict(room);
    await expectKept(tenant);
    expect((await tenant.stored(room)).alarm ?? 0).toBeGreaterThan(Date.now() + timing.vacantRoomMs);
    await tenant.exec(room, "UPDATE measures SET ended_at = 1");
    await tenant.exec(room, "UPDATE room SET session = json_set(session, '$.ended.at', 1)");
    await tenant.evict(room);
    await tenant.ring(room);
    expect(await tenant.stored(room)).toEqual(nothing);
    expect(await tenant.listed()).toEqual([]);
  });

  it("while somebody watches, asleep or not, and looked at again afterwards", async () => {
    const tenant = newTenant();
    const viewer = await tenant.viewer(room);
    await expectKept(tenant);
    await tenant.evict(room);
    await expectKept(tenant);
    const { alarm } = await tenant.stored(room);
    expect((alarm ?? 0) - Date.now()).toBeGreaterThan(timing.vacantRoomMs / 2);
    expect(viewer.closed).toBeNull();
    await leave(viewer);
    await tenant.ring(room);
    expect(await tenant.stored(room)).toEqual(nothing);
  });

  it("while somebody reads its events", async () => {
    const tenant = newTenant();
    await leave(await tenant.viewer(room));
    const gone = new AbortController();
    const token = await tenant.token("captions:view");
    const answer = await request(`/v1/rooms/${room}/events`, {
      headers: { authorization: `Bearer ${token}` },
      signal: gone.signal,
    });
    const reader = answer.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    await expectKept(tenant);
    gone.abort();
    await reader?.cancel().catch(() => {});
  });

  it("while a publisher is there, with a session or without", async () => {
    const tenant = newTenant();
    const publisher = await tenant.publisher(room);
    // Its socket is open, but it has said nothing yet.
    publisher.send("ping");
    await publisher.text("pong");
    await expectKept(tenant);
    publisher.send(start);
    await publisher.until("ready", ({ type }) => type === "ready");
    await expectKept(tenant);
    // What it is about to say is not taken from under it by a delete either.
    expect((await tenant.ask("DELETE", room)).status).toBe(204);
    await expectKept(tenant);
    publisher.send(seconds(1));
    await publisher.until("an ack", ({ type, position }) => type === "ack" && position === 16_000);
  });
});

describe("a tenant with as many rooms as it may have", () => {
  async function fullTenant(): Promise<TestTenant> {
    const tenant = newTenant();
    await leave(await tenant.viewer("old"));
    await tenant.fill(limits.tenantRoomsMax - 1);
    return tenant;
  }

  it("is refused another, by whatever way, and nothing is left behind", async () => {
    const tenant = await fullTenant();
    for (const member of [await tenant.join(room), await tenant.publisher(room)]) {
      expect(await member.until("an error", ({ type }) => type === "error")).toMatchObject({
        code: "too_many_rooms",
        retry: false,
      });
      expect((await member.end()).code).toBe(4503);
    }
    const put = await tenant.ask("PUT", room, { language: "de" });
    expect(put.status).toBe(403);
    expect(await put.json()).toMatchObject({ code: "too_many_rooms" });
    expect(await tenant.stored(room)).toEqual(nothing);
    await tenant.evict(room);
    expect((await tenant.ask("GET", room)).status).toBe(404);
    expect(await tenant.stored(room)).toEqual(nothing);
    expect(await tenant.listed()).toHaveLength(limits.tenantRoomsMax);
    expect(await tenant.listed()).not.toContain(room);
  });

  it("may use those it has, asleep or not", async () => {
    const tenant = await fullTenant();
    await leave(await tenant.viewer("old"));
    await tenant.evict("old");
    await leave(await tenant.viewer("old"));
    expect((await tenant.ask("PUT", "old", { language: "de" })).status).toBe(200);
  });

  it("may have another for one that was deleted", async () => {
    const tenant = await fullTenant();
    await (await tenant.join(room)).end();
    expect((await tenant.ask("DELETE", "old")).status).toBe(204);
    await tenant.viewer(room);
    expect(await tenant.listed()).toContain(room);
    expect((await (await tenant.join("another")).end()).code).toBe(4503);
  });

  it("is not given one by the last frame of a socket that was refused", async () => {
    const tenant = await fullTenant();
    const socket = await lateViewer(tenant, await tenant.token("captions:view"));
    const closed = nextClose(socket);
    socket.accept({ allowHalfOpen: true });
    expect(await closed).toBe(4503);
    await tenant.strike("filler-0");
    await tenant.evict(room);
    socket.close();
    for (let turn = 0; turn < 5; turn += 1) expect((await tenant.ask("GET", room)).status).toBe(404);
    expect(await tenant.listed()).not.toContain(room);
    expect((await tenant.stored(room)).names).not.toContain("room");
  });
});

describe("a room that was forgotten", () => {
  it.each(["its object in memory", "its object asleep"])(
    "is not made again by a viewer that was sent away and is heard of late: %s",
    async (memory) => {
      const tenant = newTenant();
      const jti = crypto.randomUUID();
      const socket = await lateViewer(tenant, await tenant.token("captions:view", { jti }));
      const closed = nextClose(socket);
      socket.accept({ allowHalfOpen: true });
      await tenant.object.revoke({ kind: "token", id: jti });
      expect(await closed).toBe(4501);
      expect((await tenant.ask("DELETE", room)).status).toBe(204);
      expect(await tenant.stored(room)).toEqual(nothing);
      if (memory === "its object asleep") await tenant.evict(room);
      socket.send(JSON.stringify({ type: "seen", version: 0 }));
      socket.close(1000);
      for (let turn = 0; turn < 5; turn += 1) expect((await tenant.ask("GET", room)).status).toBe(404);
      expect(await tenant.listed()).toEqual([]);
      expect((await tenant.stored(room)).names).not.toContain("room");
    },
  );
});

describe("a vacant room whose tenant cannot be reached", () => {
  /** The list as the tenant has it; `meanwhile` happens when it has struck the room off and before it answers. */
  class ScriptedRegistry implements Registry {
    isListed = true;
    revokedAt = 0;
    isDown = false;
    meanwhile: () => void = () => {};

    async admit() {
      if (this.isDown) throw new Error("unreachable");
      this.isListed = true;
      return { ...nothingRevoked, issuedBefore: this.revokedAt };
    }

    async standing() {
      return { ...nothingRevoked, issuedBefore: this.revokedAt };
    }

    async forget() {
      this.isListed = false;
      this.meanwhile();
      // The answer is lost.
      if (this.isDown) throw new Error("unreachable");
    }
  }

  /** A vacant room with real storage, in an object of its own. */
  function inRoom(work: (house: Awaited<ReturnType<typeof houseOf>>) => Promise<void>): Promise<void> {
    return runInDurableObject(newTenant().roomObject(room), async (_object: DurableObject, { storage }) =>
      work(await houseOf(storage)),
    );
  }

  async function houseOf(storage: DurableObjectStorage) {
    const registry = new ScriptedRegistry();
    const ground = sqliteGround(storage);
    const keeping = new Housekeeping({ ...ground, registry });
    const world = new ScriptedWorld();
    const { store, book } = await ground.keep();
    const room = await Room.open(world.ports, store, memoryMeasures());
    await keeping.moveIn(book, nothingRevoked);
    const door: Door = new Door(book, {
      now: world.time.now,
      setTimer: world.time.setTimer,
      settings: () => room.describe().settings,
      dismiss: (socket, code) => {
        room.dismiss(socket, code);
        door.leave(socket.id);
      },
    });
    let gone = 0;
    const viewer = new ScriptedMember("v1");
    const pass = {
      tokenId: "t",
      issuedAt: world.time.now(),
      expiresAt: world.time.now() + 60_000,
    };
    return {
      registry,
      book,
      viewer,
      exists: ground.exists,
      goneTimes: () => gone,
      forget: () => keeping.forgetVacant({ room, door, book }, () => (gone += 1)),
      enter: () => {
        door.enter(viewer, "viewer", pass);
        room.viewerJoined(viewer, null, pass.expiresAt, false);
        // A revocation that passes a room by which is not on the list.
        if (!registry.isListed) registry.revokedAt = pass.issuedAt;
      },
    };
  }

  it("is there still, and forgotten by the next try", () =>
    inRoom(async ({ registry, forget, exists, goneTimes }) => {
      registry.isDown = true;
      await expect(forget()).rejects.toThrow("unreachable");
      expect(exists()).toBe(true);
      expect(goneTimes()).toBe(0);
      registry.isDown = false;
      await forget();
      expect(exists()).toBe(false);
      expect(goneTimes()).toBe(1);
    }));

  it("is on the list again by the next try when somebody has come, who hears what was revoked", () =>
    inRoom(async ({ registry, forget, enter, viewer, book, goneTimes }) => {
      registry.isDown = true;
      await expect(forget()).rejects.toThrow("unreachable");
      enter();
      await expect(forget()).rejects.toThrow("unreachable");
      registry.isDown = false;
      await forget();
      expect(registry.isListed).toBe(true);
      expect(book.isRegistered()).toBe(true);
      expect(viewer.closed).toMatchObject({ code: 4501 });
      expect(goneTimes()).toBe(0);
    }));

  it("is kept for somebody who comes while it is struck off the list", () =>
    inRoom(async ({ registry, forget, enter, viewer, exists, book, goneTimes }) => {
      registry.meanwhile = enter;
      await forget();
      expect(goneTimes()).toBe(0);
      expect(exists()).toBe(true);
      expect(registry.isListed).toBe(true);
      expect(book.isRegistered()).toBe(true);
      expect(viewer.closed).toMatchObject({ code: 4501 });
    }));
});
