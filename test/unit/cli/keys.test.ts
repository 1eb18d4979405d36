import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keyFile, readKeys } from "../../../cli/keys/file.ts";
import { inRoot } from "../../../cli/paths.ts";
import { apiKeyList, localSecrets } from "../../../cli/stack/secrets.ts";
import { isApiKeyWhole } from "../../../shared/api-key.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "captionwire-keys-"));
  file = keyFile(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The command as a person runs it. */
function keys(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [inRoot("cli/main.ts"), "keys", ...args], {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "", NODE_NO_WARNINGS: "1" },
  });
}

/** Makes a key in the test's list and answers it. */
function create(tenant: string, name: string): string {
  const { status, stdout, stderr } = keys("create", "--tenant", tenant, "--name", name, "--file", file);
  expect(stderr).toContain("API_KEYS");
  expect(status).toBe(0);
  return stdout.trimEnd();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

describe("keys create", () => {
  it("prints the key alone on stdout, and keeps its hash in a file for this user only", () => {
    const { status, stdout, stderr } = keys("create", "--tenant", "acme", "--name", "web", "--file", file);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^cwk_[0-9A-Za-z]{49}\n$/);
    const key = stdout.trimEnd();
    expect(isApiKeyWhole(key)).toBe(true);
    expect(stderr).not.toContain(key);
    expect(stderr).toContain(`npx wrangler secret put API_KEYS < ${file}`);

    const text = readFileSync(file, "utf8");
    expect(text).not.toContain(key);
    const hash = sha256(key);
    const createdAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(JSON.parse(text)).toEqual([
      { name: "web", tenant: "acme", sha256: hash, createdAt, id: hash.slice(0, 8) },
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["keys.json"]);
  });

  it("makes another key each time, two of one name at most, and says which of three has to go", () => {
    const [first, second] = [create("acme", "web"), create("acme", "web")];
    expect(first).not.toBe(second);
    const third = keys("create", "--tenant", "acme", "--name", "web", "--file", file);
    expect(third).toMatchObject({ status: 1, stdout: "" });
    expect(third.stderr).toContain(
      `remove --name web --tenant acme --id ${sha256(first).slice(0, 8)} --file ${file}`,
    );
    expect(readKeys(file).map((entry) => entry.sha256)).toEqual([sha256(first), sha256(second)]);

    create("other", "web");
    create("acme", "ios");
    expect(readKeys(file)).toHaveLength(4);
  });

  it("keeps a list that was written by hand, and takes it away from other users", () => {
    const entry = { name: "me", tenant: "me", sha256: "ab".repeat(32) };
    writeFileSync(file, JSON.stringify([entry]));
    chmodSync(file, 0o644);
    create("acme", "web");
    expect(readKeys(file)[0]).toEqual({ ...entry, id: "abababab" });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["no tenant", ["--name", "web"]],
    ["no name", ["--tenant", "acme"]],
    ["a tenant in capitals", ["--tenant", "Acme", "--name", "web"]],
    ["an empty name", ["--tenant", "acme", "--name", ""]],
    ["a name of spaces", ["--tenant", "acme", "--name", "  "]],
    ["a long name", ["--tenant", "acme", "--name", "x".repeat(64)]],
    ["a name that steers a terminal", ["--tenant", "acme", "--name", "\u001b[2Jweb"]],
    ["a name that turns the line around", ["--tenant", "acme", "--name", "web\u202ebew"]],
    ["what it does not know", ["--tenant", "acme", "--name", "web", "--scope", "all"]],
  ])("makes nothing for %s", (_, args) => {
    expect(keys("create", ...args, "--file", file)).toMatchObject({ status: 2, stdout: "" });
    expect(existsSync(file)).toBe(false);
  });

  it("shows no key that could not be written down", () => {
    const { status, stdout, stderr } = keys(
      "create",
      "--tenant",
      "a",
      "--name",
      "b",
      "--file",
      `${inRoot("LICENSE")}/x`,
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("cannot be written");
    expect(stderr).not.toContain("    at ");
  });

  it("leaves the list to a command that is writing it", () => {
    writeFileSync(`${file}.new`, "");
    const { status, stdout, stderr } = keys("create", "--tenant", "acme", "--name", "web", "--file", file);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(`delete ${file}.new`);
    expect(readdirSync(folder)).toEqual(["keys.json.new"]);
  });

  it("says when the list has outgrown a variable", () => {
    const entries = Array.from({ length: 40 }, (_, at) => ({
      name: `n${at}`,
      tenant: "acme",
      sha256: sha256(String(at)),
    }));
    writeFileSync(file, JSON.stringify(entries));
    expect(keys("create", "--tenant", "acme", "--name", "web", "--file", file).stderr).toContain("5 KB");
  });
});

describe("keys list", () => {
  it("tells name, tenant, id and time, and never a key or its hash", () => {
    const made = [create("acme", "web"), create("acme", "späte Sendung")];
    const { status, stdout } = keys("list", "--file", file);
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split("\n").slice(1);
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual(
      readKeys(file).map(({ name, tenant, id, createdAt }) => [name, tenant, id, createdAt]),
    );
    for (const key of made) {
      expect(stdout).not.toContain(key.slice(4));
      expect(stdout).not.toContain(sha256(key));
    }
    expect(stdout).not.toContain("cwk_");
  });

  it("says so when there are none", () => {
    expect(keys("list", "--file", file)).toMatchObject({ status: 0, stdout: "" });
  });

  it.each([
    ["no JSON", "[{"],
    ["no list", "{}"],
    ["half a hash", JSON.stringify([{ name: "web", tenant: "acme", sha256: "abc" }])],
    ["a key in clear", JSON.stringify([{ name: "web", tenant: "acme", key: "cwk_" }])],
    ["nothing at all", ""],
  ])("says what to do about a file that holds %s, and leaves it as it is", (_, text) => {
    writeFileSync(file, text);
    for (const args of [
      ["list"],
      ["create", "--tenant", "acme", "--name", "web"],
      ["remove", "--name", "web"],
    ]) {
      const { status, stdout, stderr } = keys(...args, "--file", file);
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toContain("delete it and create new keys");
    }
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(readdirSync(folder)).toEqual(["keys.json"]);
  });
});

describe("keys remove", () => {
  it("takes off the one key that is meant", () => {
    create("acme", "web");
    const kept = create("acme", "ios");
    const { status, stderr } = keys("remove", "--name", "web", "--file", file);
    expect(status).toBe(0);
    expect(stderr).toContain("npx wrangler secret put API_KEYS");
    expect(readKeys(file).map((entry) => entry.sha256)).toEqual([sha256(kept)]);
  });

  it("asks which one where there are several, and takes tenant or id for an answer", () => {
    const [first, second, third] = [create("acme", "web"), create("acme", "web"), create("other", "web")];
    const before = readFileSync(file, "utf8");
    const unclear = keys("remove", "--name", "web", "--file", file);
    expect(unclear.status).toBe(1);
    for (const key of [first, second, third]) expect(unclear.stderr).toContain(sha256(key).slice(0, 8));
    expect(keys("remove", "--name", "web", "--tenant", "acme", "--file", file).status).toBe(1);
    expect(readFileSync(file, "utf8")).toBe(before);

    expect(keys("remove", "--name", "web", "--tenant", "other", "--file", file).status).toBe(0);
    expect(keys("remove", "--name", "web", "--id", sha256(first).slice(0, 8), "--file", file).status).toBe(0);
    expect(readKeys(file).map((entry) => entry.sha256)).toEqual([sha256(second)]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("warns of a list without keys, and knows no key that is not there", () => {
    create("acme", "web");
    expect(keys("remove", "--name", "ios", "--file", file).status).toBe(1);
    const last = keys("remove", "--name", "web", "--file", file);
    expect(last.status).toBe(0);
    expect(last.stderr).toContain("create another");
    expect(readKeys(file)).toEqual([]);
  });
});

describe("keys signing", () => {
  it("prints a new secret alone on stdout", () => {
    const [one, other] = [keys("signing"), keys("signing")];
    expect(one.stdout).toMatch(/^[\w-]{64}\n$/);
    expect(other.stdout).not.toBe(one.stdout);
    expect(one.stderr).toContain("TOKEN_SECRET_OTHER");
    expect(one.stderr).not.toContain(one.stdout.trimEnd());
  });
});

describe("a local run", () => {
  const ListSchema = v.array(v.object({ name: v.string(), tenant: v.string(), sha256: v.string() }));
  const listed = (text: string): v.InferOutput<typeof ListSchema> => v.parse(ListSchema, JSON.parse(text));

  it("has a key of the same form", () => {
    expect(isApiKeyWhole(localSecrets(folder).apiKey)).toBe(true);
  });

  it("goes on with a key of an older form", () => {
    const secrets = { apiKey: "cw_local_abcdefghijklmnopqrstuvwxyz012345", tokenSecret: "s".repeat(64) };
    writeFileSync(join(folder, "secrets.json"), JSON.stringify(secrets));
    expect(localSecrets(folder)).toEqual(secrets);
  });

  it("honours the keys of its folder besides its own", () => {
    const made = create("acme", "web");
    const { apiKey } = localSecrets(folder);
    expect(listed(apiKeyList(apiKey, readKeys(file)))).toEqual([
      { name: "local", tenant: "local", sha256: sha256(apiKey) },
      { name: "web", tenant: "acme", sha256: sha256(made) },
    ]);
  });
});
