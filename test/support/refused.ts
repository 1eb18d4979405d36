import { CaptionwireError } from "../../shared/errors.ts";

/** The code of a refusal, or `null` when there was none. */
export function refusal(work: () => void): string | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof CaptionwireError) return error.code;
    throw error;
  }
}
