import { expect } from "vitest";
import { errorFrame } from "../../../../shared/errors.ts";
import { ended, payloadOf } from "../payload.ts";
import { readmitted } from "../readmitted.ts";
import type { Rule } from "../rule.ts";
import { start } from "../speaker.ts";

/** Who comes, and by what right. */
export const credentials: readonly Rule[] = [
  {
    id: "C1",
    title: "a token comes as a subprotocol, and captionwire.1 alone is echoed",
    async run(world) {
      const { link } = await world.watch();
      expect(link.protocol).toBe("captionwire.1");
    },
  },
  {
    id: "C2",
    title: "a token comes in the Authorization header, without any subprotocol",
    async run(world) {
      const headers = { authorization: `Bearer ${await world.token("captions:view")}` };
      const { link } = await world.watch({ token: null, headers, protocols: [] });
      expect(link.protocol).toBe("");
    },
  },
  {
    id: "C3",
    title: "a single-use token may stand in the address, once; others may not",
    codes: ["ticket_used", "token_invalid"],
    async run(world) {
      const ticket = await world.token("captions:view", { singleUse: true });
      const come = { token: null, query: { ticket } };
      await world.watch(come);
      await world.refused(await world.knock(come), "ticket_used");
      const lasting = await world.token("captions:view");
      await world.refused(await world.knock({ token: null, query: { ticket: lasting } }), "token_invalid");
    },
  },
  {
    id: "C4",
    title: "nobody comes in without a credential",
    codes: ["unauthenticated"],
    async run(world) {
      await world.watch();
      await world.refused(await world.knockAsPublisher({ token: null }), "unauthenticated");
      await world.refused(await world.knock({ token: null }), "unauthenticated");
      for (const path of ["", "/captions", "/captions.vtt", "/events"]) {
        world.refusedByHttp(await world.ask(`/v1/rooms/${world.room}${path}`), "unauthenticated");
      }
    },
  },
  {
    id: "C4",
    title: "what is no token of this service opens nothing",
    codes: ["token_invalid"],
    async run(world) {
      const good = await world.token("captions:view");
      const signature = good.slice(good.lastIndexOf(".") + 1);
      const forged = good.replace(signature, [...signature].reverse().join(""));
      for (const token of ["nonsense", forged]) {
        await world.refused(await world.knock({ token }), "token_invalid");
        world.refusedByHttp(await world.askRoom("", "captions:view", { token }), "token_invalid");
      }
    },
  },
  {
    id: "C5",
    title: "a token that has ended is refused, and a new one may be fetched",
    codes: ["token_expired"],
    timeoutMs: 120_000,
    async run(world) {
      const token = await world.token("captions:view", { ttl: 1 });
      await ended(token);
      await world.refused(await world.knock({ token }), "token_expired");
      world.refusedByHttp(await world.askRoom("", "captions:view", { token }), "token_expired");
    },
  },
  {
    id: "C6",
    title: "a viewer needs captions:view, a publisher captions:publish; a viewer is the default",
    codes: ["scope_missing"],
    async run(world) {
      const view = await world.token("captions:view");
      const publish = await world.token("captions:publish");
      await world.watch({ token: view, query: { role: "viewer" } });
      await world.watch({ token: view });
      await world.refused(await world.knock({ token: publish }), "scope_missing");
      await world.refused(await world.knockAsPublisher({ token: view }), "scope_missing");
      const { ready } = await world.speak({}, { token: publish });
      expect(ready.type).toBe("ready");
    },
  },
  {
    id: "C7",
    title: "a token is good for its room, or for rooms whose names begin as it says",
    codes: ["room_forbidden"],
    async run(world) {
      const other = await world.token("captions:view", { room: `${world.room}-other` });
      await world.refused(await world.knock({ token: other }), "room_forbidden");
      world.refusedByHttp(await world.askRoom("", "captions:view", { token: other }), "room_forbidden");
      const prefix = await world.token("captions:view", { room: `${world.room.slice(0, -1)}*` });
      await world.watch({ token: prefix });
    },
  },
  {
    id: "C8",
    title: "a room's name is 1 to 63 of a-z, 0-9 and '-', not beginning with '-'",
    codes: ["room_name_invalid"],
    async run(world) {
      const token = await world.target.token({ scopes: ["captions:view", "rooms:admin"] });
      for (const room of ["Upper", "-dash", "dot.dot", "x".repeat(64)]) {
        await world.refused(await world.knock({ token, room }), "room_name_invalid");
        world.refusedByHttp(await world.ask(`/v1/rooms/${room}`, { token }), "room_name_invalid");
      }
      const longest = world.room.padEnd(63, "x");
      await world.watch({ token, room: longest });
      await world.ask(`/v1/rooms/${longest}`, { token, method: "DELETE" });
    },
  },
  {
    id: "C9",
    title: "another role, and a takeover by a viewer, are bad requests",
    codes: ["bad_request"],
    async run(world) {
      for (const query of [{ role: "owner" }, { takeover: 1 }]) {
        await world.refused(await world.knock({ query }), "bad_request");
      }
      await world.refused(await world.knockAsPublisher({ query: { takeover: "yes" } }), "bad_request");
    },
  },
  {
    id: "C10",
    title: "who comes to the socket's address without an upgrade is told so",
    codes: ["upgrade_required"],
    async run(world) {
      const token = await world.token("captions:view");
      world.refusedByHttp(await world.ask(`/parties/captions/${world.room}`, { token }), "upgrade_required");
    },
  },
  {
    id: "C11",
    title: "a public room is read without a token, and only as long as it is public",
    codes: ["unauthenticated"],
    async run(world) {
      const admin = await world.token("rooms:admin");
      const set = (isPublic: boolean) =>
        world.askRoom("", "rooms:admin", { method: "PUT", token: admin, body: { public: isPublic } });
      expect((await set(true)).status).toBe(200);
      const query = { tenant: payloadOf(admin).sub };
      const { link } = await world.watch({ token: null, query });
      const captions = await world.ask(`/v1/rooms/${world.room}/captions?tenant=${query.tenant}`);
      expect(captions.status).toBe(200);
      await world.refused(await world.knockAsPublisher({ token: null, query }), "unauthenticated");
      await set(false);
      await world.refused(link, "unauthenticated");
      await world.refused(await world.knock({ token: null, query }), "unauthenticated");
    },
  },
  {
    id: "C12",
    title: "what was revoked closes the sockets it opened, and opens nothing any more",
    needs: "revoke",
    codes: ["token_revoked"],
    async run(world) {
      const token = await world.token(["captions:view", "captions:publish"]);
      const { link } = await world.watch({ token });
      const speaker = await world.speak({}, { token });
      await world.target.revoke?.(world.room);
      await world.refused(link, "token_revoked");
      await world.refused(speaker.link, "token_revoked");
      await world.refused(await world.knock({ token }), "token_revoked");
      world.refusedByHttp(await world.askRoom("/captions", "captions:view", { token }), "token_revoked");
    },
  },
  {
    id: "C13",
    title: "a token opens as many connections at a time as it says",
    codes: ["too_many_connections"],
    async run(world) {
      const token = await world.token("captions:view", { maxConnections: 2 });
      const { link } = await world.watch({ token });
      await world.watch({ token });
      await world.refused(await world.knock({ token }), "too_many_connections");
      link.close();
      await link.closed();
      await readmitted(world, { token });
    },
  },
  {
    id: "C14",
    title: "a token that is bound to an origin is good from its pages alone, and unknown pages get nothing",
    codes: ["origin_forbidden"],
    async run(world) {
      const { origin } = new URL(world.target.url);
      const token = await world.token("captions:view", { origin });
      await world.watch({ token, headers: { origin } });
      await world.refused(await world.knock({ token }), "origin_forbidden");
      const headers = { origin: "https://nobody-knows-this.example" };
      await world.refused(await world.knock({ headers }), "origin_forbidden");
      world.refusedByHttp(await world.askRoom("", "captions:view", { headers }), "origin_forbidden");
    },
  },
  {
    id: "C15",
    title: "a viewer is asked for a new token when its own has ended, and stays when it sends one",
    timeoutMs: 120_000,
    async run(world) {
      const first = await world.token("captions:view", { ttl: 1 });
      const { link, mirror } = await world.watch({ token: first });
      await ended(first);
      expect(link.isOpen).toBe(true);
      // The room asks with the next thing there is to say.
      await world.askRoom("", "rooms:admin", { method: "DELETE" });
      expect((await link.frame("refresh")).withinMs).toBeGreaterThan(0);
      const second = await world.token("captions:view");
      link.send({ type: "auth", token: second });
      expect((await link.frame("renewed")).expiresAt).toBe(payloadOf(second).exp * 1_000);
      const { epoch } = mirror.position;
      await world.askRoom("", "rooms:admin", { method: "DELETE" });
      await link.until("the next history", () => mirror.epoch !== epoch);
    },
  },
  {
    id: "C15",
    title: "a viewer that is asked for a new token and sends none is closed",
    codes: ["token_expired"],
    timeoutMs: 120_000,
    async run(world) {
      const token = await world.token("captions:view", { ttl: 1 });
      const { link } = await world.watch({ token });
      await ended(token);
      await world.askRoom("", "rooms:admin", { method: "DELETE" });
      const { withinMs } = await link.frame("refresh");
      await world.refused(link, "token_expired", withinMs + 20_000);
    },
  },
  {
    id: "C15",
    title: "a new token in band is checked as the first one is",
    codes: ["room_forbidden", "token_invalid", "scope_missing"],
    async run(world) {
      for (const [token, code] of [
        [await world.token("captions:view", { room: `${world.room}-other` }), "room_forbidden"],
        [await world.token("captions:publish"), "scope_missing"],
        ["nonsense", "token_invalid"],
      ] as const) {
        const { link } = await world.watch();
        link.send({ type: "auth", token });
        await world.refused(link, code);
      }
    },
  },
  {
    id: "C16",
    title: "a refused upgrade is opened, told why and closed; nothing else comes",
    codes: ["scope_missing"],
    async run(world) {
      const link = await world.knock({ token: await world.token("captions:publish") });
      await world.refused(link, "scope_missing");
      expect(link.protocol).toBe("captionwire.1");
      expect(link.frames).toHaveLength(1);
      expect(Object.keys(link.frames[0] ?? {}).sort()).toEqual(Object.keys(errorFrame("internal")).sort());
      const publisher = await world.knockAsPublisher({ token: null });
      publisher.send(start);
      await publisher.closed();
      expect(publisher.frames).toHaveLength(1);
    },
  },
];
