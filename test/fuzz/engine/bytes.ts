import fc from "fast-check";

/** Random bytes, written so that a case can be printed. */
export const hex = (maxBytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength: maxBytes }).map((bytes) => Buffer.from(bytes).toString("hex"));
