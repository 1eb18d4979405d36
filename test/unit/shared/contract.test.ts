import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { samplesToMs } from "../../../shared/audio.ts";
import { RoomNameSchema } from "../../../shared/claims.ts";
import { errorFrame, errorTable, isErrorCode } from "../../../shared/errors.ts";
import { parsePosition } from "../../../shared/position.ts";
import { PublisherMessageSchema, ViewerMessageSchema } from "../../../shared/protocol.ts";

describe("the error table", () => {
  it("keeps the bands of close codes: 4000–4499 come back, 4500–4999 do not", () => {
    for (const [code, rule] of Object.entries(errorTable)) {
      expect(rule.close, code).toBeGreaterThanOrEqual(rule.retry ? 4000 : 4500);
      expect(rule.close, code).toBeLessThanOrEqual(rule.retry ? 4499 : 4999);
      expect(rule.status, code).toBeGreaterThanOrEqual(400);
      // A close reason may have 123 bytes: the code itself is sent there.
      expect(code.length).toBeLessThanOrEqual(123);
    }
  });

  it("has the codes that the protocol names", () => {
    expect(errorTable.token_expired.close).toBe(4401);
    expect(errorTable.too_slow.close).toBe(4408);
    expect(errorTable.draining.close).toBe(4412);
    expect(errorTable.rate_limited.close).toBe(4429);
    expect(errorTable.bad_message.close).toBe(4500);
    expect(errorTable.token_invalid.close).toBe(4501);
    expect(errorTable.scope_missing.close).toBe(4503);
    expect(errorTable.publisher_present.close).toBe(4509);
    expect(errorTable.session_ended.close).toBe(4510);
    expect(errorTable.too_large.close).toBe(4513);
  });

  it("renders a frame that names code, words and whether to come back", () => {
    expect(errorFrame("too_slow")).toMatchObject({ type: "error", code: "too_slow", retry: true });
    expect(errorFrame("bad_message", "Why.").message).toBe("Why.");
    expect(isErrorCode("too_slow")).toBe(true);
    expect(isErrorCode("constructor")).toBe(false);
  });
});

describe("a position", () => {
  it("is a whole pair or none", () => {
    expect(parsePosition("abc", "12")).toEqual({ epoch: "abc", version: 12 });
    for (const [epoch, version] of [
      [null, "1"],
      ["abc", null],
      ["", "1"],
      ["abc", ""],
      ["abc", "-1"],
      ["abc", "1.5"],
      ["abc", "NaN"],
      ["a b", "1"],
      ["abc", "9".repeat(16)],
    ] as const) {
      expect(parsePosition(epoch, version)).toBeNull();
    }
  });
});

describe("messages from strangers", () => {
  const start = { type: "start", encoding: "linear16", sampleRate: 16000, channels: 1 };

  it("are taken in exactly their shape", () => {
    expect(v.is(PublisherMessageSchema, start)).toBe(true);
    expect(v.is(PublisherMessageSchema, { type: "finish" })).toBe(true);
    expect(v.is(PublisherMessageSchema, { type: "mark", position: 5, sentAt: 1.5 })).toBe(true);
    expect(v.is(ViewerMessageSchema, { type: "seen", version: 3 })).toBe(true);
  });

  it("are refused with anything missing, extra, out of range or meant for a URL's syntax", () => {
    for (const wrong of [
      { ...start, encoding: "mp3" },
      { ...start, sampleRate: 7_999 },
      { ...start, sampleRate: 16_000.5 },
      { ...start, sampleRate: "16000" },
      { ...start, channels: 3 },
      { ...start, channels: 0 },
      { ...start, position: -1 },
      { ...start, position: Number.MAX_VALUE },
      { ...start, language: "en&model=other" },
      { ...start, model: "" },
      { ...start, unknown: 1 },
      { type: "mark", position: 1 },
      { type: "finish", now: true },
      { type: "seen", version: 1 },
      null,
      [],
    ]) {
      expect(v.is(PublisherMessageSchema, wrong), JSON.stringify(wrong)).toBe(false);
    }
  });
});

describe("a room's name", () => {
  it("is a word that fits a path, a host and a file name", () => {
    for (const good of ["a", "demo", "0-1", "x".repeat(63)]) expect(v.is(RoomNameSchema, good)).toBe(true);
    for (const bad of ["", "-a", "A", "a b", "a/b", "a.b", "ä", "x".repeat(64), "a\n"]) {
      expect(v.is(RoomNameSchema, bad), bad).toBe(false);
    }
  });
});

describe("positions in time", () => {
  it("are whole milliseconds", () => {
    const format = { encoding: "linear16", sampleRate: 44_100, channels: 2 } as const;
    expect(samplesToMs(44_100, format)).toBe(1_000);
    expect(samplesToMs(1, format)).toBe(0);
    expect(Number.isInteger(samplesToMs(12_345, format))).toBe(true);
  });
});
