import { describe, expect, it } from "vitest";
import { roomAddress } from "../../../client/address.ts";
import { retryDelay } from "../../../client/backoff.ts";
import { judge } from "../../../client/verdict.ts";
import {
  CaptionwireError,
  type ErrorCode,
  errorFrame,
  errorTable,
  isErrorCode,
} from "../../../shared/errors.ts";

const codes = Object.keys(errorTable).filter(isErrorCode);

describe("coming back", () => {
  it.each(codes)("follows the error table for an error frame: %s", (code) => {
    const { retry } = errorTable[code];
    const verdict = judge({ kind: "error", ...errorFrame(code) }, true);
    expect(verdict.retry).toBe(retry);
    if (!verdict.retry) expect(verdict).toEqual({ retry: false, code, message: errorTable[code].message });
  });

  it.each(codes)("follows the close code alone: %s", (code) => {
    const { close, retry } = errorTable[code];
    expect(judge({ kind: "close", code: close, reason: "" }, true).retry).toBe(retry);
  });

  it.each([1000, 1001, 1005, 1006, 1011, 1012, 4000, 4499])("comes back after close %i", (code) => {
    expect(judge({ kind: "close", code, reason: "" }, true).retry).toBe(true);
  });

  it("does not come back after a terminal close code that it does not know", () => {
    expect(judge({ kind: "close", code: 4777, reason: "" }, true)).toMatchObject({
      retry: false,
      code: "internal",
    });
  });

  it.each(["token_expired", "ticket_used"] as const)("takes %s for the end without a newer one", (code) => {
    const ending = { kind: "error", ...errorFrame(code) } as const;
    expect(judge(ending, true).retry).toBe(true);
    expect(judge(ending, false)).toMatchObject({ retry: false, code });
    const told = new CaptionwireError(code);
    expect(judge({ kind: "no-token", error: told }, false)).toMatchObject({ retry: false, code });
  });

  it("takes the close code of both for the end without a newer one", () => {
    const ending = { kind: "close", code: 4401, reason: "" } as const;
    expect(judge(ending, false)).toMatchObject({ retry: false, code: "token_expired" });
  });

  it("takes a revoked token for the end, however many more there may be", () => {
    const ending = { kind: "error", ...errorFrame("token_revoked") } as const;
    expect(judge(ending, true)).toMatchObject({ retry: false, code: "token_revoked" });
    expect(judge({ kind: "close", code: 4501, reason: "" }, true).retry).toBe(false);
  });

  it("gives up when the token source says why there will be none, and tries again when it merely failed", () => {
    const refused = new CaptionwireError("unauthenticated", "Ask for a link.");
    expect(judge({ kind: "no-token", error: refused }, true)).toMatchObject({
      retry: false,
      message: "Ask for a link.",
    });
    expect(judge({ kind: "no-token", error: new TypeError("fetch failed") }, true).retry).toBe(true);
  });

  it("keeps codes of a newer room from being told as something else", () => {
    const verdict = judge({ kind: "error", code: "brand_new", message: "Words.", retry: false }, true);
    expect(verdict).toEqual({ retry: false, code: "internal" satisfies ErrorCode, message: "Words." });
  });
});

describe("retryDelay", () => {
  const policy = { windowMs: 4_000, maxMs: 30_000 };

  it("spreads the first return over the announced window", () => {
    expect(retryDelay(0, policy, 0)).toBe(0);
    expect(retryDelay(0, policy, 0.999)).toBe(3_996);
  });

  it("doubles up to its cap, never below the announced window", () => {
    const caps = [1, 2, 3, 4, 5, 9].map((attempt) => retryDelay(attempt, policy, 1));
    expect(caps).toEqual([4_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });
});

describe("roomAddress", () => {
  it("keeps the origin's security and carries the position", () => {
    const at = { url: "https://captions.test/ignored", room: "demo", role: "viewer" } as const;
    expect(roomAddress(at)).toBe("wss://captions.test/parties/captions/demo?role=viewer&probe=1");
    expect(roomAddress({ ...at, url: "http://127.0.0.1:8787", position: { epoch: "e1", version: 7 } })).toBe(
      "ws://127.0.0.1:8787/parties/captions/demo?role=viewer&epoch=e1&version=7&probe=1",
    );
  });
});
