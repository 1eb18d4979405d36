import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cloudflare, speechToText } from "../../../bench/costs/prices.ts";
import { tables, withTables } from "../../../bench/costs/text.ts";
import { costOf, includedHours, sumOf, usageOf } from "../../../bench/costs/usage.ts";
import { inRoot } from "../../../cli/paths.ts";

const page = readFileSync(inRoot("docs/costs.md"), "utf8");

describe("docs/costs.md", () => {
  it("has every table, with the figures of the code (else: npm run bench -- costs --write)", () => {
    expect([...page.matchAll(/<!-- table: (\w+) -->/g)].map(([, name]) => name).sort()).toEqual(
      Object.keys(tables).sort(),
    );
    expect(withTables(page)).toBe(page);
  });

  it("would be told from one with other figures", () => {
    const other = page.replace("| rows written |", "| rows written for nothing |");
    expect(other).not.toBe(page);
    expect(withTables(other)).toBe(page);
  });

  it("says the prices that are counted with, in its words", () => {
    const prices = page.slice(page.indexOf("### Prices"));
    const million = 1_000_000;
    for (const text of [
      `requests $${(cloudflare.workerRequests.usd * million).toFixed(2)} a million`,
      `CPU $${cloudflare.workerCpuMs.usd * million} a million ms`,
      `Durable Object requests $${cloudflare.objectRequests.usd * million} a million`,
      `duration $${(cloudflare.objectGbSeconds.usd * million).toFixed(2)} a million GB-s`,
      `rows written $${(cloudflare.rowsWritten.usd * million).toFixed(2)} a million`,
      `read $${cloudflare.rowsRead.usd * million} a million`,
      ...speechToText.map(({ usdAMinute }) => `$${usdAMinute}`),
    ]) {
      expect(prices).toContain(text);
    }
  });
});

describe("a broadcast's cost", () => {
  it("grows with the audience only by what each reader brings", () => {
    const [few, many] = [usageOf(10), usageOf(1_010)];
    expect(many.objectGbSeconds).toBe(few.objectGbSeconds);
    expect(many.rowsWritten).toBe(few.rowsWritten);
    expect(many.workerRequests - few.workerRequests).toBe(1_000 * 14);
    // Two requests and 240 receipts, 20 of which count as one.
    expect(many.objectRequests - few.objectRequests).toBe(1_000 * (2 + 12));
  });

  it("is the sum of its parts, and the plan's share ends with the first that is used up", () => {
    const usage = usageOf(1_000);
    const cost = costOf(usage);
    expect(cost.objectGbSeconds).toBeCloseTo(0.00576, 6);
    expect(sumOf(cost)).toBeCloseTo(Object.values(cost).reduce((sum, each) => sum + each, 0));
    const hours = includedHours(usage);
    expect(hours * usage.objectRequests).toBeCloseTo(cloudflare.objectRequests.included);
    expect(hours * usage.workerRequests).toBeLessThan(cloudflare.workerRequests.included);
  });
});
