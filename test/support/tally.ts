import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** Counts the run for `npm test`, which says where to in TALLY_FILE. */
export default class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env.TALLY_FILE;
    if (file === undefined) return;
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    );
    const count = (state: string): number => states.filter((one) => one === state).length;
    // What broke outside of any test (a file that cannot be loaded, a hook, a stray rejection) failed as well.
    const broken = modules.filter(
      (module) => module.state() === "failed" && ![...module.children.allTests("failed")].length,
    ).length;
    writeFileSync(
      file,
      JSON.stringify({
        passed: count("passed"),
        failed: count("failed") + broken + unhandled.length,
        skipped: count("skipped") + count("pending"),
      }),
    );
  }
}
