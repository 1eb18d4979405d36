import type { Grant } from "../../shared/claims.ts";
import type { Report } from "../../shared/speak-report.ts";
import type { SpeakBody } from "./request/body.ts";
import type { SpeakQuery } from "./request/query.ts";

/** One request to speak: who asks, for what, and where it is told how it went. */
export type Job = {
  readonly requestId: string;
  readonly grant: Grant;
  readonly query: SpeakQuery;
  readonly body: SpeakBody;
  note(report: Report): Promise<void>;
  /** Called once, when nothing more happens for this request: also when it was refused. */
  over(charactersAsked: number): void;
};
