import { abortAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Grant } from "../../shared/claims.ts";
import { forgetStanding, requireStanding } from "../../workers/tokens/standing.ts";
import { type Member, mint, request, start } from "../support/runtime-client.ts";
import { TestTenant } from "../support/runtime-tenant.ts";

let tenants = 0;
const newTenant = () => new TestTenant(`registration-${++tenants}`);
const room = "hall";
/** A revocation of what the whole tenant has waits for the edge; one of a room does not. */
const all = { kind: "tenant" } as const;
const one = { kind: "room", room } as const;

async function refusalOf(member: Member): Promise<{ code: unknown; close: number }> {
  const { code: close } = await member.end();
  return { code: member.frames.find(({ type }) => type === "error")?.code, close };
}

const revoked = { code: "token_revoked", close: 4501 };

/** As if the tenant had never heard of it, or its list had been lost. */
async function unregister(tenant: TestTenant): Promise<void> {
  await tenant.exec(room, "UPDATE door SET registered = 0");
  await tenant.strike(room);
}

describe("a room that its tenant does not know", () => {
  it("comes on the list at its next opening, and is told what was revoked", async () => {
    const tenant = newTenant();
    const old = await tenant.token("captions:view");
    const viewer = await tenant.viewer(room, old);
    viewer.close();
    await viewer.end();
    await unregister(tenant);
    await tenant.evict(room);
    expect(await tenant.object.revoke(one)).toMatchObject({ rooms: 0, pending: 0 });
    expect(await refusalOf(await tenant.join(room, old))).toEqual(revoked);
    expect(await tenant.listed()).toEqual([room]);
    await tenant.viewer(room);
    expect(await tenant.object.revoke(one)).toMatchObject({ rooms: 1, pending: 0 });
  });

  it("sends whoever was revoked meanwhile away when it wakes, and lets the others stay", async () => {
    const tenant = newTenant();
    const jti = crypto.randomUUID();
    const meant = await tenant.viewer(room, await tenant.token("captions:view", { jti }));
    const other = await tenant.viewer(room);
    await unregister(tenant);
    await tenant.evict(room);
    await tenant.object.revoke({ kind: "token", id: jti });
    expect((await tenant.ask("GET", room)).status).toBe(200);
    expect(await refusalOf(meant)).toEqual(revoked);
    expect(await (await tenant.ask("GET", room)).json()).toMatchObject({ viewers: 1 });
    expect(other.closed).toBeNull();
    expect(await tenant.listed()).toEqual([room]);
  });

  it("comes on the list though there are as many as there may be: it was there before", async () => {
    const tenant = newTenant();
    await tenant.viewer(room);
    await unregister(tenant);
    await tenant.fill(1_000);
    await tenant.evict(room);
    await tenant.viewer(room);
    expect(await tenant.listed()).toContain(room);
  });

  it("comes on the list also when it is its alarm that wakes it", async () => {
    const tenant = newTenant();
    await tenant.viewer(room);
    await unregister(tenant);
    await tenant.evict(room);
    // Whoever is inside keeps it from being forgotten.
    await tenant.ring(room);
    expect(await tenant.listed()).toEqual([room]);
  });
});

describe("a room that is not there yet", () => {
  it("is not made by a token that was revoked", async () => {
    const tenant = newTenant();
    const token = await tenant.token("captions:view captions:publish rooms:admin");
    await tenant.object.revoke(all);
    expect(await refusalOf(await tenant.join(room, token))).toEqual(revoked);
    expect(await refusalOf(await tenant.join(room, token, "?role=publisher"))).toEqual(revoked);
    const headers = { authorization: `Bearer ${token}` };
    const put = await request(`/v1/rooms/${room}`, { method: "PUT", headers, body: "{}" });
    expect(put.status).toBe(401);
    expect(await tenant.listed()).toEqual([]);
  });
});

describe("a revocation", () => {
  it.concurrent.each([0, 1, 3, 6, 11])(
    "is not missed by rooms that are being made, %i of them done",
    async (done) => {
      const tenant = newTenant();
      const rooms = Array.from({ length: 12 }, (_, at) => `new-${at}`);
      const tokens = await Promise.all(rooms.map(() => tenant.token("captions:view")));
      const members = rooms.map((name, at) => tenant.join(name, tokens[at] ?? null));
      await Promise.all(members.slice(0, done));
      expect(await tenant.object.revoke(all)).toMatchObject({ pending: 0 });
      for (const member of members) expect(await refusalOf(await member)).toEqual(revoked);
    },
  );

  it("ends those inside, of every role, and refuses them wherever they come again", async () => {
    const tenant = newTenant();
    const token = await tenant.token("captions:view captions:publish rooms:admin");
    const viewer = await tenant.viewer(room, token);
    const publisher = await tenant.join(room, token, "?role=publisher");
    publisher.send(start);
    await publisher.until("ready", ({ type }) => type === "ready");
    const events = await request(`/v1/rooms/${room}/events`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const text = events.text();
    await tenant.object.revoke(all);
    expect(await refusalOf(viewer)).toEqual(revoked);
    expect(await refusalOf(publisher)).toEqual(revoked);
    expect(await text).toContain("token_revoked");
    for (const path of ["", "/captions", "/captions.vtt", "/events"]) {
      const answer = await request(`/v1/rooms/${room}${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ code: "token_revoked" });
    }
    await abortAllDurableObjects();
    expect(await refusalOf(await tenant.join(room, token))).toEqual(revoked);
    // In a room that was not there when it was revoked, too.
    expect(await refusalOf(await tenant.join("later", token))).toEqual(revoked);
    await tenant.viewer(room);
  });

  it("of one room ends nobody in another", async () => {
    const tenant = newTenant();
    const inside = await tenant.viewer(room);
    const elsewhere = await tenant.viewer("elsewhere");
    expect(await tenant.object.revoke({ kind: "room", room })).toMatchObject({ rooms: 1, pending: 0 });
    expect(await refusalOf(inside)).toEqual(revoked);
    expect(await tenant.object.revoke({ kind: "room", room: "nowhere" })).toMatchObject({
      rooms: 0,
      pending: 0,
    });
    elsewhere.send({ type: "seen", version: 0 });
    expect(await (await tenant.ask("GET", "elsewhere")).json()).toMatchObject({ viewers: 1 });
    expect(elsewhere.closed).toBeNull();
  });

  it("does not make a room that is on the list and was never made", async () => {
    const tenant = newTenant();
    await tenant.fill(1);
    const target = { kind: "room", room: "filler-0" } as const;
    expect(await tenant.object.revoke(target)).toMatchObject({ rooms: 1, pending: 0 });
    expect((await tenant.ask("GET", "filler-0")).status).toBe(404);
    expect((await tenant.stored("filler-0")).names).toEqual([]);
  });

  it("stays owed to a room that cannot be told, and is told by the tenant's alarm", async () => {
    const tenant = newTenant();
    const viewer = await tenant.viewer(room);
    await tenant.exec(room, "UPDATE shape SET version = version + 90");
    await tenant.evict(room);
    expect(await tenant.object.revoke(one)).toMatchObject({ rooms: 0, pending: 1 });
    expect(await tenant.owed()).toEqual([room]);
    // It goes off again and again, as long as there is a need.
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await runDurableObjectAlarm(tenant.object)).toBe(true);
      expect(await tenant.owed()).toEqual([room]);
    }
    expect(viewer.closed).toBeNull();
    await tenant.exec(room, "UPDATE shape SET version = version - 90");
    expect(await runDurableObjectAlarm(tenant.object)).toBe(true);
    expect(await refusalOf(viewer)).toEqual(revoked);
    expect(await tenant.owed()).toEqual([]);
    await runDurableObjectAlarm(tenant.object);
    expect(await runDurableObjectAlarm(tenant.object)).toBe(false);
  });

  it("is answered by HTTP with what was told, for the tenant of the key alone", async () => {
    const other = newTenant();
    const stays = await other.viewer(room);
    const apiKeys = "Bearer api-key-of-the-tests";
    const { token, id } = await mint({ scopes: ["captions:view"], room: "by-http" }).then(
      (answer) => answer.json() as Promise<{ token: string; id: string }>,
    );
    const tests = new TestTenant("tests");
    const viewer = await tests.viewer("by-http", token);
    const answer = await request("/v1/revocations", {
      method: "POST",
      headers: { authorization: apiKeys, "content-type": "application/json" },
      body: JSON.stringify({ token: id }),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ pending: 0, rooms: (await tests.listed()).length });
    expect(await refusalOf(viewer)).toEqual(revoked);
    expect(stays.closed).toBeNull();
  });
});

describe("what the edge knows of a tenant's revocations", () => {
  function grantOf(tenant: TestTenant, id: string): Grant {
    const issuedAt = Date.now();
    return { tenant: tenant.name, scopes: ["speak"], id, issuedAt, expiresAt: issuedAt + 60_000 };
  }

  /** The environment, and how often the tenant was asked in it. */
  function counting(): { readonly env: Cloudflare.Env; asked: number } {
    const counted = {
      asked: 0,
      env: {
        ...env,
        TENANT: new Proxy(env.TENANT, {
          get: (target, property) => {
            if (property === "getByName") counted.asked += 1;
            const value: unknown = Reflect.get(target, property);
            return typeof value === "function" ? value.bind(target) : value;
          },
        }),
      },
    };
    return counted;
  }

  it("is true when the revocation is answered, though it is asked seldom", async () => {
    const tenant = newTenant();
    const stranger = newTenant();
    const world = counting();
    const grant = grantOf(tenant, "spoken");
    const other = grantOf(tenant, "other");
    for (let turn = 0; turn < 5; turn += 1) await requireStanding(world.env, grant);
    expect(world.asked).toBe(1);
    // By another isolate, as far as this one knows.
    await tenant.object.revoke({ kind: "token", id: "spoken" });
    await expect(requireStanding(world.env, grant)).rejects.toMatchObject({ code: "token_revoked" });
    await requireStanding(world.env, other);
    expect(world.asked).toBe(2);
    await requireStanding(world.env, grantOf(stranger, "spoken"));
  });

  it("is asked anew where it was this isolate that revoked", async () => {
    const tenant = newTenant();
    const world = counting();
    const grant = grantOf(tenant, "spoken");
    await requireStanding(world.env, grant);
    forgetStanding(tenant.name);
    forgetStanding("nobody");
    await requireStanding(world.env, grant);
    expect(world.asked).toBe(2);
  });
});
