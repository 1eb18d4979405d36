import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { requiredSecrets } from "../../cli/deploy/required.ts";
import { configOf } from "../../workers/env.ts";

it("needs the secrets that a deployment asks for, and no other", () => {
  const given = Object.entries(env).filter(([, value]) => typeof value === "string");
  const bare = given.filter(
    ([name]) => name.startsWith("DEEPGRAM_BASE") || requiredSecrets.some((each) => each === name),
  );
  expect(configOf(Object.fromEntries(bare)).apiKeys).toHaveLength(1);
  for (const name of requiredSecrets) {
    const without = Object.fromEntries(bare.filter(([each]) => each !== name));
    expect(() => configOf(without), name).toThrow();
  }
});
