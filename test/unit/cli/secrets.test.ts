import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { apiKeyList, localSecrets } from "../../../cli/stack/secrets.ts";

describe("the secrets of a local run", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "captionwire-secrets-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("stay the same, for this user's eyes only", () => {
    const first = localSecrets(folder);
    expect(localSecrets(folder)).toEqual(first);
    expect(first.tokenSecret.length).toBeGreaterThanOrEqual(32);
    expect(statSync(join(folder, "secrets.json")).mode & 0o777).toBe(0o600);
  });

  it("are never guessed at when the file is broken", () => {
    writeFileSync(join(folder, "secrets.json"), "{}");
    expect(() => localSecrets(folder)).toThrow("Delete it");
  });

  it("reach the Worker as hashes", () => {
    const list = apiKeyList("cw_local_example");
    expect(list).not.toContain("cw_local_example");
    expect(list).toContain(createHash("sha256").update("cw_local_example").digest("hex"));
  });
});
