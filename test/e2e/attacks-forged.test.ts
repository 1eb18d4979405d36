import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ErrorCode } from "../../shared/errors.ts";
import { Attacked } from "../support/attacked.ts";
import { knock, refusalOf, refusedEverywhere, tryDoors } from "../support/doors.ts";
import { forge, goodClaims, kidOf, tamperedWith } from "../support/forged.ts";

const room = "vault";
const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicText = publicKey.export({ type: "spki", format: "pem" }).toString();
const attackersKey = "a secret of the attacker's own, which is long enough";

describe("a token that nobody here has signed", () => {
  let attacked: Attacked;
  let kid: string;

  beforeAll(async () => {
    attacked = await Attacked.start();
    kid = await kidOf(attacked.signing.first);
    await attacked.makeRoom(room, { language: "en" });
  });
  afterAll(() => attacked?.close());

  const signed = (header: object, claims: object = {}, key = attacked.signing.first, hash = "sha256") =>
    forge({ typ: "JWT", alg: "HS256", kid, ...header }, { ...goodClaims(room), ...claims }, key, hash);

  /** As it is, in band, and as a ticket; and neither room nor provider has noticed. */
  const expectRefused = async (token: string, code: ErrorCode) => {
    attacked.secret(token);
    const nobody = { viewers: 0 };
    // That the last one has left comes to the room a moment after its socket has closed.
    await expect.poll(() => attacked.roomState(room)).toMatchObject(nobody);
    const before = await attacked.roomState(room);
    const asked = attacked.provider.counts;
    expect(await tryDoors(attacked, room, token)).toEqual(refusedEverywhere(code));
    expect(await refusalOf(await knock(attacked.url, room, { ticket: token }))).toBe(code);
    const viewer = await knock(attacked.url, room, {
      token: await attacked.token({ scopes: ["captions:view"], room }),
    });
    await viewer.frame("snapshot");
    viewer.send(JSON.stringify({ type: "auth", token }));
    expect(await viewer.frame("error")).toMatchObject({ code });
    await viewer.closed();
    expect(viewer.of("renewed")).toEqual([]);
    await expect.poll(() => attacked.roomState(room)).toMatchObject(nobody);
    expect(await attacked.roomState(room)).toEqual(before);
    expect(attacked.provider.counts).toEqual(asked);
  };

  it("is what the others here are; one that is signed opens every door", async () => {
    const open = Object.fromEntries(
      Object.keys(refusedEverywhere("token_invalid")).map((door) => [door, null]),
    );
    for (const secret of [attacked.signing.first, attacked.signing.second]) {
      const header = { kid: await kidOf(secret) };
      expect(
        await tryDoors(attacked, room, signed(header, { scope: "captions:view" }, secret)),
      ).toMatchObject({
        "GET captions": null,
        "viewer's socket": null,
        "PUT room": "scope_missing",
      });
      expect(await tryDoors(attacked, room, signed(header, {}, secret))).toEqual(open);
    }
    // RFC 7519 §4.1.3: of several audiences it is enough to be one.
    expect(await tryDoors(attacked, room, signed({}, { aud: ["other", "captionwire"] }))).toEqual(open);
    await attacked.makeRoom(room, { language: "en" });
  });

  it.each<[string, () => string]>([
    ["alg none, no signature", () => `${signed({ alg: "none" }).split(".").slice(0, 2).join(".")}.`],
    ["alg none, two parts", () => signed({ alg: "none" }).split(".").slice(0, 2).join(".")],
    ["alg None, signed", () => signed({ alg: "None" })],
    ["alg nOnE, signed", () => signed({ alg: "nOnE" })],
    ["HS384 with the same secret", () => signed({ alg: "HS384" }, {}, attacked.signing.first, "sha384")],
    ["HS512 with the same secret", () => signed({ alg: "HS512" }, {}, attacked.signing.first, "sha512")],
    ["HS384 in the header alone", () => signed({ alg: "HS384" })],
    ["alg in other case", () => signed({ alg: "hs256" })],
    ["alg with a space", () => signed({ alg: "HS256 " })],
    ["alg as a list", () => signed({ alg: ["HS256"] })],
    ["no alg", () => signed({ alg: undefined })],
    ["RS256 with HMAC under a public key", () => signed({ alg: "RS256" }, {}, publicText)],
    ["HS256 with HMAC under a public key", () => signed({}, {}, publicText)],
    ["a key of its own in the header", () => signed({ jwk: { kty: "oct", k: "AAAA" } }, {}, attackersKey)],
    ["an empty key", () => signed({}, {}, "")],
    ["the kid for a key", () => signed({}, {}, kid)],
    ["no kid", () => signed({ kid: undefined })],
    ["a foreign kid", () => signed({ kid: "0123456789abcdef" })],
    ["a foreign kid and its key", () => signed({ kid: "0123456789abcdef" }, {}, attackersKey)],
    ["our kid and another key", () => signed({}, {}, attackersKey)],
    ["the kid of our other key", () => signed({}, {}, attacked.signing.second)],
    ["kid in other case", () => signed({ kid: kid.toUpperCase() })],
    ["kid an object", () => signed({ kid: { toString: kid } })],
    ["kid a list", () => signed({ kid: [kid] })],
    ["kid null", () => signed({ kid: null })],
    ["kid a number", () => signed({ kid: 0 })],
    ["kid very long", () => signed({ kid: kid.repeat(300) })],
    ["kid __proto__", () => signed({ ["__proto__"]: null, kid: "__proto__" })],
    ["kid constructor", () => signed({ kid: "constructor" })],
    ["a critical extension", () => signed({ crit: ["exp"] })],
    ["an unencoded payload", () => signed({ b64: false, crit: ["b64"] })],
  ])("%s", async (_, token) => {
    await expectRefused(token(), "token_invalid");
  });

  it.each<[string, object]>([
    ["another audience", { aud: "other" }],
    ["several other audiences", { aud: ["other", "captionwire.example"] }],
    ["no audience", { aud: undefined }],
    ["an empty list of audiences", { aud: [] }],
    ["another issuer", { iss: "other" }],
    ["several issuers", { iss: ["captionwire"] }],
    ["no issuer", { iss: undefined }],
    ["no end", { exp: undefined }],
    ["an end in words", { exp: "never" }],
    ["no beginning", { nbf: undefined }],
    ["not yet valid", { nbf: Math.floor(Date.now() / 1_000) + 120 }],
    ["no id", { jti: undefined }],
    ["an empty id", { jti: "" }],
    ["no tenant", { sub: undefined }],
    ["a tenant and a room in one", { sub: "acme/vault" }],
    ["a tenant in other case", { sub: "Acme" }],
    ["a list of scopes", { scope: ["captions:view"] }],
    ["every room by a star", { room: "*" }],
    ["a star in the middle", { room: "va*lt" }],
    ["a star in front", { room: "*vault" }],
    ["two stars", { room: "va**" }],
    ["an empty room", { room: "" }],
    ["a room in other case", { room: "Vault" }],
    ["a list of rooms", { room: [room] }],
    ["single_use of another kind", { single_use: "no" }],
    ["a cap below zero", { max_chars: -1 }],
    ["a cap in words", { max_seconds: "9" }],
    ["no cap to speak of", { max_connections: null }],
    ["an origin that is none", { origin: "*" }],
  ])("claims that we do not make, though signed: %s", async (_, claims) => {
    await expectRefused(signed({}, claims), "token_invalid");
  });

  it("ended", async () => {
    const now = Math.floor(Date.now() / 1_000);
    await expectRefused(signed({}, { iat: now - 60, nbf: now - 60, exp: now - 10 }), "token_expired");
  });

  it.each<[string, 0 | 1, object]>([
    ["more scopes", 1, { scope: "captions:view rooms:admin speak" }],
    ["another room", 1, { room: undefined }],
    ["another tenant", 1, { sub: "other" }],
    ["a later end", 1, { exp: 4_102_444_800 }],
    ["a fresh id", 1, { jti: "fresh" }],
    ["no cap", 1, { max_chars: undefined }],
    ["issued later", 1, { iat: 4_102_444_800 }],
    ["another header", 0, { typ: "at+jwt" }],
  ])("changed under its old signature: %s", async (_, part, change) => {
    const { token } = await attacked.minted({ scopes: ["captions:view", "speak"], room, maxChars: 10 });
    await expectRefused(tamperedWith(token, part, change), "token_invalid");
  });

  it.each<[string, (token: string, other: string) => string]>([
    ["no signature", (token) => token.slice(0, token.lastIndexOf(".") + 1)],
    ["half a signature", (token) => token.slice(0, -20)],
    ["the signature of another", (token, other) => token.replace(/[^.]+$/, other.split(".")[2] ?? "")],
    [
      "one character of the signature",
      (token) => token.replace(/.(?=.{20}$)/, (at) => (at === "A" ? "B" : "A")),
    ],
    ["four parts", (token) => `${token}.x`],
    ["five parts", (token) => `${token}.x.y`],
    ["itself twice", (token) => `${token}${token}`],
    ["dots", () => ".."],
    ["no JSON", () => "bm90.anNvbg.c2ln"],
    ["a list for a header", (token) => token.replace(/^[^.]+/, "W10")],
    ["null for a header", (token) => token.replace(/^[^.]+/, "bnVsbA")],
  ])("cut and pasted: %s", async (_, change) => {
    const [one, other] = await Promise.all(
      [1, 2].map(() => attacked.token({ scopes: ["captions:view", "speak", "rooms:admin"], room })),
    );
    await expectRefused(change(one ?? "", other ?? ""), "token_invalid");
  });

  it("leaves nothing of itself in the log", () => {
    expect(attacked.leaked()).toEqual([]);
  });
});
