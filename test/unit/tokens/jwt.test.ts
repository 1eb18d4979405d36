import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { checkToken, mintToken } from "../../../party/tokens/jwt.ts";
import { limits } from "../../../shared/limits.ts";

const secret = Uint8Array.from(new TextEncoder().encode("a-secret-of-the-tests-which-is-long-enough"));
const other = Uint8Array.from(new TextEncoder().encode("another-secret-which-is-also-long-enough-here"));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_790_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a token that was checked before", () => {
  it("is good until it expires, the skew included, and not a moment longer", async () => {
    const { token, expiresAt } = await mintToken({ scopes: ["speak"], ttl: 60 }, "t", [secret]);
    const grant = await checkToken(token, [secret]);
    expect(grant).toMatchObject({ tenant: "t", scopes: ["speak"], expiresAt });
    vi.setSystemTime(expiresAt + limits.tokenSkewSeconds * 1_000 - 1);
    expect(await checkToken(token, [secret])).toEqual(grant);
    vi.setSystemTime(expiresAt + limits.tokenSkewSeconds * 1_000);
    await expect(checkToken(token, [secret])).rejects.toMatchObject({ code: "token_expired" });
    await expect(checkToken(token, [secret])).rejects.toMatchObject({ code: "token_expired" });
  });

  it("is good for the secret that signed it alone, in whatever order it is shown", async () => {
    const { token } = await mintToken({ scopes: ["speak"] }, "t", [secret]);
    await expect(checkToken(token, [other])).rejects.toMatchObject({ code: "token_invalid" });
    await checkToken(token, [secret]);
    await expect(checkToken(token, [other])).rejects.toMatchObject({ code: "token_invalid" });
    const [header, payload, signature = ""] = token.split(".");
    const flipped = `${signature[0] === "A" ? "B" : "A"}${signature.slice(1)}`;
    await expect(checkToken(`${header}.${payload}.${flipped}`, [secret])).rejects.toMatchObject({
      code: "token_invalid",
    });
  });

  it("is forgotten behind many others, and checked anew", async () => {
    const { token } = await mintToken({ scopes: ["speak"] }, "t", [secret]);
    const before = await checkToken(token, [secret]);
    for (let count = 0; count < 1_001; count += 1) {
      await checkToken((await mintToken({ scopes: ["speak"] }, "t", [secret])).token, [secret]);
    }
    const after = await checkToken(token, [secret]);
    expect(after).toEqual(before);
    expect(after).not.toBe(before);
  });
});
