import type { Reporter, TestCase, TestModule } from "vitest/node";
import { type Outcome, type Result, tableOf } from "./table.ts";

const suiteName = /^caption rooms: (.+?) > .* > ([A-Z]\d+) (.+)$/;

/** Prints which rules of PROTOCOL.md which hosts were found to keep; nothing where none was tried. */
export default class RoomConformance implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const results = tests.flatMap(resultOf);
    // Where only some were picked by name, the others say nothing.
    if (!results.some(({ outcome }) => outcome !== "not tried")) return;
    process.stdout.write(`\nRules of PROTOCOL.md\n\n${tableOf(results)}\n`);
  }
}

function resultOf(test: TestCase): Result[] {
  const [, host, id, title] = suiteName.exec(test.fullName) ?? [];
  if (host === undefined || id === undefined || title === undefined) return [];
  return [{ host, id, title, outcome: outcomeOf(test) }];
}

function outcomeOf(test: TestCase): Outcome {
  switch (test.result().state) {
    case "passed":
      return "passed";
    case "failed":
      return "failed";
    default:
      return "not tried";
  }
}
