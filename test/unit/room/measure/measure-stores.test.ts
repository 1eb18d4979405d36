import { describe, expect, it } from "vitest";
import { Figures } from "../../../../party/room/measure/figures.ts";
import { KvMeasures } from "../../../../party/room/measure/kv-measures.ts";
import { SqliteMeasures } from "../../../../party/room/measure/sqlite-measures.ts";
import { type MeasureStore, memoryMeasures } from "../../../../party/room/measure/store.ts";
import { Rows } from "../../../../party/room/rows.ts";
import { emptyMinute } from "../../../../shared/quality-report.ts";
import { type Disk, MemoryKeyValues } from "../../../support/memory-key-values.ts";
import { memorySqlite } from "../../../support/memory-sqlite.ts";

const format = { encoding: "linear16", sampleRate: 16_000, channels: 1 } as const;

function figuresOf(id: string): Figures {
  const figures = Figures.begin({ id, startedAt: 1, language: null, model: null, format, ended: null }, 0);
  figures.minutes.at(0).words = 3;
  figures.minutes.at(60_000).words = 4;
  figures.sketches.final.add(120);
  return figures;
}

type Opened = MeasureStore | Promise<MeasureStore>;

/** Each makes a storage, and answers how it is opened: anew each time, as a new object would. */
const storages: Record<string, () => () => Opened> = {
  SqliteMeasures: () => {
    const sqlite = memorySqlite();
    return () => new SqliteMeasures(sqlite);
  },
  KvMeasures: () => {
    const disk: Disk = new Map();
    return async () => KvMeasures.open(await Rows.open(new MemoryKeyValues(disk)), neverFails);
  },
  "KvMeasures, opened once": () => {
    const store = Rows.open(new MemoryKeyValues()).then((rows) => KvMeasures.open(rows, neverFails));
    return () => store;
  },
  memoryMeasures: () => {
    const store = memoryMeasures();
    return () => store;
  },
};

function neverFails(error: unknown): never {
  throw error;
}

describe.each(Object.entries(storages))("%s", (_name, made) => {
  /** Each step meets what the one before has left in storage. */
  const stepping = (): { step(work: (store: MeasureStore) => void): Promise<void> } => {
    const open = made();
    return {
      step: async (work) => {
        work(await open());
        await new Promise((resolve) => setImmediate(resolve));
      },
    };
  };

  it("gives back what was written, the newest session first", async () => {
    const { step } = stepping();
    await step((store) => {
      for (const id of ["a", "c", "b"]) {
        store.write({ session: id, startedAt: 1, endedAt: id === "b" ? 5 : null }, figuresOf(id).row());
      }
    });
    await step((store) => {
      expect(store.entries()).toEqual([
        { session: "c", startedAt: 1, endedAt: null },
        { session: "b", startedAt: 1, endedAt: 5 },
        { session: "a", startedAt: 1, endedAt: null },
      ]);
      const restored = Figures.restore(store.head("b") ?? "", () => store.minutes("b"));
      expect(restored.report()).toEqual(figuresOf("b").report());
      expect([store.head("d"), store.minutes("d")]).toEqual([null, []]);
    });
  });

  it("replaces of the minutes only those that are given", async () => {
    const { step } = stepping();
    const figures = figuresOf("a");
    await step((store) => store.write({ session: "a", startedAt: 1, endedAt: null }, figures.row()));
    figures.stored();
    figures.minutes.at(60_000).words = 9;
    const row = figures.row();
    expect(row.minutes.map(({ minute }) => minute)).toEqual([1]);
    await step((store) => store.write({ session: "a", startedAt: 1, endedAt: 7 }, row));
    await step((store) => {
      expect(store.entries()).toEqual([{ session: "a", startedAt: 1, endedAt: 7 }]);
      expect(store.minutes("a").map(({ minute, words }) => [minute, words])).toEqual([
        [0, 3],
        [1, 9],
      ]);
      store.write({ session: "a", startedAt: 1, endedAt: 7 }, { ...row, isAnew: true });
    });
    await step((store) => expect(store.minutes("a").map(({ minute }) => minute)).toEqual([1]));
  });

  it("leaves nothing of what is removed, and nothing at all once it is cleared", async () => {
    const { step } = stepping();
    await step((store) => {
      for (const id of ["a", "b", "c"]) {
        store.write({ session: id, startedAt: 1, endedAt: null }, figuresOf(id).row());
      }
    });
    await step((store) => store.remove(["a", "never"]));
    await step((store) => {
      expect(store.entries().map(({ session }) => session)).toEqual(["c", "b"]);
      store.write({ session: "a", startedAt: 1, endedAt: null }, { ...figuresOf("a").row(), minutes: [] });
    });
    await step((store) => {
      expect(store.minutes("a")).toEqual([]);
      store.clear();
    });
    await step((store) =>
      expect([store.entries(), store.head("b"), store.minutes("b")]).toEqual([[], null, []]),
    );
  });

  it("keeps a day of minutes beside the largest head there may be", async () => {
    const { step } = stepping();
    const minutes = Array.from({ length: 24 * 60 }, (_, minute) => ({
      ...emptyMinute(minute),
      words: minute,
    }));
    const head = JSON.stringify("ü".repeat(64 * 1_024 - 1));
    const entry = { session: "a", startedAt: 1, endedAt: 2 };
    await step((store) => store.write(entry, { head, minutes, isAnew: true }));
    await step((store) => {
      expect(store.head("a") === head).toBe(true);
      expect(store.minutes("a")).toEqual(minutes);
      store.write(entry, { head: "{}", minutes: minutes.slice(5, 7), isAnew: true });
    });
    await step((store) => {
      expect(store.head("a")).toBe("{}");
      expect(store.minutes("a")).toEqual(minutes.slice(5, 7));
    });
  });
});

describe("KvMeasures on the disk", () => {
  const opened = async (disk: Disk) =>
    KvMeasures.open(await Rows.open(new MemoryKeyValues(disk)), neverFails);
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it("writes a row for each minute that is given, and none of the others", async () => {
    const disk: Disk = new Map();
    const store = await opened(disk);
    const figures = figuresOf("a");
    store.write({ session: "a", startedAt: 1, endedAt: null }, figures.row());
    await turn();
    expect([...disk.keys()].sort()).toEqual(["measured a", "minute a 0", "minute a 1", "shape"]);
    disk.delete("minute a 0");
    figures.stored();
    figures.minutes.at(60_000).words = 9;
    store.write({ session: "a", startedAt: 1, endedAt: null }, figures.row());
    await turn();
    expect([...disk.keys()].sort()).toEqual(["measured a", "minute a 1", "shape"]);
    store.clear();
    await turn();
    expect([...disk.keys()]).toEqual(["shape"]);
  });

  it("reads past minutes of another shape", async () => {
    const disk: Disk = new Map();
    (await opened(disk)).write({ session: "a", startedAt: 1, endedAt: null }, figuresOf("a").row());
    await turn();
    disk.set("minute a 0", '{"minute":"first"}');
    expect((await opened(disk)).minutes("a").map(({ minute }) => minute)).toEqual([1]);
  });
});
