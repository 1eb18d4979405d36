import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { QualityReportSchema, ReportListSchema } from "../../shared/quality-report.ts";
import { Member, mint, request, tokenFor } from "../support/runtime-client.ts";
import { get, isType, speaking } from "../support/runtime-room.ts";
import { TestTenant } from "../support/runtime-tenant.ts";

let rooms = 0;
const newRoom = () => `reports-${++rooms}`;
const admin = (room: string) => tokenFor(["rooms:admin"], room);

/** The id of a session that is over. */
async function spokenIn(room: string): Promise<string> {
  const publisher = await speaking(room, 3);
  const { session } = await publisher.until("ready", isType("ready"));
  publisher.send({ type: "finish" });
  await publisher.end();
  return String(session);
}

async function ticketFor(room: string, scopes: readonly string[] = ["rooms:stats"]): Promise<string> {
  const answer = await mint({ scopes, room, singleUse: true });
  return v.parse(v.object({ token: v.string() }), await answer.json()).token;
}

describe("GET /v1/rooms/{room}/reports", () => {
  it("names the sessions of which a report is kept, the newest first", async () => {
    const room = newRoom();
    const session = await spokenIn(room);
    for (const scope of ["rooms:stats", "rooms:admin", "captions:publish", "captions:edit"]) {
      const answer = await get(`/v1/rooms/${room}/reports`, await tokenFor([scope], room));
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      const { reports } = v.parse(ReportListSchema, await answer.json());
      expect(reports[0]).toMatchObject({ session, endedAt: expect.any(Number) });
    }
  });

  it("names none whose captions were purged", async () => {
    const room = newRoom();
    const session = await spokenIn(room);
    const headers = { authorization: `Bearer ${await admin(room)}` };
    // Its settings keep the room.
    await request(`/v1/rooms/${room}`, { method: "PUT", headers, body: '{"language":"en"}' });
    await request(`/v1/rooms/${room}`, { method: "DELETE", headers });
    expect(await (await get(`/v1/rooms/${room}/reports`, await admin(room))).json()).toEqual({ reports: [] });
    for (const end of ["", ".html"]) {
      expect((await get(`/v1/rooms/${room}/reports/${session}${end}`, await admin(room))).status).toBe(404);
    }
  });

  it("names none where nobody has spoken", async () => {
    const room = newRoom();
    await request(`/v1/rooms/${room}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${await admin(room)}` },
      body: "{}",
    });
    expect(await (await get(`/v1/rooms/${room}/reports`, await admin(room))).json()).toEqual({ reports: [] });
  });
});

describe("GET /v1/rooms/{room}/reports/{session}", () => {
  it("tells how a session was", async () => {
    const room = newRoom();
    const session = await spokenIn(room);
    const answer = await get(`/v1/rooms/${room}/reports/${session}`, await admin(room));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const report = v.parse(QualityReportSchema, await answer.json());
    expect(report.session).toMatchObject({ id: session, endedBy: "finish" });
  });

  it("knows of no other", async () => {
    const room = newRoom();
    await spokenIn(room);
    for (const session of ["nobody", "..%2Fstats", "%2F", "%00", "a.html", "%E0%A4%A"]) {
      const answer = await get(`/v1/rooms/${room}/reports/${session}`, await admin(room));
      expect([session, answer.status]).toEqual([session, 404]);
      expect(await answer.json()).toMatchObject({ code: "not_found" });
    }
  });
});

describe("GET /v1/rooms/{room}/reports/{session}.html", () => {
  it("is the same as a document that runs nothing and is kept by nobody on its way", async () => {
    const room = newRoom();
    const session = await spokenIn(room);
    const answer = await get(`/v1/rooms/${room}/reports/${session}.html`, await admin(room));
    expect(answer.status).toBe(200);
    const { headers } = answer;
    expect(headers.get("content-type")).toBe("text/html; charset=UTF-8");
    expect(headers.get("cache-control")).toBe("private, no-store");
    expect(headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("content-disposition")).toBe(`inline; filename="${room}-${session}.html"`);
    const text = await answer.text();
    expect(text).toMatch(/^<!doctype html>/);
    expect(text).toContain(`Captions of ${room}: quality report`);
    expect(text).toContain(`session ${session}`);
  });

  it("tells times of day where it is asked to", async () => {
    const room = newRoom();
    const path = `/v1/rooms/${room}/reports/${await spokenIn(room)}.html`;
    expect(await (await get(path, await admin(room))).text()).toMatch(/ UTC · /);
    const inTokyo = await get(`${path}?tz=Asia/Tokyo`, await admin(room));
    expect(await inTokyo.text()).toContain("Asia/Tokyo (UTC+09:00)");
    const nowhere = await get(`${path}?tz=Nowhere`, await admin(room));
    expect(nowhere.status).toBe(400);
    expect(await nowhere.json()).toMatchObject({ code: "bad_request" });
  });

  it("is opened once by a single-use token in its address", async () => {
    const room = newRoom();
    const path = `/v1/rooms/${room}/reports/${await spokenIn(room)}.html`;
    const ticket = await ticketFor(room, ["rooms:stats", "captions:publish"]);
    // Those that look before the reader does, and a mistake in the address, spend nothing.
    const head = await request(`${path}?ticket=${ticket}`, { method: "HEAD" });
    expect(head.status).toBe(204);
    const looking = await request(`${path}?ticket=${ticket}`, { headers: { "sec-purpose": "prefetch" } });
    expect(looking.status).toBe(204);
    expect((await request(`${path}?ticket=${ticket}&tz=Nowhere`)).status).toBe(400);
    const navigation = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    const opened = await request(`${path}?ticket=${ticket}`, { headers: navigation });
    expect(opened.status).toBe(200);
    expect(await opened.text()).toContain("quality report");
    const again = await request(`${path}?ticket=${ticket}`);
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ code: "ticket_used" });
    // Nor is it good for anything else any more.
    const publisher = await Member.join(room, null, `?role=publisher&ticket=${ticket}`);
    expect(await publisher.end()).toMatchObject({ code: 4401 });
  });

  it("is not opened by any other token in its address", async () => {
    const room = newRoom();
    const session = await spokenIn(room);
    const other = newRoom();
    await spokenIn(other);
    for (const [ticket, status, code] of [
      [await tokenFor(["rooms:stats"], room), 401, "token_invalid"],
      [await admin(room), 403, "scope_missing"],
      ["rubbish", 401, "token_invalid"],
      ["", 401, "token_invalid"],
      [await ticketFor(room, ["captions:view", "rooms:admin"]), 403, "scope_missing"],
      [await ticketFor(room, ["captions:publish"]), 403, "scope_missing"],
      [await ticketFor(other), 403, "room_forbidden"],
    ] as const) {
      const answer = await request(`/v1/rooms/${room}/reports/${session}.html?ticket=${ticket}`);
      expect([ticket, answer.status]).toEqual([ticket, status]);
      expect(await answer.json()).toMatchObject({ code });
    }
    // Data are not for browsers to open.
    const data = await request(`/v1/rooms/${room}/reports/${session}?ticket=${await ticketFor(room)}`);
    expect(data.status).toBe(401);
  });

  it("is not opened by a ticket that was revoked, nor is a room made by one", async () => {
    const tenant = new TestTenant("reports-of-others");
    const room = newRoom();
    const claims = { room, single_use: true };
    const ticket = await tenant.token("rooms:stats", claims);
    const nothing = await request(`/v1/rooms/${room}/reports/any.html?ticket=${ticket}`);
    expect(nothing.status).toBe(404);
    expect(await tenant.listed()).toEqual([]);
    await tenant.ask("PUT", room, {});
    const revoked = await tenant.token("rooms:stats", claims);
    await tenant.object.revoke({ kind: "room", room });
    const answer = await request(`/v1/rooms/${room}/reports/any.html?ticket=${revoked}`);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: "token_revoked" });
  });
});
