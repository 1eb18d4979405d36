import { frameLengthsMs } from "../../client/frame-length.ts";
import { timing } from "../../shared/limits.ts";
import { cloudflare, messagesARequest, objectGb } from "./prices.ts";

/** Measured: rows that storing one final, and one minute of measurements, costs in a Durable Object (test/runtime/rows). */
export const measuredRows = {
  final: { written: 4, read: 3 },
  minute: { written: 3, read: 1 },
} as const;

/** Not measured: what a broadcast and its readers are taken to do. */
export const assumed = {
  /** Finals: speech without long pauses, a sentence each. */
  finalsAMinute: 20,
  /** Messages of the provider: interims and what goes with them. */
  providerMessagesASecond: 5,
  /** A reader opens the watch page: the page and what it loads, each served by the Worker. */
  requestsAPage: 12,
  /** Its server asks for one token, good for as long as it reads. */
  tokensAReader: 1,
  /** Of the Worker, for each request. */
  cpuMsARequest: 2,
} as const;

/** What Cloudflare counts of one broadcast. */
export type Usage = Readonly<Record<keyof typeof cloudflare, number>>;

const secondsAnHour = 3_600;

/** An hour's broadcast in one room to so many readers, each of whom comes once and stays to the end. */
export function usageOf(readers: number): Usage {
  const minutes = secondsAnHour / 60;
  const publisherFrames = (secondsAnHour * 1_000) / frameLengthsMs[0];
  const publisherMarks = secondsAnHour;
  // A reader says how far it has read between one and two of these after something new.
  const receipts = (readers * secondsAnHour * 1_000) / (timing.seenEveryMs * 1.5);
  const providerMessages = secondsAnHour * assumed.providerMessagesASecond;
  const messages = publisherFrames + publisherMarks + receipts + providerMessages;
  const connections = readers + 1;
  const finals = minutes * assumed.finalsAMinute;
  const workerRequests = connections * (1 + assumed.tokensAReader) + readers * assumed.requestsAPage;
  return {
    workerRequests,
    workerCpuMs: workerRequests * assumed.cpuMsARequest,
    // Each connection asks the room, and at most one more object: the tenant's, for what was revoked.
    objectRequests: Math.round(connections * 2 + messages / messagesARequest),
    // The room is awake as long as it holds its socket to the provider. The tenant's object only answers and sleeps.
    objectGbSeconds: secondsAnHour * objectGb,
    rowsWritten: finals * measuredRows.final.written + minutes * measuredRows.minute.written,
    rowsRead: finals * measuredRows.final.read + minutes * measuredRows.minute.read,
  };
}

/** US dollars beyond what the plan holds, by what is counted. */
export function costOf(usage: Usage): Usage {
  return {
    workerRequests: usage.workerRequests * cloudflare.workerRequests.usd,
    workerCpuMs: usage.workerCpuMs * cloudflare.workerCpuMs.usd,
    objectRequests: usage.objectRequests * cloudflare.objectRequests.usd,
    objectGbSeconds: usage.objectGbSeconds * cloudflare.objectGbSeconds.usd,
    rowsWritten: usage.rowsWritten * cloudflare.rowsWritten.usd,
    rowsRead: usage.rowsRead * cloudflare.rowsRead.usd,
  };
}

export function sumOf(cost: Usage): number {
  return Object.values(cost).reduce((sum, usd) => sum + usd, 0);
}

/** Hours of such broadcasts a month that the plan holds: what runs out first, and after how many. */
export function includedHours(usage: Usage): number {
  return Math.min(
    cloudflare.workerRequests.included / usage.workerRequests,
    cloudflare.workerCpuMs.included / usage.workerCpuMs,
    cloudflare.objectRequests.included / usage.objectRequests,
    cloudflare.objectGbSeconds.included / usage.objectGbSeconds,
    cloudflare.rowsWritten.included / usage.rowsWritten,
    cloudflare.rowsRead.included / usage.rowsRead,
  );
}
