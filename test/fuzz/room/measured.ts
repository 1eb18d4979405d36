import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import type { Room } from "../../../party/room/room.ts";
import { type QualityReport, QualityReportSchema } from "../../../shared/quality-report.ts";
import { RoomStatsSchema } from "../../../shared/stats.ts";

/**
 * What is wrong with what a room tells of itself. Its figures may lack what came just before an object died, so only
 * what holds at any moment is asked: they are well-formed, whatever the clocks did, and no part exceeds its whole.
 */
export function judgeMeasures(room: Room): string[] {
  const problems: string[] = [];
  const stats = room.stats();
  const read = v.safeParse(RoomStatsSchema, stats);
  if (!read.success) problems.push(`stats are not well-formed: ${v.getDotPath(read.issues[0])}`);
  for (const { session } of room.reports()) {
    const report = room.report(session);
    if (report === null) problems.push(`there is no report of ${session}, which is listed`);
    else problems.push(...judgeReport(report));
  }
  return problems;
}

function judgeReport(report: QualityReport): string[] {
  const { audio, audience, gaps, upstream, text, session, minutes } = report;
  const problems: string[] = [];
  const read = v.safeParse(QualityReportSchema, report);
  if (!read.success) problems.push(`a report is not well-formed: ${v.getDotPath(read.issues[0])}`);
  else if (!isDeepStrictEqual(read.output, JSON.parse(JSON.stringify(report)))) {
    problems.push("a report is another one as JSON");
  }
  const whole = (name: string, part: number, of: number): void => {
    if (part > of) problems.push(`${session.id}: more ${name} than there can be: ${part} of ${of}`);
  };
  whole("speech without captions", audio.uncaptioned, audio.speech);
  whole("filled gaps", gaps.filled, gaps.count);
  whole("backfilled audio", audio.backfilled, gaps.ms);
  whole("opened sockets", upstream.opened + upstream.failed, upstream.dials);
  whole("retries", upstream.retries, upstream.dials);
  whole("viewers that came back", audience.resumed, audience.joined);
  whole("words of minutes", sum(minutes.map(({ words }) => words)), text.words);
  whole("speech of minutes", sum(minutes.map(({ speechMs }) => speechMs)), audio.speech);
  return problems;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
