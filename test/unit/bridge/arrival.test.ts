import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { BaseUrlSchema, pathOf, readPath } from "../../../party/bridge/address.ts";
import { arrivalOf } from "../../../party/bridge/arrival.ts";
import { type Bearer, makeVoucher, voucherHeader } from "../../../party/bridge/voucher.ts";
import { memberHeader, passHeader } from "../../../party/paths.ts";
import { parseSigningKeys } from "../../../party/tokens/signing-keys.ts";

const keys = parseSigningKeys({ TOKEN_SECRET: "a-secret-of-the-tests-which-is-long-enough" });
const name = "acme/vault";
const pass = { tokenId: "t1", issuedAt: 1, expiresAt: 2 };
const forged = JSON.stringify({ ...pass, tokenId: "somebody" });

async function asked(
  path: string,
  bearer: Bearer,
  { query = "", headers = {}, ...init }: RequestInit & { query?: string; headers?: object } = {},
): Promise<Request> {
  const method = init.method ?? "GET";
  const voucher = await makeVoucher({ audience: "captionwire room", name, method, path }, bearer, keys);
  return new Request(`http://rooms.test${pathOf({ name, path })}${query}`, {
    ...init,
    headers: { ...headers, [voucherHeader]: voucher },
  });
}

describe("whoever arrives at a host of rooms", () => {
  it("is who the voucher says, whatever a stranger said", async () => {
    const request = await asked(
      "/captions",
      { kind: "visitor", pass },
      {
        query: "?epoch=e&version=3",
        headers: {
          [passHeader]: forged,
          [memberHeader]: forged,
          "if-none-match": '"tag"',
          cookie: "a=b",
        },
      },
    );
    const arrival = await arrivalOf(request, keys);
    expect(arrival.name).toBe(name);
    expect(arrival.request.url).toBe("https://room/captions?epoch=e&version=3");
    expect(Object.fromEntries(arrival.request.headers)).toEqual({
      [passHeader]: JSON.stringify(pass),
      "if-none-match": '"tag"',
    });
  });

  it("is a member at the room itself, with the upgrade as it was", async () => {
    const member = { role: "viewer", pass, probe: true } as const;
    const headers = { upgrade: "websocket", "sec-websocket-protocol": "captionwire.v1" };
    const { request } = await arrivalOf(await asked("/", { kind: "member", member }, { headers }), keys);
    expect(request.url).toBe("https://room/");
    expect(Object.fromEntries(request.headers)).toEqual({
      ...headers,
      [memberHeader]: JSON.stringify(member),
    });
  });

  it("is the tenant, without a pass, and brings what it has to say", async () => {
    const init = { method: "POST", body: "told", headers: { [passHeader]: forged } };
    const { request } = await arrivalOf(await asked("/revoke", { kind: "house" }, init), keys);
    expect(request.method).toBe("POST");
    expect(await request.text()).toBe("told");
    expect(request.headers.has(passHeader)).toBe(false);
    expect(request.headers.has(memberHeader)).toBe(false);
  });

  it("is nobody without a voucher, whatever internal headers it has", async () => {
    const request = new Request(`http://rooms.test${pathOf({ name, path: "/state" })}`, {
      headers: { [passHeader]: JSON.stringify(pass) },
    });
    await expect(arrivalOf(request, keys)).rejects.toMatchObject({ code: "unauthenticated" });
  });

  it("is stopped when it goes away", async () => {
    const gone = new AbortController();
    const { request } = await arrivalOf(
      await asked("/events", { kind: "visitor", pass }, { signal: gone.signal }),
      keys,
    );
    expect(request.signal.aborted).toBe(false);
    gone.abort();
    expect(request.signal.aborted).toBe(true);
  });
});

describe("a room's address at a host", () => {
  it("is read as it was written", () => {
    for (const path of ["/", "/captions", "/captions/a%2Fb"]) {
      expect(readPath(pathOf({ name, path }))).toEqual({ name, path });
    }
    expect(readPath("/parties/captions/acme:vault/state")).toEqual({ name, path: "/state" });
  });

  it.each([
    "/",
    "/parties/captions/",
    "/parties/captions/vault/state",
    "/parties/captions/acme%2Fvault/state",
    "/parties/captions/acme%253Avault/state",
    "/parties/captions/acme%3Avault%3Amore/state",
    "/parties/captions/Acme%3Avault",
    "/parties/other/acme%3Avault",
  ])("is not %s", (path) => {
    expect(readPath(path)).toBeNull();
  });
});

describe("the address of the other side", () => {
  it("has paths appended to it, with or without a slash at its end", () => {
    for (const url of ["https://edge.example", "https://edge.example/", "https://edge.example//"]) {
      expect(v.parse(BaseUrlSchema, url)).toBe("https://edge.example");
    }
    expect(v.parse(BaseUrlSchema, "http://edge.example/below/")).toBe("http://edge.example/below");
  });

  it.each(["edge.example", "ftp://edge.example", "https://edge.example?a", "https://edge.example#a"])(
    "is not %s",
    (url) => {
      expect(v.is(BaseUrlSchema, url)).toBe(false);
    },
  );
});
