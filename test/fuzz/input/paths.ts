import fc from "fast-check";

/** Rooms that are tried: few, so that cases meet in them. */
export const roomNames = Array.from({ length: 32 }, (_, number) => `fuzz-${number}`);
export const roomName = fc.constantFrom(...roomNames);
/** Nobody here may write in it; see `bystander.ts`. */
export const bystanderRoom = "bystander";

/** Of the room that is watched over, too. */
export const anyRoom = fc.oneof(
  { weight: 12, arbitrary: roomName },
  { weight: 2, arbitrary: fc.constant(bystanderRoom) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "-a",
      "A",
      "a_b",
      "%66uzz-1",
      "fuzz-1%2f",
      "..",
      ".",
      "%2e%2e",
      "%00",
      "%ff",
      "a".repeat(64),
      "a*",
      "__proto__",
      "a%20b",
      "%E2%80%AE",
      "",
    ),
  },
);
export const inRoom = (rest: readonly string[]): fc.Arbitrary<string> =>
  fc.tuple(anyRoom, fc.constantFrom(...rest)).map(([room, end]) => `/v1/rooms/${room}${end}`);

export const segment = fc.constantFrom(
  "abc",
  "%2f",
  "%ff",
  "..",
  "%00",
  "a".repeat(500),
  "__proto__",
  "a%2fb",
  "1",
  "%F0%9F%8E%A4",
);

/** A path as it is, or written in a way that nobody would. */
export const writtenOddly = (path: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 14, arbitrary: fc.constant(path) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        `${path}/`,
        `/${path}`,
        path.replaceAll("/", "//"),
        `/x/..${path}`,
        `/.${path}`,
        `${path}/.`,
        `${path}/..`,
        `${path};a=b`,
        path.toUpperCase(),
        path.replaceAll("/", "\\"),
        path.replaceAll("/", "%2f"),
        `http://127.0.0.1${path}`,
        `https://bystander.example${path}`,
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.nat(),
          fc.constantFrom(
            "%00",
            "%ff",
            "%",
            "%zz",
            "%0d%0a",
            "\u0000",
            "\u00ff",
            " ",
            "\t",
            "{",
            "^",
            "%c0%af",
            "a".repeat(9000),
            "a".repeat(70_000),
          ),
        )
        .map(([place, put]) => {
          const at = 1 + (place % path.length);
          return path.slice(0, at) + put + path.slice(at);
        }),
    },
    {
      weight: 1,
      arbitrary: fc.nat().map((place) => {
        const at = 1 + (place % Math.max(1, path.length - 1));
        const code = path.charCodeAt(at);
        return Number.isNaN(code) ? path : `${path.slice(0, at)}%${code.toString(16)}${path.slice(at + 1)}`;
      }),
    },
  );
