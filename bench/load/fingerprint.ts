import { createHash } from "node:crypto";
import type { Captions } from "../../client/transcript.ts";

/** Equal for viewers that hold the same captions at the same position, and for no others. */
export function fingerprint({ position, segments }: Captions): string {
  return createHash("sha256")
    .update(JSON.stringify([position, segments]))
    .digest("hex");
}
