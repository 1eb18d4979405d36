import { type Position, positionText } from "../shared/position.ts";

/**
 * The `ETag` of an answer that says what was at this position and, besides, what is true at this moment.
 * The present has no version, so it goes in by its digest: a tag that left it out would hide it behind a 304.
 */
export async function tagOf(position: Position, present: unknown): Promise<string> {
  return `"${positionText(position)}.${await digestOf(JSON.stringify(present))}"`;
}

/** What tells a text from others, as part of a tag: eight bytes of its SHA-256, in hex. */
export async function digestOf(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...digest.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether the asker holds this already. Compared weakly: caches that compress on the way weaken a tag. */
export function isHeld(tag: string, headers: Headers): boolean {
  const held = (headers.get("if-none-match") ?? "").split(",").map((entry) => entry.trim());
  return held.some((entry) => entry === "*" || entry === tag || entry === `W/${tag}`);
}
