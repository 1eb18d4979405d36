import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { pathOf } from "../../party/bridge/address.ts";
import { type Bearer, type Errand, makeVoucher, voucherHeader } from "../../party/bridge/voucher.ts";
import { memberHeader, passHeader } from "../../party/paths.ts";
import { within } from "../../testing/wait.ts";
import { Attacked } from "../support/attacked.ts";
import { atRoom, badFor, keys, name, pass, room, secret, visitor } from "../support/vouchers.ts";

const member: Bearer = { kind: "member", member: { role: "viewer", pass } };
const atDoor: Errand = { ...atRoom, path: "/" };
/** What the edge says of whoever comes, said by a stranger. */
const internal = {
  [passHeader]: JSON.stringify(pass),
  [memberHeader]: JSON.stringify({ role: "publisher", pass, takeover: true }),
};

/** PartyKit's own server, asked by whoever knows where it is. */
describe("rooms in PartyKit", () => {
  let attacked: Attacked;
  let url: string;

  beforeAll(async () => {
    attacked = await Attacked.start({ TOKEN_SECRET: secret }, "partykit");
    url = attacked.stack.roomsUrl ?? "";
    await attacked.makeRoom(room, { language: "en" });
  });
  afterAll(() => attacked?.close());

  const ask = async (headers: Record<string, string>, path = pathOf(atRoom), method = "GET") => {
    const answer = await fetch(`${url}${path}`, { headers, method });
    return { status: answer.status, text: await answer.text() };
  };
  /** `null` when the upgrade was refused; else the first frame. */
  const upgraded = async (headers: Record<string, string>, path = pathOf(atDoor)): Promise<unknown> => {
    const socket = new WebSocket(`${url.replace("http", "ws")}${path}`, { headers });
    const first = new Promise<unknown>((resolve) => {
      socket.once("error", () => resolve(null));
      socket.once("close", () => resolve(null));
      socket.once("message", (data) => resolve(JSON.parse(String(data))));
    });
    const told = await within("the upgrade is answered", first);
    socket.terminate();
    return told;
  };

  it("takes whoever the edge vouches for", async () => {
    const { status, text } = await ask({ [voucherHeader]: await makeVoucher(atRoom, visitor, keys) });
    expect([status, JSON.parse(text)]).toMatchObject([200, { settings: { language: "en" } }]);
    const voucher = await makeVoucher(atDoor, member, keys);
    expect(await upgraded({ [voucherHeader]: voucher, ...internal })).toMatchObject({ type: "snapshot" });
  });

  it("takes nobody else, whatever is said in the edge's name", async () => {
    const token = await attacked.token({ scopes: ["rooms:admin", "captions:view"], room });
    for (const headers of [{}, internal, { ...internal, authorization: `Bearer ${token}` }]) {
      const { status, text } = await ask(headers);
      expect([status, JSON.parse(text)]).toMatchObject([401, { code: "unauthenticated" }]);
      expect(await upgraded(headers)).toBeNull();
    }
    const bySubprotocol = { "sec-websocket-protocol": `captionwire.v1, captionwire.bearer.${token}` };
    expect(await upgraded({ ...internal, ...bySubprotocol })).toBeNull();
  });

  it.each(badFor(atRoom, visitor))("takes nobody with a voucher that is not good: %s", async (_, make) => {
    const { status, text } = await ask({ ...internal, [voucherHeader]: await make() });
    expect([status, JSON.parse(text)]).toMatchObject([401, { code: "token_invalid" }]);
  });

  it.each(badFor(atDoor, member))("opens no socket with a voucher that is not good: %s", async (_, make) => {
    expect(await upgraded({ ...internal, [voucherHeader]: await make() })).toBeNull();
  });

  it("has no other way in", async () => {
    const voucher = { ...internal, [voucherHeader]: await makeVoucher(atRoom, visitor, keys) };
    for (const path of [
      "/",
      "/state",
      `/party/${encodeURIComponent(name.replace("/", ":"))}/state`,
      "/parties/main/acme%3Avault/state",
      "/parties/captions/acme%2Fvault/state",
      "/parties/captions/other%3Avault/state",
      "/parties/captions/acme%3Avault/../acme%3Aother/state",
      "/parties/captions/acme%3Avault//state",
    ]) {
      const { status, text } = await ask(voucher, path);
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
      expect(text).not.toMatch(/\n\s+at /);
    }
    const { status } = await ask(voucher, pathOf({ name, path: "/purge" }), "POST");
    expect(status).toBe(401);
  });

  it("is as it was after all that", async () => {
    expect(await attacked.roomState(room)).toMatchObject({ settings: { language: "en" } });
    expect(attacked.provider.counts).toMatchObject({ sockets: 0 });
    expect(attacked.leaked()).toEqual([]);
  });
});
