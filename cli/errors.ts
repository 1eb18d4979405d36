/** Something the person at the terminal can put right: shown as its message alone, without a stack. */
export class UserError extends Error {
  override readonly name = "UserError";
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
