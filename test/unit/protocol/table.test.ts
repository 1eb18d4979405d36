import { expect, it } from "vitest";
import { tableOf } from "../../conformance/room/table.ts";

it("a table has a line for each rule and says the worst of its tests, and what was not tried", () => {
  const table = tableOf([
    { host: "one", id: "V10", title: "last", outcome: "passed" },
    { host: "one", id: "C1", title: "first", outcome: "passed" },
    { host: "one", id: "C1", title: "first again", outcome: "failed" },
    { host: "other", id: "C1", title: "first", outcome: "passed" },
    { host: "other", id: "C1", title: "first again", outcome: "not tried" },
  ]);
  expect(table.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["Rule", "", "one", "other"].filter((cell) => cell !== ""),
    ["C1", "first", "failed", "passed"],
    ["V10", "last", "passed", "not tried"],
    ["", "passed", "1 of 2", "1 of 2"],
  ]);
});
