import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { Library } from "./library.ts";
import { isMet, type Rule, runsAlone } from "./rule.ts";
import { rules } from "./rules.ts";
import type { Target } from "./target.ts";
import { World } from "./world.ts";

const usualTimeoutMs = 90_000;

/**
 * Declares the test of every rule for one target. Each has a room of its own, so they run side by side; what makes a fault,
 * which may hit all rooms, runs alone and last. What the target cannot do is skipped with the reason, never passed.
 */
export function declareSuite(name: string, startTarget: () => Promise<Target>): void {
  describe(`caption rooms: ${name}`, () => {
    let target: Target;
    let library: Library;
    beforeAll(async () => {
      target = await startTarget();
      library = new Library(target);
    });
    afterAll(async () => {
      await library?.close().catch(() => {});
      await target?.close();
    });
    const declare = (rule: Rule): void => {
      it(`${rule.id} ${rule.title}`, { timeout: rule.timeoutMs ?? usualTimeoutMs }, (context) =>
        tried(rule, target, library, context),
      );
    };
    describe.concurrent("side by side", () => {
      for (const rule of inOrderOfLength(rules.filter((rule) => !runsAlone(rule)))) declare(rule);
    });
    describe.sequential("one after the other", () => {
      for (const rule of rules.filter(runsAlone)) declare(rule);
    });
  });
}

async function tried(rule: Rule, target: Target, library: Library, context: TestContext): Promise<void> {
  const { needs, codes = [] } = rule;
  if (needs !== undefined && !isMet(target, needs))
    context.skip(`not tried here: ${target.name} has no ${needs}`);
  const world = new World(target, library);
  try {
    await rule.run(world);
    expect([...world.provoked], "the errors that the rule says it provokes").toEqual(
      expect.arrayContaining([...codes]),
    );
  } finally {
    await world.close();
  }
}

/** Those that wait begin first, so that nobody waits for them in the end. */
function inOrderOfLength(all: readonly Rule[]): Rule[] {
  const isLong = ({ timeoutMs }: Rule) => timeoutMs !== undefined;
  return [...all.filter(isLong), ...all.filter((rule) => !isLong(rule))];
}
