import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requiredSecrets } from "../../cli/deploy/required.ts";
import { within } from "../../testing/wait.ts";
import { captionwire } from "../support/command.ts";
import { deploying, nobody } from "../support/deploying.ts";
import { startStack, type TestStack } from "../support/stack.ts";

describe("captionwire deploy", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack?.close());

  it("builds, checks and measures what would be deployed, without an account", async () => {
    const command = captionwire(["deploy", "--dry-run", "--env", "staging"]);
    command.write(null);
    expect(await within("the dry run", command.code, 50_000), command.stderr).toBe(0);
    expect(command.stdout).toMatch(/Worker {2}[\d.]+ KiB of 64 MiB; [\d.]+ KiB gzipped/);
    expect(command.stdout).toContain("watch/index.html");
    expect(command.stdout).toContain("Worker captionwire-staging");
    for (const name of requiredSecrets) expect(command.stdout).toContain(name);
  });

  it("sees that a real Worker is well and mints tokens", async () => {
    const scenario = {
      accounts: [{ id: "a1", name: "Harbour Radio" }],
      secrets: [...requiredSecrets],
      targets: [stack.url],
    };
    const withKey = deploying({ scenario, asking: nobody, env: { CAPTIONWIRE_API_KEY: stack.apiKey } });
    const withoutKey = deploying({ scenario, asking: nobody });
    try {
      await withKey.run();
      expect(withKey.output).toContain("one was minted");
      await withoutKey.run();
      expect(withoutKey.output).toContain("it knows its keys");
    } finally {
      withKey.remove();
      withoutKey.remove();
    }
  });
});
