import { describe, expect, it } from "vitest";
import { statusReasons } from "../../../shared/captions.ts";
import { type ErrorCode, errorTable, isErrorCode } from "../../../shared/errors.ts";
import { closedInWords, roomInWords } from "../../../shared/words.ts";
import { wrongCommands } from "../../support/documents/commands.ts";
import { type Document, documentOf, readDocuments } from "../../support/documents/document.ts";
import { brokenLinks } from "../../support/documents/links.ts";
import {
  type Names,
  readNames,
  unknownCloses,
  unknownCodes,
  unknownPaths,
  unknownRoutes,
  unknownVariables,
} from "../../support/documents/names.ts";
import { commandLines } from "../../support/documents/shell.ts";
import { wrongSnippets } from "../../support/documents/snippets.ts";
import { wrongTypes } from "../../support/documents/types.ts";

const documents = readDocuments();
const names: Names = await readNames();
/** Addresses on a reader's own server. */
const foreign = new Set(["/captions-token"]);

/** Each looks at documents and answers what is wrong in them, beside a text in which exactly that is wrong. */
const checks: readonly {
  readonly what: string;
  readonly look: (documents: readonly Document[]) => readonly string[] | Promise<readonly string[]>;
  readonly wrong: readonly string[];
}[] = [
  {
    what: "links and pictures lead somewhere, to the heading",
    look: brokenLinks,
    wrong: ["[a](no-such.md)", "![a](docs/pictures/no-such.png)", "[a](README.md#no-such)", "[a](#no-such)"],
  },
  {
    what: "commands are those of package.json and of the program",
    look: (all) => wrongCommands(commandLines(all)),
    wrong: [
      "`npm run no-such`",
      "`npm start -- --no-such`",
      "`npx captionwire no-such`",
      '```sh\nX=1 npx captionwire speak "a b" --no-such # a\n```',
      "```sh\nffmpeg -i a - | captionwire publish - --encoding flac\n```",
      "```sh\nT=$(captionwire token --room demo)\n```",
      "`captionwire rooms set demo --no-such`",
    ],
  },
  {
    what: "variables of the environment are in the code",
    look: (all) => unknownVariables(all, names),
    wrong: ["`NO_SUCH_VARIABLE`", "```sh\nNOSUCH=1 npm test\n```"],
  },
  {
    what: "error codes, events and fields are in the code",
    look: (all) => unknownCodes(all, names),
    wrong: ["`no_such_code`"],
  },
  { what: "close codes are in the error table", look: unknownCloses, wrong: ["closed with 4402"] },
  {
    what: "routes are those of the Worker and of the engine",
    look: (all) => unknownRoutes(all, names, foreign),
    wrong: ["`/v1/no-such`", "`DELETE /v1/tokens`", '```sh\ncurl -X PUT "$URL/v1/speak"\n```'],
  },
  {
    what: "files in code font are there",
    look: unknownPaths,
    wrong: ["`shared/no-such.ts`", "`test/no-such/`"],
  },
  {
    what: "snippets can be read in their language",
    look: wrongSnippets,
    wrong: [
      "```json\n{a: 1}\n```",
      "```ts\nconst a: = 1;\n```",
      '```ts\nimport { noSuch } from "captionwire";\n```',
      '```ts\nimport { a } from "captionwire/no-such";\n```',
      '```ts\nimport { a } from "no-such-package";\n```',
      '```html\n<live-captions no-such="1"></live-captions>\n```',
      "```html\n<p><b></p>\n```",
      "```sh\nif true; then\n```",
      "```ts shared/no-such.ts\nconst a = 1;\n```",
      "```ts shared/errors.ts\nconst noSuchLine = 1;\n```",
      "```cobol\nno such language\n```",
    ],
  },
  {
    what: "TypeScript passes the compiler",
    look: wrongTypes,
    wrong: [
      '```ts\nimport { subscribe } from "./client/index.ts";\nsubscribe({ url, room, noSuch: 1 });\n```',
      "```ts\nconst text: string = 1;\n```",
    ],
  },
];

// Some ask the compiler, which takes its time on a busy machine.
describe.each(checks)("documents: $what", { timeout: 60_000 }, ({ look, wrong }) => {
  it("in all of them", async () => {
    const problems = await look(documents);
    expect(problems).toEqual([]);
  });

  it.each(wrong)("and %j is found out", async (text) => {
    expect(await look([documentOf("wrong.md", text)])).toHaveLength(1);
  });
});

describe("documents: readers", () => {
  const text = documents.find(({ path }) => path === "docs/readers.md")?.text ?? "";
  const states = [
    ...(["idle", "connecting", "live", "recovering", "ended"] as const).map((state) => ({ state })),
    ...statusReasons.map((reason) => ({ state: "recovering" as const, reason })),
  ].map((status) => roomInWords({ ...status, since: 0 }).announced);
  const refusals = (["token_expired", "unauthenticated"] as const).map((code) =>
    closedInWords(code, "").replace(/[.] .*/, ""),
  );

  it.each([...states, ...refusals])("explains “%s”", (words) => {
    expect(text).toContain(`| ${words}`);
  });
});

describe("documents: troubleshooting", () => {
  const text = documents.find(({ path }) => path === "docs/troubleshooting.md")?.text ?? "";
  const rows = [...text.matchAll(/^\| `([a-z_]+)` \| (\d+) \| (\d+) \|/gm)];
  const told = new Map(rows.map(([, code, status, close]) => [code, `${status} ${close}`]));

  it.each(Object.keys(errorTable).filter(isErrorCode))(
    "tells status and close code of %s",
    (code: ErrorCode) => {
      const { status, close } = errorTable[code];
      expect(told.get(code)).toBe(`${status} ${close}`);
    },
  );

  it("tells each close code's errors", () => {
    const byClose = [...text.matchAll(/^\| (4\d{3}) \| ((?:`[a-z_]+`(?:, )?)+) \|/gm)].map(
      ([, close, codes = ""]) => [Number(close), codes.replaceAll("`", "").split(", ").sort()],
    );
    const expected = Object.entries(Object.groupBy(Object.entries(errorTable), ([, { close }]) => close)).map(
      ([close, entries = []]) => [Number(close), entries.map(([code]) => code).sort()],
    );
    expect(byClose).toEqual(expected);
  });
});
