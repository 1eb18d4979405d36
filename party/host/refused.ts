import { CaptionwireError, errorFrame, errorTable } from "../../shared/errors.ts";

/** An error frame with its code's status, as the edge reads it. */
export function refused({ code, message }: CaptionwireError): Response {
  return Response.json(errorFrame(code, message), { status: errorTable[code].status });
}

/** What anybody outside may know of an error; what nobody foresaw is logged by name. */
export function refusalOf(error: unknown, event: "member_failed" | "request_failed"): CaptionwireError {
  if (error instanceof CaptionwireError) return error;
  console.error({ event, error: error instanceof Error ? error.name : "unknown" });
  return new CaptionwireError("internal");
}
