import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Minute, QualityReport } from "../../../shared/quality-report.ts";
import { binsOf, paceIn } from "../../../workers/rooms/reports/bins.ts";
import { type Clock, clockIn } from "../../../workers/rooms/reports/clock.ts";
import { documentPolicy, reportDocument } from "../../../workers/rooms/reports/document.ts";
import { verdictOf } from "../../../workers/rooms/reports/verdict.ts";
import { durationInWords, shareInWords } from "../../../workers/rooms/reports/words.ts";
import { madeUpReport } from "../../support/room-report.ts";

function clockOf(zone: string): Clock {
  const clock = clockIn(zone);
  if (clock === null) throw new Error(`no such zone: ${zone}`);
  return clock;
}

async function documentOf(report: QualityReport, room = "demo", zone = "UTC"): Promise<string> {
  return String(await reportDocument({ room, report, clock: clockOf(zone) }));
}

const minutesOf = (count: number): readonly Minute[] => madeUpReport(count).minutes;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe("the minutes of a session", () => {
  it("are shown one by one, and together where there are many: a day in quarters of an hour", () => {
    for (const [count, step, bins] of [
      [0, 1, 0],
      [1, 1, 1],
      [96, 1, 96],
      [97, 2, 49],
      [300, 5, 60],
      [1_440, 15, 96],
      [1_441, 20, 73],
      [20_000, 209, 96],
    ] as const) {
      const told = binsOf(minutesOf(count), 0);
      expect([count, told.step, told.bins.length]).toEqual([count, step, bins]);
      expect(told.bins.map(({ from }) => from)).toEqual(Array.from({ length: bins }, (_, at) => at * step));
    }
  });

  it("lose nothing by it, and of the lag show the worst", () => {
    const minutes = minutesOf(1_440);
    const { bins } = binsOf(minutes, 0);
    for (const key of [
      "words",
      "speechMs",
      "uncaptionedMs",
      "gapMs",
      "erasedWords",
      "corrections",
    ] as const) {
      expect(sum(bins.map((bin) => bin[key]))).toBeCloseTo(sum(minutes.map((minute) => minute[key])));
    }
    for (const bin of bins) {
      const part = minutes.slice(bin.from, bin.from + 15);
      const worst = Math.max(...part.map(({ lag }) => lag?.p95 ?? -1));
      expect(bin.lag?.p95 ?? -1).toBe(worst);
      expect(bin.fastest).toBe(Math.max(...part.map(({ fastest }) => fastest)));
      expect(bin.viewers).toBe(Math.max(...part.map(({ viewers }) => viewers)));
    }
  });

  it("have the pace of what there is of them", () => {
    const { step, bins } = binsOf(minutesOf(2), 90_000);
    const [first, last] = bins;
    if (first === undefined || last === undefined) throw new Error("no bins");
    expect(paceIn(first, step, 90_000)).toBe(first.words);
    expect(paceIn(last, step, 90_000)).toBe(2 * last.words);
    // Of a moment there is no pace.
    expect(paceIn(last, step, 60_001)).toBe(6 * last.words);
    const day = binsOf(minutesOf(1_440), 86_400_000);
    const [quarter] = day.bins;
    expect(quarter && paceIn(quarter, day.step, 86_400_000)).toBeCloseTo((quarter?.words ?? 0) / 15);
  });

  it("stand where they were, also where some are missing", () => {
    const [first, , third] = minutesOf(3);
    if (first === undefined || third === undefined) throw new Error("no minutes");
    const { bins } = binsOf([first, third], 300_000);
    expect(bins.map(({ words }) => words)).toEqual([first.words, 0, third.words, 0, 0]);
    expect(bins[1]?.lag).toBeNull();
  });
});

describe("the verdict of a report", () => {
  const report = madeUpReport(60);
  const text = (changes: Partial<QualityReport>): string => {
    const { main, more } = verdictOf({ ...report, ...changes });
    return [...main, ...more].join(" ");
  };

  it("says how much of the speech had captions, never rounded up to all", () => {
    const audio = { ...report.audio, speech: 3_600_000 };
    expect(text({ audio: { ...audio, uncaptioned: 0 } })).toContain("All 1 h of speech had captions.");
    expect(text({ audio: { ...audio, uncaptioned: 100 } })).toContain(
      "99.9 % of the speech had captions: 0.1 s of 1 h",
    );
    expect(text({ audio: { ...audio, uncaptioned: 900_000 } })).toContain("75 % of the speech had captions");
    expect(text({ audio: { ...audio, speech: 0, uncaptioned: 0 } })).toContain(
      "How much was spoken is not known",
    );
  });

  it("says how far behind they were, and in how many minutes that was too far", () => {
    const late = report.minutes.filter(({ lag }) => (lag?.p95 ?? 0) > 400).length;
    const measured = report.minutes.filter(({ lag }) => lag !== null).length;
    expect(late).toBeGreaterThan(0);
    expect(text({})).toContain("210 ms behind the speech");
    expect(text({})).toContain(`${late} of ${measured} minutes were over it`);
    expect(text({ minutes: [] })).toContain("Good is up to 400 ms.");
    expect(text({ latency: { ...report.latency, transcript: null } })).toContain("was not measured");
  });

  it("has a sentence for everything that can go wrong, and one for when it does not", () => {
    const nothing = { count: 0, ms: 0, filled: 0 };
    const rows: readonly (readonly [Partial<QualityReport>, string])[] = [
      [
        {},
        "The connection to the speech service was lost twice, and the publisher's once; the longest wait was 12.5 s.",
      ],
      [{ upstream: { ...report.upstream, lost: 0 } }, "The publisher's connection was lost once"],
      [
        {
          upstream: { ...report.upstream, lost: 0, failed: 0 },
          publisher: { ...report.publisher, lost: 0 },
        },
        "No connection was lost.",
      ],
      [{}, "2 gaps (12.4 s), of which 1 filled later."],
      [{ gaps: nothing }, "The transcript has no gaps."],
      [{ bursts: [{ start: 0, end: 10_000, wordsPerMinute: 231 }] }, "hard to read along, once, up to 231."],
      [{ bursts: [] }, "Nobody spoke faster than 200 words a minute for 10 seconds."],
      [{ text: { ...report.text, erasedWords: 0 }, erasure: 0 }, "No word was taken back"],
      [
        { erasure: 1.139 },
        "For each final word 1.14 words were taken back: as they come from the speech service;",
      ],
      [{ erasure: 0.004 }, "For each final word less than 0.01 words"],
      [{ text: { ...report.text, corrections: 1 } }, "1 caption was corrected by hand."],
      [{ text: { ...report.text, corrections: 0 } }, "Nothing was corrected by hand."],
      [{ alerts: [] }, "There was no alert."],
      [{}, "At most 31 viewers watched at a time; somebody came 45 times; 1 had to come back"],
      [{ audience: { peak: 0, joined: 0, resumed: 0, tooSlow: 0 } }, "Nobody watched."],
    ];
    for (const [changes, words] of rows) {
      expect(text(changes)).toContain(words);
    }
  });
});

describe("figures in words", () => {
  it("are as long as they need to be", () => {
    for (const [ms, words] of [
      [0, "0 s"],
      [8_250, "8.3 s"],
      [60_000, "1 min"],
      [725_000, "12 min 5 s"],
      [3_600_000, "1 h"],
      [7_799_000, "2 h 10 min"],
    ] as const) {
      expect(durationInWords(ms)).toBe(words);
    }
    expect([0, 0.0001, 0.08, 0.9999, 1].map(shareInWords)).toEqual([
      "0 %",
      "0.1 %",
      "8 %",
      "99.9 %",
      "100 %",
    ]);
  });
});

describe("a report's clock", () => {
  const at = Date.UTC(2026, 8, 22, 23, 5, 9);

  it("tells times of day in a zone, and how far off UTC it is", () => {
    for (const [zone, name, minute, second, date] of [
      ["UTC", "UTC", "23:05", "23:05:09", "Tuesday"],
      ["Europe/Zurich", "Europe/Zurich (UTC+02:00)", "01:05", "01:05:09", "Wednesday"],
      ["america/new_york", "America/New_York (UTC-04:00)", "19:05", "19:05:09", "Tuesday"],
    ] as const) {
      const clock = clockOf(zone);
      expect(clock.zoneAt(at)).toBe(name);
      expect(clock.minuteOf(at)).toBe(minute);
      expect(clock.secondOf(at)).toBe(second);
      expect(clock.dateOf(at)).toContain(date);
    }
    expect(clockOf("Europe/Zurich").zoneAt(Date.UTC(2026, 0, 1))).toContain("UTC+01:00");
  });

  it("knows of no zone that there is not", () => {
    for (const zone of ["", "Mars/Olympus", "<b>"]) expect(clockIn(zone)).toBeNull();
  });
});

describe("a report as a document", () => {
  it("needs nothing besides itself, and its policy allows it its style and nothing else", async () => {
    const text = await documentOf(madeUpReport(60));
    const [, style] = /<style>([\s\S]*?)<\/style>/.exec(text) ?? [];
    const hash = createHash("sha256")
      .update(style ?? "")
      .digest("base64");
    const policy = await documentPolicy();
    expect(policy).toContain(`style-src 'sha256-${hash}'`);
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/unsafe|script-src|img-src|'self'|\*/);
    expect(text).not.toMatch(/<script|<link|<img|<iframe|\s(?:src|href|style|on\w+)=|url\(|@import/i);
  });

  it("shows what is in it as text, whatever it is", async () => {
    const evil = `"><script>alert(1)</script>`;
    const report = madeUpReport(3);
    const text = await documentOf({
      ...report,
      session: { ...report.session, id: evil, language: evil, model: evil, endedBy: evil },
    });
    expect(text).not.toContain("<script");
    expect(text.match(/&lt;script&gt;/g)).toHaveLength(4);
  });

  it("has each chart's figures as text, a row for each bar", async () => {
    for (const [count, rows] of [
      [3, 3],
      [62, 62],
      [1_440, 96],
    ] as const) {
      const text = await documentOf(madeUpReport(count));
      const [table] = /<div class="wide"[\s\S]*?<\/table>/.exec(text) ?? [];
      expect(table?.match(/<th scope="row">/g)).toHaveLength(rows);
      expect(text.match(/<svg role="img"[^>]*><title>[^<]+<\/title>/g)).toHaveLength(3);
    }
  });

  it("stays small for a whole day", async () => {
    expect((await documentOf(madeUpReport(1_440, { bursts: [] }))).length).toBeLessThan(64 * 1024);
  });

  it("tells times of day in the zone asked for", async () => {
    const report = madeUpReport(3);
    expect(await documentOf(report)).toMatch(/Tuesday,? 22 September 2026, 17:58 to 18:01 UTC/);
    const zurich = await documentOf(report, "demo", "Europe/Zurich");
    expect(zurich).toContain("19:58 to 20:01 Europe/Zurich (UTC+02:00)");
    const running = { ...report, session: { ...report.session, endedAt: null, endedBy: null } };
    expect(await documentOf(running)).toContain("17:58 and still running, UTC");
  });

  it("draws nothing where there was nothing", async () => {
    const empty = { bursts: [], gapRanges: [], interruptions: [], alerts: [] };
    const text = await documentOf(madeUpReport(0, empty));
    expect(text).toContain("There was no audio.");
    expect(text).not.toMatch(/NaN|Infinity|undefined|<details/);
    expect(await documentOf(madeUpReport(1, empty))).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("the axis of a report's charts", () => {
  it.each([
    [1, 1],
    [2, 2],
    [4, 4],
    [5, 5],
    [6, 6],
    [7, 8],
    [11, 12],
    [13, 15],
    [90, 90],
  ])("of %d minutes is %d long, and its times are at equal distances", async (minutes, stretches) => {
    const text = await documentOf(madeUpReport(minutes));
    const [, width] = /viewBox="0 0 (\d+) 100"/.exec(text) ?? [];
    expect(Number(width)).toBe(stretches);
    const [, times = ""] = /<div class="times" aria-hidden="true">(.*?)<\/div>/.exec(text) ?? [];
    const parts = times.split("</span>").length - 2;
    expect(stretches % parts).toBe(0);
    expect(parts).toBeLessThanOrEqual(5);
  });
});
