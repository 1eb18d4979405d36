import type { Reporter, TestCase, TestModule } from "vitest/node";
import { type Outcome, type Result, tableOf } from "./table.ts";

const suiteName = /^caption rooms: (.+?) > .* > ([A-Z]\d+) (.+)$/;

/** Prints which rules of PROTOCOL.md which hosts were found to keep; nothing where none was tried. */
export default class RoomConformance implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const results = tests.flatMap(resultOf);
    if (results.length === 0) return;
    process.stdout.write(`\nRules of PROTOCOL.md\n\n${tableOf(results)}\n`);
  }
}

function resultOf(test: TestCase): Result[] {
  const [, host, id, title] = suiteName.exec(test.fullName) ?? [];
  const outcome = outcomeOf(test);
  if (host === undefined || id === undefined || title === undefined || outcome === null) return [];
  return [{ host, id, title, outcome }];
}

/** `null` for what was not picked. */
function outcomeOf(test: TestCase): Outcome | null {
  const result = test.result();
  switch (result.state) {
    case "passed":
    case "failed":
      return result.state;
    default:
      return result.state === "skipped" && result.note !== undefined ? "not tried" : null;
  }
}
