import * as v from "valibot";
import { counted } from "../../shared/counted.ts";
import { type Report, ReportSchema } from "../../shared/speak-report.ts";
import { oneToken } from "../token.ts";
import type { Row } from "./facts.ts";

/** One whose end is not known is asked after so often, and so far apart. */
const tries = 20;
const betweenMs = 500;

/** How the request went, once that is known; null when nobody knows (any more). */
export async function fetchReport(requestId: string): Promise<Report | null> {
  // A new one: what was spoken may have been heard for longer than a token is good for.
  const token = await oneToken(["speak"]);
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(`/v1/speak/${encodeURIComponent(requestId)}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const report = answer.ok ? v.parse(ReportSchema, await answer.json()) : null;
    // Neither is the last word: one that is not there yet, and one that is still running.
    if ((report !== null && report.state !== "running") || attempt === tries) return report;
    await new Promise((resolve) => setTimeout(resolve, betweenMs));
  }
}

const states: Readonly<Record<Report["state"], string>> = {
  running: "still running",
  complete: "complete",
  failed: "broken off",
  cancelled: "cancelled: whoever listened has left",
};

export function reportRows(report: Report): readonly Row[] {
  const { chunks, error } = report;
  return [
    ["Ended", states[report.state]],
    ...(error === undefined ? [] : [["Why", error.message] as const]),
    ["Voice", report.model],
    ["Encoding", report.encoding],
    ["Text", counted(report.characters, "character")],
    ["Chunks", `${chunks.asked} asked for, ${chunks.spoken} spoken, ${chunks.delivered} delivered`],
    ["From the cache", counted(chunks.fromCache, "chunk")],
    ["Characters asked", counted(report.charactersAsked, "character")],
    ["Characters spoken", counted(report.charactersSpoken, "character")],
    ["Characters delivered", counted(report.charactersDelivered, "character")],
    ["Bytes delivered", counted(report.bytesDelivered, "byte")],
    ["Tries", String(report.tries)],
    ["Provider's requests", report.providerRequestIds.join(", ") || "none"],
  ];
}
