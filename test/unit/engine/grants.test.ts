import { describe, expect, it } from "vitest";
import { readTtl } from "../../../engine/grant/route.ts";
import { createDoor } from "../../../engine/wire/door.ts";
import { createGrants } from "../../../engine/wire/grants.ts";

const credential = (scheme: "token" | "bearer", secret: string) => ({
  scheme,
  secret,
  fromSubprotocol: false,
});

describe("short-lived tokens", () => {
  it("open the door with Bearer until they expire, and never with Token", async () => {
    let nowMs = 1_700_000_000_400;
    const grants = createGrants(() => nowMs);
    for (const apiKey of [null, "the-key"]) {
      const door = createDoor(apiKey, grants);
      const token = await grants.issue(60);
      expect(await door.refuse(credential("bearer", token))).toBeNull();
      expect(await door.refuse(credential("token", token))).toMatchObject({ status: 401 });
      expect(await door.refuseGrant(credential("bearer", token))).toMatchObject({ status: 403 });
      expect(await door.refuseGrant(credential("token", token))).toMatchObject({ status: 401 });
      nowMs += 59_900;
      expect(await door.refuse(credential("bearer", token))).toBeNull();
      nowMs += 1200;
      expect(await door.refuse(credential("bearer", token))).toMatchObject({ status: 401 });
    }
  });

  it("are no good when somebody else has signed them", async () => {
    const door = createDoor(null, createGrants());
    const strange = await createGrants().issue(60);
    expect(await door.refuse(credential("bearer", strange))).toMatchObject({ status: 401 });
    const [head, claims] = strange.split(".");
    expect(await door.refuse(credential("bearer", `${head}.${claims}.`))).toMatchObject({ status: 401 });
  });
});

describe("keys", () => {
  it("are any, or the one that is set, by either scheme", async () => {
    const open = createDoor(null, createGrants());
    const closed = createDoor("the-key", createGrants());
    for (const scheme of ["token", "bearer"] as const) {
      expect(await open.refuse(credential(scheme, "any"))).toBeNull();
      expect(await closed.refuse(credential(scheme, "the-key"))).toBeNull();
      expect(await closed.refuse(credential(scheme, "any"))).toMatchObject({ status: 401 });
    }
    expect(await open.refuse(null)).toMatchObject({ status: 401 });
    expect(await open.refuseGrant(null)).toMatchObject({ status: 401 });
    expect(await open.refuseGrant(credential("token", "any"))).toBeNull();
  });
});

describe("the body of a grant", () => {
  const read = (text: string) => readTtl(new TextEncoder().encode(text));

  it("may be empty, or say how long", () => {
    expect(read("")).toEqual({ ok: true, ttlSeconds: 30 });
    expect(read("{}")).toEqual({ ok: true, ttlSeconds: 30 });
    expect(read('{"ttl_seconds":null}')).toEqual({ ok: true, ttlSeconds: 30 });
    expect(read('{"ttl_seconds":3600}')).toEqual({ ok: true, ttlSeconds: 3600 });
    expect(read('{"ttl_seconds":1}')).toEqual({ ok: true, ttlSeconds: 1 });
  });

  it.each(["{", "[]", "3", '{"ttl_seconds":0}', '{"ttl_seconds":3601}', '{"ttl_seconds":"60"}'])(
    "is refused when it is %s",
    (text) => {
      expect(read(text)).toMatchObject({ error: { status: 400 } });
    },
  );
});
