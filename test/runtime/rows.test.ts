import { runInDurableObject } from "cloudflare:test";
import { type DurableObject, env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { measuredRows } from "../../bench/costs/usage.ts";
import { SqliteMeasures } from "../../party/room/measure/sqlite-measures.ts";
import { SqliteStore } from "../../party/room/sqlite.ts";
import type { Sqlite } from "../../party/room/sqlite-port.ts";
import { changed, emptyTranscript } from "../../party/room/transcript.ts";
import { emptyMinute } from "../../shared/quality-report.ts";
import { begunSession } from "../support/stored-session.ts";

/** What the platform counts, and bills, of what is done to a new room's storage. */
function counted(
  room: string,
  work: (sqlite: Sqlite, since: () => { written: number; read: number }) => unknown,
) {
  const stub = env.CAPTIONS.getByName(`tests/${room}`);
  return runInDurableObject(stub, async (_object: DurableObject, { storage }) => {
    let rows = { written: 0, read: 0 };
    const sqlite: Sqlite = {
      exec: (query, ...bindings) => {
        const cursor = storage.sql.exec(query, ...bindings);
        const found = cursor.toArray();
        rows = { written: rows.written + cursor.rowsWritten, read: rows.read + cursor.rowsRead };
        return found;
      },
      transaction: (run) => storage.transactionSync(run),
    };
    await work(sqlite, () => {
      const before = rows;
      rows = { written: 0, read: 0 };
      return before;
    });
  });
}

it("writes as many rows for a final as the page on costs counts", async () => {
  await counted("rows-of-a-final", async (sqlite, since) => {
    const store = new SqliteStore(sqlite);
    let transcript = emptyTranscript("rows");
    await store.create({ transcript, session: begunSession, settings: {} });
    for (const version of [1, 2, 3]) {
      since();
      const put = {
        id: `s${version}`,
        session: begunSession.id,
        kind: "speech" as const,
        start: 0,
        end: 1,
        text: "Hello.",
        at: 1,
        version,
      };
      const change = { version, earliest: 0, put: [put], removed: [] };
      transcript = changed(transcript, change);
      await store.commit({ change, session: begunSession });
      expect(since()).toEqual(measuredRows.final);
    }
  });
});

it("and for a minute of measurements", async () => {
  await counted("rows-of-a-minute", (sqlite, since) => {
    const measures = new SqliteMeasures(sqlite);
    const entry = { session: "s", startedAt: 1, endedAt: null };
    for (const minute of [0, 1, 2]) {
      since();
      measures.write(entry, { head: "{}", minutes: [emptyMinute(minute)], isAnew: false });
      if (minute > 0) expect(since()).toEqual(measuredRows.minute);
    }
  });
});
