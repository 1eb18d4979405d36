import { describe, expect, it } from "vitest";
import type { Alert, AlertKind } from "../../../shared/stats.ts";
import { alertInWords, announcement, runningOf } from "../../../web/stats/alert-words.ts";
import { ageInWords, type Known, sessionInWords, verdictOf } from "../../../web/stats/verdict.ts";
import { firstAt, statsOf } from "./room-stats.ts";

const open = { state: "open", transport: "events" } as const;
const waiting = { state: "waiting", retryInMs: 900, reason: "lost" } as const;
const knownOf = (known: Partial<Known> = {}): Known => ({
  link: open,
  linkAgeMs: 0,
  stats: statsOf(),
  ageMs: 1_000,
  isUnused: false,
  ...known,
});
const alertOf = (kind: AlertKind, alert: Partial<Alert> = {}): Alert => ({
  kind,
  since: firstAt,
  until: null,
  worst: 612.4,
  limit: 400,
  ...alert,
});

describe("the line that says whether all is well", () => {
  it("says so only of a room that is live, without an alert, and heard of just now", () => {
    expect(verdictOf(knownOf())).toEqual({ announced: "Live. All is well.", tone: "live" });
    const others: readonly Partial<Known>[] = [
      { ageMs: 7_000 },
      { link: waiting, ageMs: 7_000 },
      { link: { state: "connecting" }, ageMs: 7_000 },
      { link: { state: "closed", code: "token_revoked", message: "No." } },
      { stats: statsOf({ alerts: [alertOf("latency_high")] }) },
      { stats: statsOf({ state: "recovering" }) },
      { stats: statsOf({ state: "idle" }) },
      { stats: null },
    ];
    for (const other of others) expect(verdictOf(knownOf(other)).announced).not.toContain("well");
  });

  it("does not take a link that is replaced for a lost one", () => {
    expect(verdictOf(knownOf({ link: waiting })).tone).toBe("live");
    expect(verdictOf(knownOf({ link: waiting, linkAgeMs: 300, ageMs: 7_000 }))).toEqual({
      announced: "Connection lost, trying again",
      tone: "trouble",
      retryInMs: 600,
    });
  });

  it("does not count what is over", () => {
    const alerts = [alertOf("no_words", { until: firstAt + 5 })];
    expect(verdictOf(knownOf({ stats: statsOf({ alerts }) })).tone).toBe("live");
  });

  it("names what is worst for readers first", () => {
    const alerts = [alertOf("connections_failing"), alertOf("latency_high"), alertOf("no_words")];
    expect(verdictOf(knownOf({ stats: statsOf({ alerts }) })).announced).toBe(
      "Somebody speaks and no words come, and 2 other alerts.",
    );
  });

  it("says what is lacking for a link that does not do", () => {
    const closed = (code: "unauthenticated" | "scope_missing" | "token_expired") =>
      verdictOf(knownOf({ stats: null, link: { state: "closed", code, message: "No." } })).announced;
    expect(closed("unauthenticated")).toContain("rooms:stats");
    expect(closed("scope_missing")).toContain("rooms:stats");
    expect(closed("token_expired")).toBe("This link has expired. Ask for a new one.");
  });

  it("waits calmly for a room that nobody has used", () => {
    const { tone, announced } = verdictOf(knownOf({ link: waiting, stats: null, isUnused: true }));
    expect(tone).toBe("calm");
    expect(announced).toContain("Nobody has used this room yet");
  });
});

describe("what is shown", () => {
  it("is called old once it is, or once nobody tells anything any more", () => {
    expect(ageInWords(knownOf())).toBeNull();
    expect(ageInWords(knownOf({ ageMs: 12_300 }))).toBe("What is shown is old: last heard 12 s ago.");
    expect(ageInWords(knownOf({ link: { state: "closed", code: "token_expired", message: "No." } }))).toBe(
      "What is shown is old: last heard 1 s ago.",
    );
    expect(ageInWords(knownOf({ stats: null, link: waiting }))).toBeNull();
  });

  it("tells since when", () => {
    expect(sessionInWords(statsOf(), firstAt + 17 * 60_000)).toMatch(/^On air since .*, for 17 min\.$/);
    const session = { id: "one", startedAt: firstAt, endedAt: firstAt + 65 * 60_000 };
    expect(sessionInWords(statsOf({ session }), firstAt * 2)).toMatch(/ lasted 1 h 5 min\.$/);
    expect(sessionInWords(statsOf({ session: null }), firstAt)).toContain("no session");
  });
});

describe("an alert", () => {
  it("says how bad it is in its own unit", () => {
    const measureOf = (kind: AlertKind, worst: number, limit: number) =>
      alertInWords(alertOf(kind, { worst, limit })).measure;
    expect(measureOf("latency_high", 612.4, 400)).toContain("612 ms");
    expect(measureOf("connections_failing", 0.034, 0.01)).toContain("3.4\u00a0% of the last 100");
    expect(measureOf("no_words", 24_000, 20_000)).toBe("for 24 s");
    expect(measureOf("upstream_failing", 4, 3)).toBe("4 failures in a row");
  });

  it("is announced when it begins and when it is over, and not because it grows worse", () => {
    const one = runningOf([alertOf("no_words")]);
    expect(announcement(new Set(), one)).toMatch(/^Alert: Somebody speaks and no words come\. /);
    expect(announcement(new Set(["no_words"]), runningOf([alertOf("no_words", { worst: 90_000 })]))).toBe("");
    expect(announcement(new Set(["no_words"]), runningOf([alertOf("no_words", { until: 1 })]))).toBe(
      "Over: Somebody speaks and no words come.",
    );
  });
});
