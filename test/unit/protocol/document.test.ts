import { readFileSync } from "node:fs";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { inRoot } from "../../../cli/paths.ts";
import { SegmentSchema } from "../../../shared/captions.ts";
import { type ErrorCode, errorTable, isErrorCode, ruleOf } from "../../../shared/errors.ts";
import {
  PublisherFrameSchema,
  PublisherMessageSchema,
  RoomDescriptionSchema,
  ViewerFrameSchema,
  ViewerMessageSchema,
} from "../../../shared/protocol.ts";
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
    expect(readFileSync(inRoot(test), "utf8")).toContain(code);
  });

  it("has close codes that tell whether to come back", () => {
    for (const { close, retry } of Object.values(errorTable)) expect(retry).toBe(close < 4500);
  });

  const ErrorBodySchema = v.strictObject({
    code: v.string(),
    message: v.string(),
    retry: v.boolean(),
    requestId: v.string(),
  });
  const ListSchema = v.strictObject({
    rooms: v.array(v.strictObject({ room: v.string() })),
    next: v.nullable(v.string()),
  });
  const schemas = [
    ViewerFrameSchema,
    ViewerMessageSchema,
    PublisherFrameSchema,
    PublisherMessageSchema,
    SegmentSchema,
    RoomDescriptionSchema,
    ErrorBodySchema,
    ListSchema,
  ];

  it.each(protocol.examples.map((example) => [JSON.stringify(example), example] as const))(
    "shows frames as they are: %s",
    (_, example) => {
      const reads = schemas.map((schema) => v.safeParse(schema, example));
      const read = reads.find(({ success }) => success);
      expect(read?.success ? null : reads.map(({ issues }) => issues?.[0].message)).toBeNull();
    },
  );
});

function asDocumented(code: ErrorCode) {
  const { status, close, retry, retryAfterS } = ruleOf(code);
  const back = retryAfterS === undefined ? "yes" : `after ${retryAfterS} s`;
  return { status, close, back: retry ? back : "no" };
}
