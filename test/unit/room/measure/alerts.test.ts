import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  alertsOf,
  close,
  look,
  type Vitals,
  type Watch,
  watchOf,
} from "../../../../party/room/measure/alerts.ts";
import { Pulse } from "../../../../party/room/measure/pulse.ts";
import { type AlertKind, alertKinds, alertRules } from "../../../../shared/stats.ts";

const begin = 1_700_000_000_000;
const stepMs = 5_000;
const well: Vitals = { latency_high: 0, connections_failing: 0, no_words: 0, upstream_failing: 0 };

/** One look after the other at one vital. */
function looks(kind: AlertKind, values: readonly number[], from: Watch = watchOf([])) {
  let watch = from;
  const told: string[] = [];
  values.forEach((value, at) => {
    const next = look(watch, { ...well, [kind]: value }, begin + at * stepMs);
    watch = next.watch;
    for (const { until } of next.changes) told.push(`${at} ${until === null ? "raised" : "cleared"}`);
  });
  return { watch, told };
}

describe("alerts", () => {
  it.each([
    ["latency_high", 400, 401],
    ["connections_failing", 0.01, 0.02],
    ["no_words", 20_000, 20_100],
    ["upstream_failing", 2, 3],
  ] as const)("%s: %d is good and %d is not", (kind, good, bad) => {
    expect(looks(kind, [good, good]).told).toEqual([]);
    expect(looks(kind, [good, bad]).told).toEqual(["1 raised"]);
    expect(alertRules[kind].limit).toBe(good);
  });

  it("are raised once, and keep the worst", () => {
    const { watch, told } = looks("latency_high", [500, 900, 450]);
    expect(told).toEqual(["0 raised"]);
    expect(alertsOf(watch)).toEqual([
      { kind: "latency_high", since: begin, until: null, worst: 900, limit: 400 },
    ]);
  });

  it("are over when it has been good for a while, since that began", () => {
    const { watch, told } = looks("latency_high", [500, 390, 300, 310, 320, 300]);
    expect(told).toEqual(["0 raised", "5 cleared"]);
    expect(alertsOf(watch)).toMatchObject([{ until: begin + 2 * stepMs, worst: 500 }]);
  });

  it("are not over sooner for being looked at more often", () => {
    let watch = looks("latency_high", [500]).watch;
    const lookAt = (ms: number) => {
      const next = look(watch, { ...well, latency_high: 100 }, begin + ms);
      watch = next.watch;
      return next.changes;
    };
    // Three failures of something else, each of them looked at.
    for (const ms of [5_000, 5_100, 5_200, 10_000, 19_999]) expect(lookAt(ms)).toEqual([]);
    // The clock is set back: the wait begins anew.
    for (const ms of [-60_000, -50_000]) expect(lookAt(ms)).toEqual([]);
    expect(lookAt(-45_000)).toMatchObject([{ kind: "latency_high" }]);
  });

  it("do not come and go with a value that swings about the limit", () => {
    const swinging = Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? 410 : 300));
    expect(looks("latency_high", swinging).told).toEqual(["0 raised"]);
  });

  it("go on in a new object of the room, and end with the session", () => {
    const before = alertsOf(looks("no_words", [30_000]).watch);
    const { watch, told } = looks("no_words", [0, 0], watchOf(before));
    expect(told).toEqual([]);
    const { watch: after, changes } = close(watch, begin + 60_000);
    expect(changes).toMatchObject([{ kind: "no_words", since: begin, until: begin }]);
    expect(alertsOf(after)).toEqual(changes);
    expect(close(after, begin).changes).toEqual([]);
  });

  it("are one of a kind at a time, raised and over in turn, whatever is seen", () => {
    const vital = fc.constantFrom(0, 0.005, 0.01, 2, 3, 320, 400, 401, 16_000, 20_000, 30_000);
    const seen = fc.record({
      latency_high: vital,
      connections_failing: vital,
      no_words: vital,
      upstream_failing: vital,
    });
    fc.assert(
      fc.property(
        fc.array(seen, { maxLength: 60 }),
        fc.array(fc.integer({ min: -9_000, max: 9_000 })),
        (all, jumps) => {
          let watch = watchOf([]);
          const open = new Set<AlertKind>();
          all.forEach((vitals, at) => {
            const next = look(watch, vitals, begin + at * stepMs + (jumps[at] ?? 0));
            watch = next.watch;
            for (const { kind, since, until } of next.changes) {
              expect(open.has(kind)).toBe(until !== null);
              if (until === null) open.add(kind);
              else {
                open.delete(kind);
                expect(until).toBeGreaterThanOrEqual(since);
              }
            }
            const lasting = alertsOf(watch).filter(({ until }) => until === null);
            expect(new Set(lasting.map(({ kind }) => kind))).toEqual(open);
            for (const kind of alertKinds)
              if (vitals[kind] > alertRules[kind].limit) expect(open).toContain(kind);
          });
        },
      ),
    );
  });
});

describe("the vitals of a session", () => {
  it("make nothing of one failed connection, and something of two, however few there were", () => {
    const pulse = new Pulse();
    for (const isOpen of [false, true, true]) pulse.connection(isOpen, begin);
    expect(pulse.vitals(null, begin).connections_failing).toBe(0.01);
    pulse.connection(false, begin + 1_000);
    expect(pulse.vitals(null, begin + 1_000).connections_failing).toBe(0.02);
    expect(pulse.vitals(null, begin + 601_000).connections_failing).toBe(0.01);
    expect(pulse.vitals(null, begin + 602_000).connections_failing).toBe(0);
  });

  it("forget connections beyond the last hundred", () => {
    const pulse = new Pulse();
    for (let count = 0; count < 50; count += 1) pulse.connection(false, begin);
    for (let count = 0; count < 99; count += 1) pulse.connection(true, begin);
    expect(pulse.vitals(null, begin).connections_failing).toBe(0.01);
  });

  it("count failures in a row until something is recognised", () => {
    const pulse = new Pulse();
    pulse.lost();
    pulse.connection(false, begin);
    // That it opens is not enough.
    pulse.connection(true, begin);
    pulse.lost();
    expect(pulse.vitals(null, begin).upstream_failing).toBe(3);
    pulse.recognised();
    expect(pulse.vitals(null, begin).upstream_failing).toBe(0);
  });

  it("measure speech since the last words", () => {
    const pulse = new Pulse();
    for (let count = 0; count < 210; count += 1) pulse.speech(100, begin + count * 100);
    expect(pulse.vitals(null, begin + 21_000).no_words).toBe(21_000);
    pulse.words();
    pulse.speech(100, begin);
    expect(pulse.vitals(null, begin).no_words).toBe(100);
  });

  it("make nothing of a cough now and then, however long nobody speaks", () => {
    const pulse = new Pulse();
    for (let minute = 0; minute < 300; minute += 1) pulse.speech(200, begin + minute * 60_000);
    expect(pulse.vitals(null, begin + 299 * 60_000).no_words).toBe(200);
    expect(pulse.vitals(null, begin + 301 * 60_000).no_words).toBe(0);
  });

  it("take latency of enough interims alone", () => {
    const lag = { count: 19, p50: 500, p95: 800, max: 900 };
    expect(new Pulse().vitals(lag, begin).latency_high).toBe(0);
    expect(new Pulse().vitals({ ...lag, count: 20 }, begin).latency_high).toBe(800);
  });
});
