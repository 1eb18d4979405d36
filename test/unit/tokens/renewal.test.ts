import { describe, expect, it } from "vitest";
import { renewedPass } from "../../../party/host/renewal.ts";
import type { Pass } from "../../../party/room/door/pass.ts";
import { mintToken } from "../../../party/tokens/jwt.ts";
import { parseSigningKeys } from "../../../party/tokens/signing-keys.ts";
import type { TokenRequest } from "../../../shared/claims.ts";
import type { ErrorCode } from "../../../shared/errors.ts";

const env = { TOKEN_SECRET: "the secret of these tests, long enough" };
const otherEnv = { TOKEN_SECRET: "another secret of these tests, long enough" };
const name = "acme/demo";
const held: Pass = { tokenId: "held", issuedAt: 0, expiresAt: 0, origin: "https://app.example" };

const minted = async (request: Partial<TokenRequest>, tenant = "acme", of = env): Promise<string> =>
  (await mintToken({ scopes: ["captions:view"], room: "demo", ...request }, tenant, parseSigningKeys(of)))
    .token;

describe("a token that a viewer sends in band", () => {
  it.each<[string, () => Promise<string>, ErrorCode]>([
    ["of another tenant", () => minted({}, "other"), "room_forbidden"],
    ["of another tenant, for every room", () => minted({ room: undefined }, "other"), "room_forbidden"],
    ["for another room", () => minted({ room: "demo-2" }), "room_forbidden"],
    ["for rooms of another prefix", () => minted({ room: "demos*" }), "room_forbidden"],
    [
      "of another scope",
      () => minted({ scopes: ["captions:publish", "rooms:admin", "speak"] }),
      "scope_missing",
    ],
    ["for another page", () => minted({ origin: "https://other.example" }), "origin_forbidden"],
    ["of another secret", () => minted({}, "acme", otherEnv), "token_invalid"],
    ["that is none", async () => "x", "token_invalid"],
    ["that is empty", async () => "", "token_invalid"],
  ])("%s is refused", async (_, token, code) => {
    await expect(renewedPass(env, name, held, await token())).rejects.toMatchObject({ code });
  });

  it("for a page is refused where the viewer came from none", async () => {
    const token = await minted({ origin: "https://app.example" });
    for (const from of [null, { ...held, origin: undefined }]) {
      await expect(renewedPass(env, name, from, token)).rejects.toMatchObject({ code: "origin_forbidden" });
    }
  });

  it.each<[string, Partial<TokenRequest>]>([
    ["the room", {}],
    ["rooms of its prefix", { room: "de*" }],
    ["every room", { room: undefined }],
    ["the very page", { origin: "https://app.example" }],
  ])("for %s is taken, and the page stays the one it came from", async (_, request) => {
    const pass = await renewedPass(env, name, held, await minted({ ...request, ttl: 100 }));
    expect(pass).toMatchObject({ origin: "https://app.example" });
    expect(pass.tokenId).not.toBe("held");
  });

  it("brings its caps and its single use along", async () => {
    const pass = await renewedPass(env, name, held, await minted({ singleUse: true, maxConnections: 2 }));
    expect(pass).toMatchObject({ singleUse: true, maxConnections: 2 });
  });
});
