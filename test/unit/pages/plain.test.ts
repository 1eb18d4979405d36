import { describe, expect, it } from "vitest";
import type { Segment } from "../../../shared/captions.ts";
import {
  addressOf,
  askedIn,
  growSeconds,
  mayGrow,
  refreshSeconds,
} from "../../../workers/pages/plain/asked.ts";
import { clockOf } from "../../../workers/pages/plain/clock.ts";
import { linesOf } from "../../../workers/pages/plain/lines.ts";
import { earlierPart, newPart, pageCaptions } from "../../../workers/pages/plain/part.ts";

function segment(index: number, changes: Partial<Segment> = {}): Segment {
  const start = index * 1_000;
  return {
    id: `s${index}`,
    session: "one",
    kind: "speech",
    start,
    end: start + 1_000,
    text: `Words ${index}.`,
    at: start,
    version: 1,
    ...changes,
  };
}

const segments = (count: number) => Array.from({ length: count }, (_, index) => segment(index));
const ids = (part: readonly Segment[]) => part.map(({ id }) => id);

describe("what is asked of the plain page", () => {
  const asked = (query: string) => askedIn("demo", new URLSearchParams(query));

  it.each([
    "",
    "after=one.7000.s7",
    "before=one.7000.s7",
    "tenant=acme&after=one.7000.s7&refresh=10&times=on",
    "refresh=waiting",
    "times=on",
    "after=one.7000.s7&step=3",
  ])("stands in its address: %s", (query) => {
    expect(addressOf(asked(query))).toBe(query === "" ? "/plain/demo" : `/plain/demo?${query}`);
  });

  it.each([
    "refresh=7",
    "step=-1",
    "step=1e9",
    "refresh=",
    "times=yes",
    "after=",
    "after=s7",
    "before=one.s7",
    "tenant=A",
    "x=1",
  ])("is left at its default where it makes no sense: %s", (query) => {
    expect(addressOf(asked(query))).toBe("/plain/demo");
  });

  it("refreshes as asked, while waiting only where nothing is left to read, and never what is earlier", () => {
    const seconds = (query: string) => [true, false].map((hasNew) => refreshSeconds(asked(query), hasNew));
    expect(seconds("")).toEqual([null, null]);
    expect(seconds("refresh=10")).toEqual([10, 10]);
    expect(seconds("refresh=waiting")).toEqual([null, 5]);
    expect(seconds("refresh=10&before=one.7000.s7")).toEqual([null, null]);
  });
});

describe("the script of the plain page", () => {
  const asked = (query: string) => askedIn("demo", new URLSearchParams(query));

  it("is there where the page does not refresh itself and shows what is new", () => {
    expect(["", "after=one.7000.s7&step=1", "times=on"].map((query) => mayGrow(asked(query)))).toEqual([
      true,
      true,
      true,
    ]);
    expect(
      ["refresh=waiting", "refresh=10", "before=one.7000.s7"].map((query) => mayGrow(asked(query))),
    ).toEqual([false, false, false]);
  });

  it("asks for what is new alone, which no link does", () => {
    expect(asked("only=new&step=1").isOnlyNew).toBe(true);
    expect(addressOf(asked("only=new&step=1"))).toBe("/plain/demo?step=1");
  });

  it("looks less often where nobody speaks", () => {
    const [live, recovering, idle, ended] = (["live", "recovering", "idle", "ended"] as const).map((state) =>
      growSeconds({ state, since: 0 }),
    );
    expect(recovering).toBe(live);
    expect(idle).toBeGreaterThan(live ?? 0);
    expect(ended).toBe(idle);
  });
});

describe("the part of a transcript on the plain page", () => {
  it("begins with the newest hundred", () => {
    const part = newPart({ segments: segments(250), hasEarlier: false }, null);
    expect([part.read.length, part.fresh.length]).toEqual([0, pageCaptions]);
    expect([part.fresh.at(0)?.id, part.fresh.at(-1)?.id, part.before?.id]).toEqual(["s150", "s249", "s149"]);
    expect(part).toMatchObject({ hasEarlier: true, hasLater: false });
  });

  it("goes on behind the last one read, with what was read above, and leaves nothing out", () => {
    const all = segments(450);
    const read: string[] = [];
    let after = segment(9);
    for (;;) {
      const part = newPart({ segments: all, hasEarlier: false }, after);
      expect(part.read.at(-1)).toEqual(after);
      read.push(...ids(part.fresh));
      if (!part.hasLater) break;
      after = part.fresh.at(-1) ?? after;
    }
    expect(read).toEqual(ids(all.slice(10)));
    expect(newPart({ segments: all, hasEarlier: false }, segment(449))).toMatchObject({
      fresh: [],
      hasLater: false,
    });
  });

  it("goes on where the last one read stood, if it is gone", () => {
    const left = segments(5).filter(({ id }) => id !== "s2");
    expect(newPart({ segments: left, hasEarlier: false }, segment(2))).toMatchObject({
      read: [segment(0), segment(1)],
      fresh: [segment(3), segment(4)],
    });
    expect(newPart({ segments: [], hasEarlier: false }, segment(2))).toMatchObject({ read: [], fresh: [] });
  });

  it("is without what was read where the page has it, and still knows who spoke last", () => {
    const part = newPart({ segments: segments(20), hasEarlier: false }, segment(9), 0);
    expect(part).toMatchObject({ before: segment(9), read: [], hasEarlier: true });
    expect(part.fresh).toEqual(segments(20).slice(10));
  });

  it("leads back to the first, and leaves nothing out", () => {
    const all = segments(250);
    const pages = [];
    for (let part = earlierPart({ segments: all, hasEarlier: false }, segment(249)); ; ) {
      pages.unshift(...part.fresh);
      const [first] = part.fresh;
      if (!part.hasEarlier || first === undefined) break;
      expect(part.before).toEqual(all[all.indexOf(first) - 1]);
      part = earlierPart({ segments: all, hasEarlier: false }, first);
    }
    expect(pages).toEqual(all.slice(0, -1));
  });
});

describe("a caption as a line", () => {
  it("marks another speaker, as far as speakers are told apart", () => {
    const spoken = [
      segment(0, { speaker: 0 }),
      segment(1, { speaker: 1 }),
      segment(2),
      segment(3, { speaker: 1 }),
      segment(4, { speaker: 0 }),
      segment(5, { speaker: 1, session: "two" }),
    ];
    const marks = linesOf(spoken, null).map(({ text }) => text.startsWith(">> "));
    expect(marks).toEqual([false, true, false, false, true, false]);
    expect(linesOf([segment(1, { speaker: 1 })], segment(0, { speaker: 0 }))[0]?.text).toBe(">> Words 1.");
  });

  it("says what was lost, and is one line without effect on the next", () => {
    const [gap, text] = linesOf(
      [segment(0, { kind: "gap", text: "", end: 4_100 }), segment(1, { text: "a\nb\u202ec\u0007" })],
      null,
    );
    expect(gap?.text).toBe("[captions lost 4 s]");
    expect(text?.text).toBe("a b\u202ec\u202c");
  });
});

describe("the clock of a page", () => {
  const noon = Date.UTC(2026, 6, 1, 12, 5);

  it("is the reader's where the zone is known, else UTC", () => {
    expect(clockOf("Europe/Zurich").timeOf(noon)).toBe("14:05");
    expect(clockOf("UTC").timeOf(noon - 12 * 3_600_000)).toBe("00:05");
    for (const zone of [undefined, null, 7, "", "No/Where", "<b>"]) {
      expect([clockOf(zone).zone, clockOf(zone).timeOf(noon)]).toEqual(["UTC", "12:05"]);
    }
  });
});
