import fc from "fast-check";
import { parameters, type Values } from "./parameters.ts";

const nasty = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "-1",
    "0",
    "1e9",
    "0x10",
    "NaN",
    "null",
    "undefined",
    "true,false",
    "16000.5",
    "🤷",
    "\u0000",
  ),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "[object Object]",
    "'; --",
    "../../etc/passwd",
    "a".repeat(3000),
  ),
  fc.string({ maxLength: 30, unit: "binary" }),
  fc.integer().map(String),
);

const strangeName = fc.oneof(
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "",
    "model[]",
    "Model",
    "encoding ",
  ),
  fc.string({ minLength: 1, maxLength: 20 }),
);

/** What a live socket needs at least to be let in. */
const enough: Record<keyof typeof parameters, readonly (readonly [string, string])[]> = {
  listen: [
    ["encoding", "linear16"],
    ["sample_rate", "16000"],
  ],
  flux: [
    ["model", "flux-general-en"],
    ["encoding", "linear16"],
    ["sample_rate", "16000"],
  ],
  speak: [],
};

/** Right, wrong and strange parameters of a route; now and then not even well encoded. */
export function queryOf(route: keyof typeof parameters): fc.Arbitrary<string> {
  const values: Values = parameters[route];
  const right = fc
    .constantFrom(...Object.keys(values))
    .chain((name) => fc.tuple(fc.constant(name), fc.constantFrom(...(values[name] ?? [""]))));
  const wrong = fc.tuple(fc.constantFrom(...Object.keys(values)), nasty);
  const strange = fc.tuple(strangeName, nasty);
  const pairs = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: right },
      { weight: 3, arbitrary: wrong },
      { weight: 1, arbitrary: strange },
    ),
    { maxLength: 6 },
  );
  const encoded = fc
    .tuple(fc.boolean(), pairs)
    .map(([isEnough, some]) => encode([...(isEnough ? enough[route] : []), ...some]));
  return fc.oneof(
    { weight: 20, arbitrary: encoded },
    {
      weight: 1,
      arbitrary: fc.constantFrom("%", "%zz=1", "&&==&", "a".repeat(5000), "=", "model=%ff%fe", "?????"),
    },
  );
}

/** A query that is let in, so that what follows on the socket is what is tried. */
export function plainQuery(route: "listen" | "flux"): fc.Arbitrary<string> {
  const more: fc.Arbitrary<readonly (readonly [string, string])[]> =
    route === "flux"
      ? fc.constantFrom([], [["eager_eot_threshold", "0.4"]], [["eot_timeout_ms", "500"]])
      : fc.constantFrom(
          [],
          [["interim_results", "true"]],
          [
            ["interim_results", "true"],
            ["utterance_end_ms", "1000"],
            ["vad_events", "true"],
          ],
          [["endpointing", "false"]],
        );
  return more.map((pairs) => encode([...enough[route], ...pairs]));
}

function encode(pairs: readonly (readonly [string, string])[]): string {
  return new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString();
}
