import { describe, expect, it } from "vitest";
import { reportText, statsText } from "../../../cli/rooms/print.ts";
import { erasureAbout, latencyWords } from "../../../shared/stats-words.ts";
import { counterTables, latencyRows } from "../../../web/stats/tables.ts";
import { clockIn } from "../../../workers/rooms/reports/clock.ts";
import { reportDocument } from "../../../workers/rooms/reports/document.ts";
import { madeUpReport } from "../../support/room-report.ts";
import { roomStats } from "../../support/room-stats.ts";

async function documentOf(report: ReturnType<typeof madeUpReport>): Promise<string> {
  const clock = clockIn("UTC");
  if (clock === null) throw new Error("There is no UTC.");
  return String(await reportDocument({ room: "demo", report, clock }));
}

describe("one figure, told on the page, in a report and in a terminal", () => {
  it("has one name", async () => {
    const texts = [statsText(roomStats), reportText(madeUpReport(3)), await documentOf(madeUpReport(3))];
    const names = latencyWords.map(({ name }) => name);
    expect(names).toHaveLength(Object.keys(roomStats.latency).length);
    expect(latencyRows(roomStats).map(({ name }) => name)).toEqual(names);
    for (const name of names) for (const text of texts) expect(text).toContain(name);
  });

  it("says of what is taken back how much for each final word, and that pages take back less", async () => {
    const stats = { ...roomStats, erasure: 1.139 };
    const report = madeUpReport(3, { erasure: 1.139 });
    const rows = counterTables(stats).flatMap((table) => table.rows);
    expect(rows).toContainEqual(["Taken back for each final word", "1.14", erasureAbout]);
    for (const text of [statsText(stats), reportText(report), await documentOf(report)]) {
      expect(text).toMatch(/for each final word/i);
      expect(text).toContain("1.14 words");
      expect(text).toContain(erasureAbout);
      expect(text).not.toMatch(/11\d(\.\d)? %/);
    }
  });
});
