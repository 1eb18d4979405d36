import { type ErrorCode, errorTable, isErrorCode } from "../../shared/errors.ts";

/** Of the error table, in its order. */
export const allCodes: readonly ErrorCode[] = Object.keys(errorTable).filter(isErrorCode);

/** The codes that a socket is closed with, each with its errors. */
export function closeCodes(): Readonly<Record<string, readonly ErrorCode[]>> {
  const byClose = Map.groupBy(allCodes, (code) => errorTable[code].close);
  return Object.fromEntries([...byClose].sort(([a], [b]) => a - b));
}
