import { DurableObject } from "cloudflare:workers";
import * as v from "valibot";
import { timing } from "../../../shared/limits.ts";
import { type Report, ReportSchema } from "../../../shared/speak-report.ts";

/** What is too old is looked for this often. */
const sweepMs = 60 * 60 * 1_000;

/**
 * How a tenant's requests to speak have gone, kept for `timing.speakReportKeptMs` and an hour more at most: a body that
 * broke off has nowhere to say why. Written beside the audio, never in its way.
 */
export class SpeakLog extends DurableObject<Cloudflare.Env> {
  readonly #sql: SqlStorage;
  /** Asking for it costs as much as the rest of a note. */
  #isAlarmSet = false;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS report (id TEXT PRIMARY KEY, at INTEGER NOT NULL, report TEXT NOT NULL) STRICT, WITHOUT ROWID",
    );
  }

  /** Two of one request may come out of order: what has ended stays ended. */
  async note(report: Report): Promise<void> {
    this.#sql.exec(
      `INSERT INTO report (id, at, report) VALUES (?1, ?2, ?3)
       ON CONFLICT (id) DO UPDATE SET report = ?3 WHERE ?4`,
      report.requestId,
      report.startedAt,
      JSON.stringify(report),
      report.state === "running" ? 0 : 1,
    );
    if (this.#isAlarmSet) return;
    this.#isAlarmSet = true;
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + sweepMs);
  }

  find(requestId: string): Report | null {
    const [row] = this.#sql.exec("SELECT report FROM report WHERE id = ?", requestId);
    return row === undefined ? null : v.parse(v.pipe(v.string(), v.parseJson(), ReportSchema), row.report);
  }

  override async alarm(): Promise<void> {
    this.#sql.exec("DELETE FROM report WHERE at <= ?", Date.now() - timing.speakReportKeptMs);
    const left = this.#sql.exec("SELECT count(*) AS count FROM report").one().count;
    this.#isAlarmSet = left !== 0;
    if (this.#isAlarmSet) await this.ctx.storage.setAlarm(Date.now() + sweepMs);
  }
}
