import { describe, expect, it } from "vitest";
import { Figures } from "../../../../party/room/measure/figures.ts";
import { SqliteMeasures } from "../../../../party/room/measure/sqlite-measures.ts";
import { type MeasureStore, memoryMeasures } from "../../../../party/room/measure/store.ts";
import { memorySqlite } from "../../../support/memory-sqlite.ts";

const format = { encoding: "linear16", sampleRate: 16_000, channels: 1 } as const;

function figuresOf(id: string): Figures {
  const figures = Figures.begin({ id, startedAt: 1, language: null, model: null, format, ended: null }, 0);
  figures.minutes.at(0).words = 3;
  figures.minutes.at(60_000).words = 4;
  figures.sketches.final.add(120);
  return figures;
}

const stores: Record<string, () => MeasureStore> = {
  SqliteMeasures: () => new SqliteMeasures(memorySqlite()),
  memoryMeasures,
};

describe.each(Object.keys(stores))("%s", (name) => {
  const open = () => stores[name]?.() ?? memoryMeasures();

  it("gives back what was written, the newest session first", () => {
    const store = open();
    for (const id of ["a", "c", "b"]) {
      store.write({ session: id, startedAt: 1, endedAt: id === "b" ? 5 : null }, figuresOf(id).row());
    }
    expect(store.entries()).toEqual([
      { session: "c", startedAt: 1, endedAt: null },
      { session: "b", startedAt: 1, endedAt: 5 },
      { session: "a", startedAt: 1, endedAt: null },
    ]);
    const restored = Figures.restore(store.head("b") ?? "", () => store.minutes("b"));
    expect(restored.report()).toEqual(figuresOf("b").report());
    expect([store.head("d"), store.minutes("d")]).toEqual([null, []]);
  });

  it("replaces of the minutes only those that are given", () => {
    const store = open();
    const figures = figuresOf("a");
    store.write({ session: "a", startedAt: 1, endedAt: null }, figures.row());
    figures.stored();
    figures.minutes.at(60_000).words = 9;
    const row = figures.row();
    expect(row.minutes.map(({ minute }) => minute)).toEqual([1]);
    store.write({ session: "a", startedAt: 1, endedAt: 7 }, row);
    expect(store.entries()).toEqual([{ session: "a", startedAt: 1, endedAt: 7 }]);
    expect(store.minutes("a").map(({ minute, words }) => [minute, words])).toEqual([
      [0, 3],
      [1, 9],
    ]);
    store.write({ session: "a", startedAt: 1, endedAt: 7 }, { ...row, isAnew: true });
    expect(store.minutes("a").map(({ minute }) => minute)).toEqual([1]);
  });

  it("leaves nothing of what is removed, and nothing at all once it is cleared", () => {
    const store = open();
    for (const id of ["a", "b", "c"]) {
      store.write({ session: id, startedAt: 1, endedAt: null }, figuresOf(id).row());
    }
    store.remove(["a", "never"]);
    expect(store.entries().map(({ session }) => session)).toEqual(["c", "b"]);
    store.write({ session: "a", startedAt: 1, endedAt: null }, { ...figuresOf("a").row(), minutes: [] });
    expect(store.minutes("a")).toEqual([]);
    store.clear();
    expect([store.entries(), store.head("b"), store.minutes("b")]).toEqual([[], null, []]);
  });
});
