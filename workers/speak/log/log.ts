import { DurableObject } from "cloudflare:workers";
import * as v from "valibot";
import { timing } from "../../../shared/limits.ts";
import { type Report, ReportSchema } from "../report.ts";

/**
 * How a tenant's requests to speak have gone, kept for `timing.speakReportKeptMs`: a body that broke off has nowhere to
 * say why. Written beside the audio, never in its way.
 */
export class SpeakLog extends DurableObject<Cloudflare.Env> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS report (id TEXT PRIMARY KEY, at INTEGER NOT NULL, report TEXT NOT NULL) STRICT, WITHOUT ROWID",
    );
    this.#sql.exec("CREATE INDEX IF NOT EXISTS report_at ON report (at)");
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
    if ((await this.ctx.storage.getAlarm()) === null) await this.#wakeForNext();
  }

  find(requestId: string): Report | null {
    const [row] = this.#sql.exec("SELECT report FROM report WHERE id = ?", requestId);
    return row === undefined ? null : v.parse(v.pipe(v.string(), v.parseJson(), ReportSchema), row.report);
  }

  override async alarm(): Promise<void> {
    this.#sql.exec("DELETE FROM report WHERE at <= ?", Date.now() - timing.speakReportKeptMs);
    await this.#wakeForNext();
  }

  async #wakeForNext(): Promise<void> {
    const oldest = this.#sql.exec("SELECT min(at) AS at FROM report").one().at;
    if (typeof oldest === "number") await this.ctx.storage.setAlarm(oldest + timing.speakReportKeptMs);
  }
}
