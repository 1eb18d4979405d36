import fc from "fast-check";
import { requestCase } from "./bodies.ts";
import { hex } from "./bytes.ts";
import type { FuzzCase, RawCase } from "./case.ts";
import { socketCase } from "./frames.ts";

const rawCase: fc.Arbitrary<RawCase> = fc.record({
  kind: fc.constant("raw" as const),
  upgraded: fc.boolean(),
  hex: hex(600),
});

export const anyCase: fc.Arbitrary<FuzzCase> = fc.oneof(
  { weight: 45, arbitrary: socketCase("plain") },
  { weight: 20, arbitrary: socketCase("any") },
  { weight: 30, arbitrary: requestCase },
  { weight: 5, arbitrary: rawCase },
);
