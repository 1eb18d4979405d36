import * as v from "valibot";
import { expect, it } from "vitest";
import { choices, ReaderSchema, standardReader, withChoice } from "../../../client/element/reader.ts";

it("offers what the US rule on caption displays asks for", () => {
  expect(choices.font).toHaveLength(8);
  expect(choices.edge).toEqual(["none", "raised", "depressed", "uniform", "drop-shadow"]);
  const sizes = choices.size.map(Number);
  expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([50, 200]);
  for (const choice of ["ink", "back", "window"] as const) expect(choices[choice]).toHaveLength(9);
});

it("what nobody offers costs the reader that choice alone", () => {
  const kept = { ...standardReader, size: "150", font: "wingdings", edge: 7, unknown: true };
  expect(v.parse(ReaderSchema, kept)).toEqual({ ...standardReader, size: "150" });
  expect(withChoice(standardReader, "ink", "yellow")).toEqual({ ...standardReader, ink: "yellow" });
  expect(withChoice(standardReader, "ink", "url(x)")).toEqual(standardReader);
});
