import { describe, expect, it } from "vitest";
import { request } from "../support/runtime-client.ts";
import { TestTenant } from "../support/runtime-tenant.ts";

let tenants = 0;
const newTenant = () => new TestTenant(`lists-${++tenants}`);

async function list(token: string | null, query = "") {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  return request(`/v1/rooms${query}`, { headers });
}

const told = (rooms: readonly string[], next: string | null = null) => ({
  rooms: rooms.map((room) => ({ room })),
  next,
});

describe("GET /v1/rooms", () => {
  it("names the tenant's rooms and nobody else's, sorted", async () => {
    const [tenant, other] = [newTenant(), newTenant()];
    for (const room of ["show-2", "b", "show-10", "a"]) await tenant.ask("PUT", room, {});
    await other.ask("PUT", "elsewhere", {});
    const answer = await list(await tenant.token("rooms:admin"));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await answer.json()).toEqual(told(["a", "b", "show-10", "show-2"]));
    expect(await (await list(await newTenant().token("rooms:admin"))).json()).toEqual(told([]));
  });

  it("names those that a pattern is for", async () => {
    const tenant = newTenant();
    for (const room of ["show", "show-1", "show-2", "shows", "a"]) await tenant.ask("PUT", room, {});
    const token = await tenant.token("rooms:admin", { room: "show-*" });
    expect(await (await list(token)).json()).toEqual(told(["show-1", "show-2"]));
    expect(await (await list(token, "?after=show-1")).json()).toEqual(told(["show-2"]));
    expect(await (await list(token, "?limit=1")).json()).toEqual(told(["show-1"], "show-1"));
  });

  it("tells as many as asked for at a time, and where to go on", async () => {
    const tenant = newTenant();
    await tenant.fill(7);
    const token = await tenant.token("rooms:admin");
    const names: string[] = [];
    let next: string | null = "";
    while (next !== null) {
      const page: ReturnType<typeof told> = await (
        await list(token, `?limit=3${next === "" ? "" : `&after=${next}`}`)
      ).json();
      expect(page.rooms.length).toBeLessThanOrEqual(3);
      names.push(...page.rooms.map(({ room }) => room));
      next = page.next;
    }
    expect(names).toEqual(Array.from({ length: 7 }, (_, at) => `filler-${at}`));
    // All of them, and no page after the last.
    expect(await (await list(token, "?limit=7")).json()).toEqual(told(names));
  });

  it("refuses what is no page", async () => {
    const token = await newTenant().token("rooms:admin");
    for (const query of ["?limit=0", "?limit=1001", "?limit=x", "?limit=", "?after=No", "?after=%00"]) {
      expect((await list(token, query)).status).toBe(400);
    }
  });

  it("is for whoever administers more than one room", async () => {
    const tenant = newTenant();
    for (const [token, status, code] of [
      [null, 401, "unauthenticated"],
      ["rubbish", 401, "token_invalid"],
      [await tenant.token("captions:view captions:publish captions:edit speak"), 403, "scope_missing"],
      [await tenant.token("rooms:admin", { room: "demo" }), 403, "room_forbidden"],
    ] as const) {
      const answer = await list(token);
      expect(answer.status).toBe(status);
      expect(await answer.json()).toMatchObject({ code });
    }
  });

  it("is not for tokens that were revoked", async () => {
    const tenant = newTenant();
    const token = await tenant.token("rooms:admin");
    expect((await list(token)).status).toBe(200);
    await tenant.object.revoke({ kind: "tenant" });
    const answer = await list(token);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: "token_revoked" });
  });
});
