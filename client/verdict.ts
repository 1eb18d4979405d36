import { CaptionwireError, type ErrorCode, errorTable, isErrorCode } from "../shared/errors.ts";

/** How a connection came to its end. */
export type Ending =
  | { readonly kind: "error"; readonly code: string; readonly message: string; readonly retry: boolean }
  | { readonly kind: "close"; readonly code: number; readonly reason: string }
  /** We gave it up ourselves: silence, a frame that does not fit, a stalled attempt. */
  | { readonly kind: "fault"; readonly reason: string }
  | { readonly kind: "no-token"; readonly error: unknown };

export type Verdict =
  | { readonly retry: true; readonly reason: string }
  | { readonly retry: false; readonly code: ErrorCode; readonly message: string };

/**
 * Decides whether to come back. `canRenew` tells whether the token source may have a newer token:
 * an expired token or a used ticket that cannot be renewed will be refused for ever.
 */
export function judge(ending: Ending, canRenew: boolean): Verdict {
  switch (ending.kind) {
    case "error":
      return judgeCode(
        isErrorCode(ending.code) ? ending.code : "internal",
        ending.message,
        ending.retry,
        canRenew,
      );
    case "close": {
      const code = codeOfClose(ending.code);
      if (code === null) return { retry: true, reason: ending.reason || "The connection was lost." };
      return judgeCode(code, errorTable[code].message, ending.code < 4500, canRenew);
    }
    case "fault":
      return { retry: true, reason: ending.reason };
    case "no-token":
      if (ending.error instanceof CaptionwireError) {
        const { code, message } = ending.error;
        return judgeCode(code, message, errorTable[code].retry, canRenew);
      }
      return { retry: true, reason: "No token could be fetched." };
  }
}

function judgeCode(code: ErrorCode, message: string, retry: boolean, canRenew: boolean): Verdict {
  if (!retry) return { retry: false, code, message };
  if ((code === "token_expired" || code === "ticket_used") && !canRenew)
    return { retry: false, code, message };
  return { retry: true, reason: message };
}

/** The first code of the error table with this close code: a close without an error frame says no more than that. */
function codeOfClose(close: number): ErrorCode | null {
  if (close < 4000 || close > 4999) return null;
  for (const [code, rule] of Object.entries(errorTable)) {
    if (rule.close === close && isErrorCode(code)) return code;
  }
  return close >= 4500 ? "internal" : null;
}
