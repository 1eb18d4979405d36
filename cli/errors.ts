/** Something the person at the terminal can put right: shown as its message alone, without a stack. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** The command line was wrong: the message says how, and the exit code is 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
