import { newSigningSecret } from "../../cli/keys/make.ts";
import { type Bearer, type Errand, makeVoucher } from "../../party/bridge/voucher.ts";
import type { Pass } from "../../party/room/door/pass.ts";
import { mintToken } from "../../party/tokens/jwt.ts";
import { parseSigningKeys } from "../../party/tokens/signing-keys.ts";
import { forge, kidOf } from "./forged.ts";

export const room = "vault";
export const name = `acme/${room}`;
/** `TOKEN_SECRET` of whoever these vouchers are for. */
export const secret = newSigningSecret();
export const keys = parseSigningKeys({ TOKEN_SECRET: secret });
export const pass: Pass = { tokenId: "t1", issuedAt: Date.now(), expiresAt: Date.now() + 60_000 };
export const visitor: Bearer = { kind: "visitor", pass };
export const house: Bearer = { kind: "house" };
export const atRoom: Errand = { audience: "captionwire room", name, method: "GET", path: "/state" };
export const atList: Errand = { audience: "captionwire registry", name, method: "POST", path: "/standing" };

/** A voucher that was made by hand, with our secret unless it is said. */
export async function forged(
  errand: Errand,
  bearer: unknown,
  change: object = {},
  key = secret,
): Promise<string> {
  const claims = {
    iss: "captionwire",
    aud: errand.audience,
    sub: errand.name,
    exp: Math.floor(Date.now() / 1_000) + 60,
    errand: `${errand.method} ${errand.path}`,
    bearer,
    ...change,
  };
  return forge({ alg: "HS256", typ: "JWT", kid: await kidOf(secret) }, claims, key);
}

export const minutes = (count: number): number => Math.floor(Date.now() / 1_000) + count * 60;

/** What is no voucher for this errand, by what is wrong with it. */
export function badFor(
  errand: Errand,
  bearer: Bearer,
): readonly (readonly [string, () => Promise<string>])[] {
  const other = (change: Partial<Errand>) => () => makeVoucher({ ...errand, ...change }, bearer, keys);
  const audience = errand.audience === atRoom.audience ? atList.audience : atRoom.audience;
  const token = async (scopes: "rooms:admin"[], named?: string) =>
    (await mintToken({ scopes, ...(named === undefined ? {} : { room: named }) }, "acme", keys)).token;
  return [
    ["another audience", other({ audience })],
    ["another room's", other({ name: "acme/other" })],
    ["another tenant's", other({ name: `other/${room}` })],
    ["another errand's", other({ path: "/purge" })],
    ["another method's", other({ method: "PUT" })],
    ["expired", () => forged(errand, bearer, { exp: minutes(-1) })],
    ["without an end", () => forged(errand, bearer, { exp: undefined })],
    ["an end in words", () => forged(errand, bearer, { exp: "never" })],
    ["of nobody", () => forged(errand, undefined)],
    ["of a stranger kind", () => forged(errand, { kind: "root" })],
    ["of a visitor without a pass", () => forged(errand, { kind: "visitor" })],
    ["another secret's", () => forged(errand, bearer, {}, newSigningSecret())],
    ["a token of the tenant's", () => token(["rooms:admin"])],
    ["a token of the room's", () => token(["rooms:admin"], room)],
    ["nothing", async () => ""],
    ["no token at all", async () => "voucher"],
  ];
}
