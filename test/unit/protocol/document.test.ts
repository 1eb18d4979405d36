import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { inRoot } from "../../../cli/paths.ts";
import { SegmentSchema } from "../../../shared/captions.ts";
import { RoomNameSchema, TokenRequestSchema } from "../../../shared/claims.ts";
import { type ErrorCode, errorTable, isErrorCode, ruleOf } from "../../../shared/errors.ts";
import { MintedSchema } from "../../../shared/minted.ts";
import {
  PublisherFrameSchema,
  PublisherMessageSchema,
  RoomDescriptionSchema,
  ViewerFrameSchema,
  ViewerMessageSchema,
} from "../../../shared/protocol.ts";
import { RevocationSchema, RevokedSchema } from "../../../shared/revocation.ts";
import { readProtocol } from "../../conformance/room/document.ts";
import { notProvoked, rules } from "../../conformance/room/rules.ts";

const protocol = readProtocol();

describe("PROTOCOL.md and its tests", () => {
  it("numbers each rule once, from 1 on in each chapter", () => {
    expect(protocol.rules.length).toBeGreaterThan(50);
    const ids = protocol.rules.map(({ id }) => id);
    const chapters = [...new Set(ids.map((id) => id.slice(0, 1)))];
    const counted = chapters.flatMap((chapter) => {
      const count = ids.filter((id) => id.startsWith(chapter)).length;
      return Array.from({ length: count }, (_, at) => `${chapter}${at + 1}`);
    });
    expect(ids).toEqual(counted);
  });

  it("has a test for every rule", () => {
    const proven = new Set(rules.map(({ id }) => id));
    expect(protocol.rules.map(({ id }) => id).filter((id) => !proven.has(id))).toEqual([]);
  });

  it("has a rule for every test, and tests that can be told apart", () => {
    const known = new Set(protocol.rules.map(({ id }) => id));
    expect(rules.filter(({ id }) => !known.has(id)).map(({ id, title }) => `${id} ${title}`)).toEqual([]);
    const titles = rules.map(({ id, title }) => `${id} ${title}`);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it("has a table of errors that is the code's", () => {
    const told = protocol.errors.map(({ code, ...rest }) => [code, rest]);
    const known = Object.keys(errorTable)
      .filter(isErrorCode)
      .map((code) => [code, asDocumented(code)]);
    expect(told).toEqual(known);
  });

  it("provokes every error, or says why it cannot", () => {
    const provoked = new Set(rules.flatMap(({ codes = [] }) => codes));
    for (const code of Object.keys(errorTable).filter(isErrorCode)) {
      expect([code, provoked.has(code) !== code in notProvoked]).toEqual([code, true]);
    }
  });

  it.each(Object.entries(notProvoked))("names a test of %s", (code, { test }) => {
    expect(stringsIn(readFileSync(inRoot(test), "utf8"))).toContain(code);
  });

  it("takes no comment for a test", () => {
    const source = `// "one"\n/* "two"\n "three" */\nexpect(code).toBe("four"); // "five"\nopen("http://six", "seven");`;
    expect(stringsIn(source)).toEqual(["four", "http://six", "seven"]);
  });

  it("has close codes that tell whether to come back", () => {
    for (const { close, retry } of Object.values(errorTable)) expect(retry).toBe(close < 4500);
  });

  it.each(protocol.examples.map((example) => [JSON.stringify(example), example] as const))(
    "shows what is sent as it is: %s",
    (_, example) => {
      expect(problemsOf(example)).toEqual([]);
    },
  );

  it.each([
    { type: "ack", position: 1, more: 1 },
    { type: "delta", version: 1 },
    { type: "launch" },
    { type: "finished", version: 4, at: { kind: "speech" } },
    { text: "neither frame nor answer" },
  ])("knows what is no example: %j", (example) => {
    expect(problemsOf(example)).not.toEqual([]);
  });
});

/** A frame by its type, of whoever may send it; what holds no type, by a field of its own. */
const ofViewer = [ViewerMessageSchema];
const ofPublisher = [PublisherMessageSchema];
const toViewer = [ViewerFrameSchema];
const toPublisher = [PublisherFrameSchema];
const schemasOfType: Readonly<Record<string, readonly v.GenericSchema[]>> = {
  snapshot: toViewer,
  delta: toViewer,
  // A publisher's is a shorter one.
  status: [v.union([...toViewer, ...toPublisher])],
  refresh: toViewer,
  renewed: toViewer,
  auth: ofViewer,
  seen: ofViewer,
  probe: [...toViewer, ...toPublisher],
  probed: [...ofViewer, ...ofPublisher],
  error: [...toViewer, ...toPublisher],
  start: ofPublisher,
  mark: ofPublisher,
  finish: ofPublisher,
  ready: toPublisher,
  ack: toPublisher,
  finished: toPublisher,
  audience: toPublisher,
};

const ErrorBodySchema = v.object({
  code: v.picklist(Object.keys(errorTable)),
  message: v.string(),
  retry: v.boolean(),
  requestId: v.string(),
});
const ListSchema = v.object({
  rooms: v.array(v.object({ room: RoomNameSchema })),
  next: v.nullable(v.string()),
});
const answers: readonly (readonly [field: string, schema: v.GenericSchema])[] = [
  ["kind", SegmentSchema],
  ["settings", v.object({ room: RoomNameSchema, ...RoomDescriptionSchema.entries })],
  ["requestId", ErrorBodySchema],
  ["next", ListSchema],
  ["scopes", TokenRequestSchema],
  ["expiresAt", MintedSchema],
  ["revokedAt", RevokedSchema],
  ["token", RevocationSchema],
];

/** What is wrong with an example, unknown fields too, which schemas of what is received leave out. */
function problemsOf(example: unknown): string[] {
  const { type } = v.parse(v.object({ type: v.optional(v.string()) }), example);
  const answer = answers.find(([field]) => Object.hasOwn(Object(example), field));
  const schemas = type === undefined ? answer && [answer[1]] : schemasOfType[type];
  if (schemas === undefined) return ["Nothing is like this."];
  return schemas.flatMap((schema) => {
    const read = v.safeParse(schema, example);
    if (!read.success) return read.issues.map(({ message }) => message);
    return isDeepStrictEqual(read.output, example) ? [] : ["It has a field that is not known."];
  });
}

/** The texts in quotes that stand in code: what a comment says proves nothing. */
function stringsIn(source: string): string[] {
  const pieces = source.matchAll(/\/\*[\s\S]*?\*\/|\/\/.*$|"((?:[^"\\\n]|\\.)*)"/gm);
  return [...pieces].flatMap(([, text]) => (text === undefined ? [] : [text]));
}

function asDocumented(code: ErrorCode) {
  const { status, close, retry, retryAfterS } = ruleOf(code);
  const back = retryAfterS === undefined ? "yes" : `after ${retryAfterS} s`;
  return { status, close, back: retry ? back : "no" };
}
