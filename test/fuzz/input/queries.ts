import fc from "fast-check";

const value = fc.oneof(
  fc.constantFrom(
    "",
    "0",
    "-1",
    "1e9",
    "9007199254740993",
    "null",
    "true",
    "a.1",
    "a.b.c",
    "..",
    "__proto__",
    "%00",
    "%ff%fe",
    "%",
    "%zz",
    "%F0%9F%8E%A4",
    "+",
    "a".repeat(3000),
    "%61".repeat(2000),
  ),
  fc.string({ maxLength: 20 }).map(encodeURIComponent),
  fc.nat(2000).map(String),
);

const strangeName = fc.constantFrom(
  "__proto__",
  "constructor",
  "toString",
  "",
  "a[]",
  "Role",
  "%00",
  "_pk",
  "x",
);

/** Each parameter now and then, now and then twice, now and then of no meaning. */
export const query = (values: Readonly<Record<string, readonly string[]>>): fc.Arbitrary<string> => {
  const pairs = Object.entries(values).map(([name, right]) =>
    fc
      .oneof({ weight: 3, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: value })
      .map((put) => `${name}=${put}`),
  );
  const pair = fc.oneof(
    { weight: 10, arbitrary: pairs.length === 0 ? fc.constant("") : fc.oneof(...pairs) },
    { weight: 1, arbitrary: fc.tuple(strangeName, value).map(([name, put]) => `${name}=${put}`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("&", "=", "?", "#x", ";", "a=b=c", "%", "&&&&", "role=viewer".repeat(300)),
    },
  );
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant("") },
    { weight: 5, arbitrary: fc.array(pair, { maxLength: 4 }).map((list) => list.join("&")) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(pair, fc.constantFrom(50, 1000))
        .map(([one, times]) => `${one}&`.repeat(times).slice(0, 30_000)),
    },
  );
};

export const position = {
  epoch: ["abc", "3a08f35d3dac47779336"],
  version: ["0", "1", "7"],
  tenant: ["guest"],
};
export const noQuery = query({});
/** In half of the cases one that is right. */
export const mostly = (right: readonly string[], values: Parameters<typeof query>[0]): fc.Arbitrary<string> =>
  fc.oneof(fc.constantFrom(...right), query(values));
