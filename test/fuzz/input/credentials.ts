import fc from "fast-check";
import { type Bearer, bearers, type Credential, type Mutation } from "./case.ts";

const jwtHeader = fc.oneof(
  fc.constantFrom(
    '{"alg":"none"}',
    '{"alg":"None","typ":"JWT"}',
    '{"alg":"HS256","typ":"JWT"}',
    '{"alg":"HS384"}',
    '{"alg":"HS512"}',
    '{"alg":"RS256"}',
    '{"alg":"HS256","kid":""}',
    '{"alg":"HS256","kid":"AAAAAAAA"}',
    '{"alg":"HS256","kid":"../../../dev/null"}',
    '{"alg":"HS256","kid":"__proto__"}',
    '{"alg":"HS256","kid":["a"]}',
    '{"alg":"HS256","kid":1e400}',
    '{"alg":"HS256","crit":["exp"],"exp":1}',
    '{"alg":"HS256","b64":false,"crit":["b64"]}',
    '{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}}',
    '{"alg":"HS256","jku":"http://127.0.0.1:9/"}',
    '{"alg":"HS256","alg":"none"}',
    "{",
    "null",
    "[]",
    "",
  ),
  fc.json({ maxDepth: 2 }),
);

const claims = fc.oneof(
  fc.constantFrom(
    '{"room":"bystander"}',
    '{"sub":"bystander"}',
    '{"scope":"captions:view captions:publish captions:edit rooms:admin speak provider"}',
    '{"exp":99999999999}',
    '{"single_use":true}',
    '{"max_connections":1000000000}',
    '{"jti":"x"}',
    '{"aud":["captionwire","x"]}',
    '{"__proto__":{"sub":"bystander"}}',
  ),
  fc.json({ maxDepth: 1 }),
);

const at = fc.nat(400);
const put = fc.constantFrom(..."Aa0Zz9-_.");

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("character" as const), at, put }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("insert" as const),
      at,
      text: fc.constantFrom("A", ".", "=", "é", "\u00ff", "%00", "..", ",", ";", '"', "x.y.z"),
      times: fc.constantFrom(1, 1, 2, 3000, 9000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cut" as const), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("header" as const), json: jwtHeader }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("claims" as const), json: claims }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("signed" as const),
      json: jwtHeader,
      secret: fc.constantFrom(null, "", "secret", "x".repeat(48)),
    }),
  },
);

const text = fc.oneof(
  fc.constantFrom(
    "",
    "a.b.c",
    "..",
    "null",
    "undefined",
    "cwk_",
    `cwk_${"0".repeat(49)}`,
    "{}",
    "A".repeat(12_000),
    "eyJhbGciOiJub25lIn0.e30.",
  ),
  fc.string({ maxLength: 60 }).map((value) => value.replaceAll(/[^\x21-\x7e]/g, "")),
);

const bearer = fc.constantFrom(...bearers);

/**
 * What somebody shows at a door, or does not.
 *
 * @param fitting who would be let in, as far as the route goes
 * @param weight how often it is one of them, against eight times of all others
 */
export const credentialFor = (fitting: readonly (Bearer | "key")[], weight = 12): fc.Arbitrary<Credential> =>
  fc.oneof(
    { weight, arbitrary: fitting.length === 0 ? none : fc.constantFrom(...fitting).map(good) },
    { weight: 2, arbitrary: fc.oneof(bearer, fc.constant("key" as const)).map(good) },
    { weight: 1, arbitrary: none },
    { weight: 4, arbitrary: wrong(fitting) },
    { weight: 1, arbitrary: text.map((value): Credential => ({ kind: "text", text: value })) },
  );

const none = fc.constant<Credential>({ kind: "none" });

const good = (of: Bearer | "key"): Credential => (of === "key" ? { kind: "key" } : { kind: "token", of });

const wrong = (fitting: readonly (Bearer | "key")[]): fc.Arbitrary<Credential> =>
  fc.record({
    kind: fc.constant("wrong" as const),
    of: fitting.length === 0 ? bearer : fc.constantFrom(...fitting),
    how: mutation,
  });
