import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Bearer, checkVoucher, type Errand, makeVoucher } from "../../../party/bridge/voucher.ts";
import { checkToken, mintToken } from "../../../party/tokens/jwt.ts";
import { parseSigningKeys } from "../../../party/tokens/signing-keys.ts";

const [first, second] = ["first", "second"].map((word) => `${word}-secret-of-the-tests-long-enough-as-it-is`);
const keys = parseSigningKeys({ TOKEN_SECRET: first ?? "", TOKEN_SECRET_OTHER: second });
const onlySecond = parseSigningKeys({ TOKEN_SECRET: second ?? "" });

const errand: Errand = { audience: "captionwire room", name: "acme/vault", method: "GET", path: "/state" };
const bearer: Bearer = {
  kind: "visitor",
  pass: { tokenId: "t1", issuedAt: 1, expiresAt: 2, origin: "https://a.example", singleUse: true },
};
const invalid = { code: "token_invalid" };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_790_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a voucher", () => {
  it.each<[string, Bearer]>([
    ["a member", { kind: "member", member: { role: "publisher", pass: bearer.pass, takeover: true } }],
    ["a visitor", bearer],
    ["the house", { kind: "house" }],
  ])("says what was said of %s", async (_, who) => {
    expect(await checkVoucher(await makeVoucher(errand, who, keys), errand, keys)).toEqual(who);
  });

  it.each<[string, Partial<Errand>]>([
    ["another audience", { audience: "captionwire registry" }],
    ["another room", { name: "acme/vaults" }],
    ["another tenant", { name: "other/vault" }],
    ["another method", { method: "PUT" }],
    ["another path", { path: "/captions" }],
  ])("is not good for %s", async (_, change) => {
    const voucher = await makeVoucher(errand, bearer, keys);
    await expect(checkVoucher(voucher, { ...errand, ...change }, keys)).rejects.toMatchObject(invalid);
  });

  it("is good for a minute", async () => {
    const voucher = await makeVoucher(errand, bearer, keys);
    vi.setSystemTime(Date.now() + 60_000);
    expect(await checkVoucher(voucher, errand, keys)).toEqual(bearer);
    vi.setSystemTime(Date.now() + 6_000);
    await expect(checkVoucher(voucher, errand, keys)).rejects.toMatchObject(invalid);
  });

  it("is signed with the first secret and good with either, and with no other", async () => {
    const voucher = await makeVoucher(errand, bearer, onlySecond);
    expect(await checkVoucher(voucher, errand, keys)).toEqual(bearer);
    await expect(
      checkVoucher(await makeVoucher(errand, bearer, keys), errand, onlySecond),
    ).rejects.toMatchObject(invalid);
  });

  it("is no token, and a token is no voucher", async () => {
    const voucher = await makeVoucher(errand, bearer, keys);
    await expect(checkToken(voucher, keys)).rejects.toMatchObject(invalid);
    await expect(checkToken(voucher, keys, "captionwire plain page")).rejects.toMatchObject(invalid);
    const { token } = await mintToken({ scopes: ["rooms:admin"] }, "acme", keys);
    await expect(checkVoucher(token, errand, keys)).rejects.toMatchObject(invalid);
  });

  it("is asked for", async () => {
    await expect(checkVoucher(null, errand, keys)).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(checkVoucher("", errand, keys)).rejects.toMatchObject(invalid);
  });

  it("fits into a header whoever comes", async () => {
    const pass = {
      tokenId: "t".repeat(64),
      issuedAt: Number.MAX_SAFE_INTEGER,
      expiresAt: Number.MAX_SAFE_INTEGER,
      origin: "o".repeat(256),
      singleUse: true,
      maxConnections: 1_000_000_000,
      maxSeconds: 1_000_000_000,
    } as const;
    const member = { role: "publisher", pass, takeover: true, probe: true } as const;
    const name = `${"a".repeat(63)}/${"b".repeat(63)}`;
    const path = `/captions/${"c".repeat(40)}`;
    const voucher = await makeVoucher({ ...errand, name, path }, { kind: "member", member }, keys);
    expect(voucher.length).toBeLessThan(2_048);
  });
});
