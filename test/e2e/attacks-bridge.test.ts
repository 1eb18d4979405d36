import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pathOf } from "../../party/bridge/address.ts";
import { makeVoucher, voucherHeader } from "../../party/bridge/voucher.ts";
import { memberHeader, passHeader } from "../../party/paths.ts";
import { Attacked } from "../support/attacked.ts";
import { refusedEverywhere, tryDoors } from "../support/doors.ts";
import { ScriptedRooms } from "../support/scripted-rooms.ts";
import {
  atList,
  atRoom,
  badFor,
  forged,
  house,
  keys,
  minutes,
  name,
  pass,
  room,
  secret,
  visitor,
} from "../support/vouchers.ts";

describe("where rooms are elsewhere", () => {
  let rooms: ScriptedRooms;
  let attacked: Attacked;

  beforeAll(async () => {
    rooms = await ScriptedRooms.start(secret);
    rooms.answer = (_, response) => response.writeHead(200).end('{"isIn":true}');
    attacked = await Attacked.start({ TOKEN_SECRET: secret }, { url: rooms.url });
  });
  afterAll(async () => {
    await attacked?.close();
    await rooms?.close();
  });

  const list = async (voucher: string | null, path = "/standing", body: unknown = {}, of = name) => {
    if (voucher !== null && voucher !== "") attacked.secret(voucher);
    const headers: Record<string, string> = voucher === null ? {} : { [voucherHeader]: voucher };
    return attacked.ask(`/internal/registry/${of}${path}`, { method: "POST", headers, body });
  };

  describe("at their host", () => {
    const askRoom = async (headers: Record<string, string>) => {
      const answer = await fetch(`${rooms.url}${pathOf(atRoom)}`, { headers });
      return { status: answer.status, body: await answer.text() };
    };
    const internal = {
      [passHeader]: JSON.stringify(pass),
      [memberHeader]: JSON.stringify({ role: "publisher", pass, takeover: true }),
    };

    it("whoever has a voucher is in, as whom it says", async () => {
      const voucher = await makeVoucher(atRoom, visitor, keys);
      const stranger = JSON.stringify({ ...pass, tokenId: "stranger" });
      const asked = { [passHeader]: stranger, [memberHeader]: stranger, [voucherHeader]: voucher };
      expect(await askRoom(asked)).toEqual({ status: 200, body: '{"isIn":true}' });
      expect(rooms.asked.at(-1)?.headers).toEqual({ [passHeader]: JSON.stringify(pass) });
    });

    it("one that is made by hand is as good, if our secret has signed it", async () => {
      const asked = { [voucherHeader]: await forged(atRoom, visitor) };
      expect(await askRoom(asked)).toEqual({ status: 200, body: '{"isIn":true}' });
    });

    it("nobody is in without", async () => {
      const before = rooms.asked.length;
      const token = await attacked.token({ scopes: ["rooms:admin", "captions:view"], room });
      for (const headers of [{}, internal, { ...internal, authorization: `Bearer ${token}` }]) {
        const { status, body } = await askRoom(headers);
        expect([status, JSON.parse(body)]).toMatchObject([401, { code: "unauthenticated" }]);
      }
      expect(rooms.asked.length).toBe(before);
    });

    it.each(badFor(atRoom, visitor))("nobody is in with a voucher that is not good: %s", async (_, make) => {
      const before = rooms.asked.length;
      const { status, body } = await askRoom({ ...internal, [voucherHeader]: await make() });
      expect([status, JSON.parse(body)]).toMatchObject([401, { code: "token_invalid" }]);
      expect(rooms.asked.length).toBe(before);
    });
  });

  describe("through the edge", () => {
    it("a voucher is no token", async () => {
      const admin = { scope: "captions:view rooms:admin", jti: "x", iat: minutes(0), nbf: minutes(0) };
      for (const voucher of [
        await makeVoucher(atRoom, visitor, keys),
        await makeVoucher(atList, house, keys),
        await forged(atRoom, visitor, { ...admin, sub: "acme" }),
      ]) {
        expect(await tryDoors(attacked, room, attacked.secret(voucher))).toEqual(
          refusedEverywhere("token_invalid"),
        );
      }
    });

    it("a voucher that a stranger has sent gets nowhere", async () => {
      const before = rooms.asked.length;
      const headers = {
        [voucherHeader]: await makeVoucher(atRoom, visitor, keys),
        [passHeader]: JSON.stringify(pass),
      };
      // As anybody, for whom the service would have to have one tenant only.
      const { code } = await attacked.ask(`/v1/rooms/${room}`, { headers });
      expect(code).toBe("unauthenticated");
      expect(rooms.asked.length).toBe(before);
    });
  });

  describe("a tenant's list", () => {
    it("is there for the room itself", async () => {
      const { status, text } = await list(await makeVoucher(atList, house, keys));
      expect([status, JSON.parse(text)]).toEqual([200, { issuedBefore: 0, tokens: [] }]);
    });

    it("takes as many rooms as the tenant may have, and gives up those that are forgotten", async () => {
      const tell = async (of: string, path: string, body: unknown) =>
        list(await makeVoucher({ ...atList, name: of, path }, house, keys), path, body, of);
      const admit = (of: string) => tell(of, "/admit", { isNew: true });
      for (const of of ["small/a", "small/b", "small/c"]) expect((await admit(of)).status).toBe(200);
      expect((await admit("small/d")).code).toBe("too_many_rooms");
      expect((await tell("small/b", "/forget", {})).status).toBe(204);
      expect((await admit("small/d")).status).toBe(200);
      const credential = await attacked.token({ scopes: ["rooms:admin"] }, attacked.keys.small);
      const { text } = await attacked.ask("/v1/rooms", { credential });
      expect(JSON.parse(text).rooms).toEqual([{ room: "a" }, { room: "c" }, { room: "d" }]);
    });

    it("is not there without a voucher", async () => {
      expect(await list(null)).toMatchObject({ status: 404, code: "not_found" });
    });

    it.each([...badFor(atList, house), ["a visitor's", () => makeVoucher(atList, visitor, keys)] as const])(
      "is not there with a voucher that is not good: %s",
      async (_, make) => {
        const voucher = await make();
        expect(await list(voucher)).toMatchObject({ status: 404, code: "not_found" });
      },
    );

    it("has nothing else to offer", async () => {
      const none = await makeVoucher({ ...atList, path: "/revoke" }, house, keys);
      expect(await list(none, "/revoke")).toMatchObject({ status: 404, code: "not_found" });
      const headers = { [voucherHeader]: await makeVoucher({ ...atList, method: "GET" }, house, keys) };
      expect(await attacked.ask(`/internal/registry/${name}/standing`, { headers })).toMatchObject({
        status: 404,
        code: "not_found",
      });
      const admit = await makeVoucher({ ...atList, path: "/admit" }, house, keys);
      expect((await list(admit, "/admit", { isNew: "yes" })).code).toBe("bad_request");
    });
  });

  it("leaves no secret in the log", () => {
    expect(attacked.leaked()).toEqual([]);
  });
});

describe("where rooms are in the Worker", () => {
  it("there is no list for rooms elsewhere", async () => {
    const attacked = await Attacked.start({ TOKEN_SECRET: secret });
    try {
      const headers = { [voucherHeader]: await makeVoucher(atList, house, keys) };
      const asked = await attacked.ask(`/internal/registry/${name}/standing`, {
        method: "POST",
        headers,
        body: {},
      });
      expect(asked).toMatchObject({ status: 404, code: "not_found" });
    } finally {
      await attacked.close();
    }
  });
});
