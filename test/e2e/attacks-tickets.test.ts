import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { Attacked } from "../support/attacked.ts";
import { publishTo } from "../support/attacks-speech.ts";
import { type Knock, knock, publisherRefusal, refusalOf } from "../support/doors.ts";

const room = "ticketed";

describe("a ticket shown again", () => {
  let attacked: Attacked;

  beforeAll(async () => {
    attacked = await Attacked.start();
    await attacked.makeRoom(room, { language: "en" });
  });
  afterAll(() => attacked?.close());

  const ticketFor = (scope: "captions:view" | "captions:publish", name = room): Promise<string> =>
    attacked.token({ scopes: [scope], room: name, singleUse: true, ttl: 300 });

  type Use = (ticket: string) => Promise<string | null>;
  const bySocket =
    (how: (ticket: string) => Knock): Use =>
    async (ticket) =>
      refusalOf(await knock(attacked.url, room, how(ticket)));
  const byHttp =
    (path: string): Use =>
    async (ticket) => {
      const { status, code } = await attacked.ask(`/v1/rooms/${room}${path}`, { credential: ticket });
      return status < 400 ? null : status === 409 ? code : `${code} with ${status}`;
    };
  const uses: Readonly<Record<string, Use>> = {
    "in the address": bySocket((ticket) => ({ ticket })),
    "as a subprotocol": bySocket((token) => ({ token })),
    "in a header": bySocket((ticket) => ({ headers: { authorization: `Bearer ${ticket}` } })),
    "for captions": byHttp("/captions"),
    "for a file": byHttp("/captions.vtt"),
    "for events": byHttp("/events"),
    "for the room": byHttp(""),
  };
  const names = Object.keys(uses);

  it.each(names.flatMap((first) => names.map((second) => [first, second] as const)))(
    "first %s, then %s",
    async (first, second) => {
      const ticket = await ticketFor("captions:view");
      expect(await uses[first]?.(ticket)).toBeNull();
      expect(await uses[second]?.(ticket)).toBe("ticket_used");
    },
  );

  it("raced by 50 connections: one comes in, in every round", async () => {
    for (let round = 0; round < 5; round += 1) {
      const ticket = await ticketFor("captions:view");
      const visitors = await Promise.all(
        Array.from({ length: 50 }, (_, at) =>
          knock(attacked.url, room, at % 2 === 0 ? { ticket } : { token: ticket }),
        ),
      );
      const outcomes = await Promise.all(visitors.map(refusalOf));
      expect(outcomes.filter((refusal) => refusal === null)).toHaveLength(1);
      expect(outcomes.filter((refusal) => refusal === "ticket_used")).toHaveLength(49);
    }
  });

  it("raced by sockets, requests and streams: one wins, in every round", async () => {
    for (let round = 0; round < 5; round += 1) {
      const ticket = await ticketFor("captions:view");
      const racing = Array.from({ length: 35 }, (_, at) => uses[names[at % names.length] ?? ""]?.(ticket));
      const outcomes = await Promise.all(racing);
      expect(outcomes.filter((refusal) => refusal === null)).toHaveLength(1);
      expect(outcomes.filter((refusal) => refusal === "ticket_used")).toHaveLength(34);
    }
  });

  it("raced in a room that is only being made", async () => {
    const ticket = await ticketFor("captions:view", "ticketed-new");
    const visitors = await Promise.all(
      Array.from({ length: 20 }, () => knock(attacked.url, "ticketed-new", { ticket })),
    );
    const outcomes = await Promise.all(visitors.map(refusalOf));
    expect(outcomes.filter((refusal) => refusal === null)).toHaveLength(1);
  });

  it("by a publisher, whose session goes on undisturbed", async () => {
    const ticket = await ticketFor("captions:publish");
    const publisher = await publishTo(attacked, room, { token: ticket });
    const sockets = attacked.provider.heard.length;
    const again = await knock(attacked.url, room, { role: "publisher", ticket });
    expect(await publisherRefusal(again)).toBe("ticket_used");
    expect(publisher.closeCode).toBeNull();
    expect(attacked.provider.heard).toHaveLength(sockets);
    publisher.close();
  });

  it("in band: a spent one keeps nobody in, and one that keeps somebody in is spent", async () => {
    const [spent, fresh] = [await ticketFor("captions:view"), await ticketFor("captions:view")];
    const first = await knock(attacked.url, room, { ticket: spent });
    const second = await knock(attacked.url, room, {
      token: await attacked.token({ scopes: ["captions:view"], room }),
    });
    await Promise.all([first.frame("snapshot"), second.frame("snapshot")]);
    first.send(JSON.stringify({ type: "auth", token: fresh }));
    await first.frame("renewed");
    expect(await uses["in the address"]?.(fresh)).toBe("ticket_used");
    for (const token of [spent, fresh]) {
      const viewer = await knock(attacked.url, room, {
        token: await attacked.token({ scopes: ["captions:view"], room }),
      });
      await viewer.frame("snapshot");
      viewer.send(JSON.stringify({ type: "auth", token }));
      expect(await viewer.frame("error")).toMatchObject({ code: "ticket_used" });
      expect(await viewer.closed()).toBe(4401);
    }
    first.close();
    second.close();
  });

  it("raced in band by many viewers: one is renewed", async () => {
    const ticket = await ticketFor("captions:view");
    const token = await attacked.token({ scopes: ["captions:view"], room });
    const viewers = await Promise.all(Array.from({ length: 20 }, () => knock(attacked.url, room, { token })));
    await Promise.all(viewers.map((viewer) => viewer.frame("snapshot")));
    for (const viewer of viewers) viewer.send(JSON.stringify({ type: "auth", token: ticket }));
    const outcomes = await Promise.all(
      viewers.map((viewer) =>
        Promise.race([viewer.frame("renewed"), viewer.frame("error")]).then(({ code }) => code ?? null),
      ),
    );
    expect(outcomes.filter((code) => code === null)).toHaveLength(1);
    expect(outcomes.filter((code) => code === "ticket_used")).toHaveLength(19);
    for (const viewer of viewers) viewer.close();
  });

  it("after the Worker was killed", async () => {
    const ticket = await ticketFor("captions:view");
    const publishing = await ticketFor("captions:publish");
    expect(await uses["in the address"]?.(ticket)).toBeNull();
    expect(
      await publisherRefusal(await knock(attacked.url, room, { role: "publisher", ticket: publishing })),
    ).toBeNull();
    await attacked.killAndRestart();
    expect(await uses["in the address"]?.(ticket)).toBe("ticket_used");
    expect(await uses["for captions"]?.(ticket)).toBe("ticket_used");
    expect(
      await publisherRefusal(await knock(attacked.url, room, { role: "publisher", ticket: publishing })),
    ).toBe("ticket_used");
  });

  it("after the room was deleted", async () => {
    const name = "ticketed-gone";
    const ticket = await ticketFor("captions:view", name);
    expect(await refusalOf(await knock(attacked.url, name, { ticket }))).toBeNull();
    const credential = await attacked.token({ scopes: ["rooms:admin"], room: name });
    await expect.poll(() => attacked.roomState(name)).toMatchObject({ viewers: 0 });
    const deleted = await attacked.ask(`/v1/rooms/${name}`, { method: "DELETE", credential });
    expect(deleted.status).toBe(204);
    expect(await refusalOf(await knock(attacked.url, name, { ticket }))).toBe("ticket_used");
  });

  it("is told and let go of at once", async () => {
    const ticket = await ticketFor("captions:view");
    expect(await uses["for captions"]?.(ticket)).toBeNull();
    const visitor = await knock(attacked.url, room, { ticket });
    expect(await visitor.letGo()).toBe(4401);
  });

  it("is not spent by whoever is refused for another reason", async () => {
    const ticket = await ticketFor("captions:view");
    const evil = { headers: { origin: "https://evil.example" } };
    expect(await refusalOf(await knock(attacked.url, room, { ticket, ...evil }))).toBe("origin_forbidden");
    expect(await publisherRefusal(await knock(attacked.url, room, { ticket, role: "publisher" }))).toBe(
      "scope_missing",
    );
    expect(await refusalOf(await knock(attacked.url, "elsewhere", { ticket }))).toBe("room_forbidden");
    expect((await attacked.ask(`/parties/captions/${room}?ticket=${ticket}`)).code).toBe("upgrade_required");
    expect((await attacked.ask(`/v1/rooms/${room}`, { method: "DELETE", credential: ticket })).code).toBe(
      "scope_missing",
    );
    expect(await uses["in the address"]?.(ticket)).toBeNull();
  });

  it("after its end", async () => {
    const ticket = await attacked.token({ scopes: ["captions:view"], room, singleUse: true, ttl: 1 });
    await sleep((1 + limits.tokenSkewSeconds + 1) * 1_000);
    expect(await uses["in the address"]?.(ticket)).toBe("token_expired");
  });

  it("leaves nothing of itself in the log", () => {
    expect(attacked.leaked()).toEqual([]);
  });
});
