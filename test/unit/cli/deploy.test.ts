import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import * as v from "valibot";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { problemsOf, readDeployed } from "../../../cli/deploy/config.ts";
import { addressOf } from "../../../cli/deploy/health.ts";
import { requiredSecrets } from "../../../cli/deploy/required.ts";
import { checkSizes, sizeLimits, sizesText } from "../../../cli/deploy/sizes.ts";
import { UserError } from "../../../cli/errors.ts";
import { KeyEntrySchema, keyEntry } from "../../../cli/keys/entries.ts";
import { changeKeys, readKeys } from "../../../cli/keys/file.ts";
import { newApiKey, newSigningSecret } from "../../../cli/keys/make.ts";
import { inRoot } from "../../../cli/paths.ts";
import { askOn } from "../../../cli/terminal/ask.ts";
import { parseSigningKeys, SigningKeysSchema } from "../../../party/tokens/signing-keys.ts";
import { isApiKeyWhole } from "../../../shared/api-key.ts";
import { eventually } from "../../../testing/wait.ts";
import { type Deploying, deploying, nobody, type Scenario, somebody } from "../../support/deploying.ts";

const account = { id: "a1", name: "Harbour Radio" };
const deepgramKey = "deepgram-key-of-the-tests";

const open: { remove(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.remove();
});

function scenario(over: Partial<Scenario> = {}): Scenario {
  return { accounts: [account], secrets: [...requiredSecrets], targets: [], ...over };
}

function start(options: Parameters<typeof deploying>[0]): Deploying {
  const made = deploying(options);
  open.push(made);
  return made;
}

/** A Worker that gives these answers to these paths. */
async function worker(answers: Readonly<Record<string, readonly [status: number, body: unknown]>>) {
  const server: Server = createServer((request, response) => {
    const [status, body] = answers[request.url ?? ""] ?? [404, "nothing here"];
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({ remove: () => server.close() });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

const well = [200, { ok: true }] as const;
const refusedKey = [401, { code: "unauthorized", message: "no such key", retry: false }] as const;

async function failure(work: Promise<void>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  return error instanceof UserError ? error.message : "";
}

describe("deploy", () => {
  it("goes no further than an account when nobody is logged in", async () => {
    const it = start({ scenario: scenario({ accounts: null }), asking: nobody });
    expect(await failure(it.run())).toMatch(/npx wrangler login.*CLOUDFLARE_API_TOKEN/s);
    expect(it.calls.map(({ args }) => args[0])).toEqual(["deploy", "whoami"]);
    expect(it.calls[0]?.args).toContain("--dry-run");
  });

  it("has one of several accounts named", async () => {
    const accounts = [account, { id: "b2", name: "Other" }];
    const unnamed = start({ scenario: scenario({ accounts }), asking: nobody });
    expect(await failure(unnamed.run())).toContain("CLOUDFLARE_ACCOUNT_ID=b2   # Other");
    const named = start({
      scenario: scenario({ accounts }),
      asking: nobody,
      env: { CLOUDFLARE_ACCOUNT_ID: "b2" },
    });
    await named.run();
    expect(named.output).toContain("Other");
  });

  it("deploys without a question or a secret where none is missing", async () => {
    const it = start({ scenario: scenario(), asking: nobody, environment: "staging" });
    await it.run();
    const last = it.calls.at(-1);
    expect(last?.args).toEqual(["deploy", "--env", "staging"]);
    expect(last?.secrets).toBeUndefined();
    expect(it.output).toContain("version-of-the-tests");
    expect(it.output).toContain("npx wrangler rollback --env staging");
  });

  it("asks by name for what a new Worker needs, and gives it what it understands, with the code", async () => {
    const url = await worker({
      "/healthz": well,
      "/v1/tokens": [200, { token: "t", id: "i", expiresAt: 1 }],
    });
    const asking = somebody(["", "Not a name", "acme", "short", deepgramKey]);
    const it = start({ scenario: scenario({ secrets: null, targets: [url] }), asking });
    await it.run();
    expect(asking.asked.map((question) => question.split(":")[0])).toEqual([
      "hidden",
      "shown",
      "shown",
      "hidden",
      "hidden",
    ]);
    for (const name of requiredSecrets) expect(it.output).toContain(`${name} `);

    const { secrets = {}, secretsFile = "", mode } = it.calls.at(-1) ?? {};
    expect(mode).toBe("600");
    expect(Object.keys(secrets).sort()).toEqual([...requiredSecrets].sort());
    expect(parseSigningKeys(v.parse(SigningKeysSchema, secrets))).toHaveLength(1);
    const [key] = readKeys(it.keyFile);
    expect(key).toMatchObject({ name: "first", tenant: "acme" });
    expect(v.parse(v.pipe(v.string(), v.parseJson(), v.array(KeyEntrySchema)), secrets.API_KEYS)).toEqual([
      key,
    ]);

    // Gone afterwards, and never where anybody sees it; but for the key, once.
    expect(secretsFile).not.toBe("");
    expect(existsSync(secretsFile)).toBe(false);
    for (const secret of [secrets.TOKEN_SECRET ?? "", deepgramKey]) {
      expect(secret).not.toBe("");
      expect(it.output).not.toContain(secret);
      for (const call of it.calls) expect(call.args.join(" ")).not.toContain(secret);
    }
    const shown = it.output.split(/\s+/).filter(isApiKeyWhole);
    expect(shown).toHaveLength(1);
    expect(keyEntry(shown[0] ?? "", "", "", new Date(0)).sha256).toBe(key?.sha256);
    expect(it.output).toContain("one was minted");
  });

  it("asks for nothing but what is missing", async () => {
    const asking = somebody([deepgramKey]);
    const it = start({ scenario: scenario({ secrets: ["TOKEN_SECRET", "API_KEYS"] }), asking });
    await it.run();
    expect(asking.asked).toHaveLength(1);
    expect(it.calls.at(-1)?.secrets).toEqual({ DEEPGRAM_API_KEY: deepgramKey });
    expect(existsSync(it.keyFile)).toBe(false);
  });

  it("says what to do where a secret is missing and nobody can be asked", async () => {
    const it = start({ scenario: scenario({ secrets: ["TOKEN_SECRET"] }), asking: nobody });
    const told = await failure(it.run());
    expect(told).toContain("API_KEYS, DEEPGRAM_API_KEY");
    expect(told).toContain("console.deepgram.com");
    expect(told).not.toContain("TOKEN_SECRET ");
    expect(it.calls.map(({ args }) => args[0])).toEqual(["deploy", "whoami", "secret"]);
  });

  it("takes secrets of the environment and the list of keys, without a terminal", async () => {
    const secret = newSigningSecret();
    const it = start({
      scenario: scenario({ secrets: null }),
      asking: nobody,
      env: { TOKEN_SECRET: secret, DEEPGRAM_API_KEY: deepgramKey },
    });
    changeKeys(it.keyFile, () => [keyEntry(newApiKey(), "web", "acme", new Date(0))]);
    await it.run();
    expect(it.calls.at(-1)?.secrets).toEqual({
      TOKEN_SECRET: secret,
      API_KEYS: readFileSync(it.keyFile, "utf8"),
      DEEPGRAM_API_KEY: deepgramKey,
    });
  });

  it.each([
    ["TOKEN_SECRET", "short"],
    ["API_KEYS", "[]"],
    ["API_KEYS", "not json"],
    ["DEEPGRAM_API_KEY", "has a space in it"],
  ])(
    "refuses a %s of the environment that a Worker would refuse, without repeating it",
    async (name, text) => {
      const env = { ...Object.fromEntries(requiredSecrets.map((each) => [each, ""])), [name]: text };
      const it = start({ scenario: scenario({ secrets: null }), asking: somebody(["", "acme"]), env });
      const told = await failure(it.run());
      expect(told).toContain(`${name} of the environment is not right`);
      expect(told).not.toContain(text);
    },
  );

  it("keeps a key for the next try when the upload fails, and tells no secret that wrangler repeats", async () => {
    const it = start({
      scenario: scenario({ secrets: null, deployFails: "Uploading failed with" }),
      asking: somebody(["", "acme", deepgramKey, "", deepgramKey]),
    });
    const told = await failure(it.run());
    expect(told).toContain("It was not deployed");
    expect(told).toContain("Uploading failed with");
    const { secrets = {} } = it.calls.find((call) => call.secrets !== undefined) ?? {};
    expect(Object.keys(secrets)).toHaveLength(3);
    for (const secret of [secrets.TOKEN_SECRET ?? "", deepgramKey]) expect(told).not.toContain(secret);
    expect(told).toContain("The key above stays on the list");

    expect(await failure(it.run())).not.toContain("The key above");
    const uploads = it.calls.filter((call) => call.secrets !== undefined);
    expect(uploads.map((call) => call.secrets?.API_KEYS)).toEqual([secrets.API_KEYS, secrets.API_KEYS]);
    expect(it.output.split(/\s+/).filter(isApiKeyWhole)).toHaveLength(1);
  });

  it("shows and keeps a key before the upload, so that no interrupt loses it", async () => {
    const interrupt = new AbortController();
    const it = start({
      scenario: scenario({ secrets: null, deployHangs: true }),
      asking: somebody(["", "acme", deepgramKey]),
      interrupted: () => interrupt.signal,
    });
    const ended = failure(it.run());
    await eventually(
      "the upload",
      () => it.calls.some(({ secrets }) => secrets !== undefined),
      (isThere) => isThere,
    );
    const shown = it.output.split(/\s+/).filter(isApiKeyWhole);
    expect(shown).toHaveLength(1);
    expect(it.output).toContain("good once the deployment is in place");
    const [key] = readKeys(it.keyFile);
    expect(keyEntry(shown[0] ?? "", "", "", new Date(0)).sha256).toBe(key?.sha256);
    interrupt.abort();
    expect(await ended).toContain("It was not deployed: wrangler was interrupted");
    expect(it.output).toContain("Looking at what is in place …");
  });

  it("shows a key before it keeps it, and uploads none that cannot be kept", async () => {
    const it = start({ scenario: scenario({ secrets: null }), asking: somebody(["", "acme", deepgramKey]) });
    writeFileSync(`${it.keyFile}.new`, "");
    expect(await failure(it.run())).toMatch(/^It was not deployed, .*\.new\.$/);
    expect(it.output.split(/\s+/).filter(isApiKeyWhole)).toHaveLength(1);
    expect(it.calls.some(({ secrets }) => secrets !== undefined)).toBe(false);
  });

  describe("when wrangler fails after the upload", () => {
    const fails = { triggersFail: "Some triggers failed to deploy for captionwire:" };

    it("says so of a new Worker, whose key was shown", async () => {
      const it = start({
        scenario: scenario({ secrets: null, ...fails }),
        asking: somebody(["", "acme", deepgramKey]),
      });
      const told = await failure(it.run());
      expect(told).toContain("It was uploaded and is in place, but wrangler failed");
      expect(told).toContain(fails.triggersFail);
      expect(told).not.toContain(deepgramKey);
      // There is none before.
      expect(told).not.toContain("rollback");
      const [key] = readKeys(it.keyFile);
      const shown = it.output.split(/\s+/).filter(isApiKeyWhole);
      expect(shown).toHaveLength(1);
      expect(keyEntry(shown[0] ?? "", "", "", new Date(0)).sha256).toBe(key?.sha256);
    });

    it("says how to go back where there was one, secrets or not", async () => {
      const it = start({ scenario: scenario(fails), asking: nobody, environment: "staging" });
      const told = await failure(it.run());
      expect(told).toContain("It was uploaded and is in place, but wrangler failed");
      expect(told).toContain("npx wrangler rollback --env staging");
    });

    it("and without saying what it deployed", async () => {
      const it = start({
        scenario: scenario({ secrets: ["TOKEN_SECRET", "DEEPGRAM_API_KEY"], deployEnds: "silent" }),
        asking: somebody(["acme"]),
      });
      const told = await failure(it.run());
      expect(told).toContain("It was uploaded and is in place, but wrangler did not say what it deployed");
      expect(told).toContain("npx wrangler rollback");
      expect(it.output.split(/\s+/).filter(isApiKeyWhole)).toHaveLength(1);
    });
  });

  it("goes on where wrangler fails when all is in place, at a question of its own", async () => {
    const url = await worker({ "/healthz": well, "/v1/tokens": refusedKey });
    const it = start({ scenario: scenario({ targets: [url], deployEnds: "late" }), asking: nobody });
    await it.run();
    expect(it.output).toContain("All is in place; what came after that did not end well: wrangler failed");
    expect(it.output).toContain("version-of-the-tests");
    expect(it.output).toContain("it knows its keys");
    const nowhere = start({ scenario: scenario({ deployEnds: "late, nowhere" }), asking: nobody });
    expect(await failure(nowhere.run())).toContain("It was not deployed: wrangler failed");
  });

  it("loses no key where nobody can tell whether it was uploaded", async () => {
    const it = start({
      scenario: scenario({ secrets: null, deployFails: "no network", latestFails: "still none" }),
      asking: somebody(["", "acme", deepgramKey]),
    });
    const told = await failure(it.run());
    expect(told).toMatch(/It may have been uploaded: .*no network.*still none.*wrangler deployments list/s);
    expect(readKeys(it.keyFile)).toHaveLength(1);
  });

  it("takes a no to wrangler's own question for one", async () => {
    const it = start({ scenario: scenario({ deployEnds: "declined" }), asking: nobody });
    expect(await failure(it.run())).toBe("It was not deployed: wrangler was told not to go on.");
  });

  it("takes no domain from anybody without a terminal, unless that is meant", async () => {
    const customDomains = ["captions.example.com"];
    const refused = start({ scenario: scenario(), asking: nobody, customDomains });
    expect(await failure(refused.run())).toMatch(/captions\.example\.com.*--take-domains/s);
    expect(refused.calls).toEqual([]);
    await refused.rehearse();
    expect(refused.output).toContain("captions.example.com: without a terminal only with --take-domains");
    const meant = start({ scenario: scenario(), asking: nobody, customDomains, mayTakeDomains: true });
    await meant.run();
    expect(meant.output).toContain("version-of-the-tests");
  });

  it.each([
    [
      "has an error",
      { "/healthz": [503, { code: "not_configured", message: "no keys", retry: true }] },
      "no keys",
    ],
    ["is something else", { "/healthz": [200, "<html>"] }, "something else"],
    ["mints no tokens", { "/healthz": well, "/v1/tokens": [500, { code: "internal", message: "oh" }] }, "oh"],
  ] as const)("tells how to go back when the new Worker %s", async (_, answers, said) => {
    const url = await worker(answers);
    const it = start({ scenario: scenario({ targets: [url] }), asking: nobody });
    const told = await failure(it.run());
    expect(told).toContain("It was deployed, and is not well.");
    expect(told).toContain(said);
    expect(told).toContain("npx wrangler rollback");
    expect(told).toContain("npx wrangler tail");
  });

  it("knows a Worker that is well by its refusal of a key that nobody has", async () => {
    const url = await worker({ "/healthz": well, "/v1/tokens": refusedKey });
    const it = start({ scenario: scenario({ targets: [url] }), asking: nobody });
    await it.run();
    expect(it.output).toContain(url);
    expect(it.output).toContain("it knows its keys");
  });

  it("rehearses without an account", async () => {
    const it = start({ scenario: scenario({ accounts: null }), asking: nobody });
    await it.rehearse();
    expect(it.calls).toHaveLength(1);
    for (const name of requiredSecrets) expect(it.output).toContain(name);
    expect(it.output).toContain("Nothing was deployed.");
  });
});

describe("an address", () => {
  it.each([
    [
      ["https://captionwire.acme.workers.dev", "captions.example.com (custom domain)"],
      "https://captions.example.com",
    ],
    [["captions.example.com (custom domain - zone name: example.com)"], "https://captions.example.com"],
    [["https://captionwire.acme.workers.dev"], "https://captionwire.acme.workers.dev"],
    [["example.com/captions/* (zone name: example.com)", "schedule: 1 * * * *"], null],
    [[], null],
  ])("is found in %j", (targets, address) => {
    expect(addressOf(targets)).toBe(address);
  });
});

describe("secrets", () => {
  it("are not shown while they are typed", async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    let shown = "";
    output.on("data", (text) => {
      shown += text;
    });
    const asking = askOn(input, output);
    const answer = asking.hidden("The key: ");
    input.write(`  ${deepgramKey} \r`);
    expect(await answer).toBe(deepgramKey);
    const name = asking.text("Name: ");
    input.write("acme\n");
    expect(await name).toBe("acme");
    expect(shown).toBe("The key: \nName: ");
    expect(asking.isSomebody).toBe(false);
  });

  it("are not waited for when the input ends", async () => {
    const input = new PassThrough();
    const answer = askOn(input, new PassThrough()).hidden("The key: ");
    input.end();
    await expect(answer).rejects.toThrow(UserError);
  });
});

describe("the configuration", () => {
  // It is large, and loading it is no part of what is tried.
  beforeAll(async () => {
    await import("wrangler");
  }, 60_000);
  const room = { name: "CAPTIONS", class_name: "CaptionRoom" };
  const none = { new_sqlite_classes: [], new_classes: [], renamed_classes: [], deleted_classes: [] };
  const first = { ...none, tag: "v1", new_sqlite_classes: ["CaptionRoom"] };
  const config = { durable_objects: { bindings: [room] }, migrations: [first] };

  it.each([
    ["captionwire", null],
    ["captionwire-staging", "staging"],
  ])("of %s is as Cloudflare wants it", async (worker, environment) => {
    expect(await readDeployed(inRoot("wrangler.toml"), environment)).toMatchObject({
      worker,
      lastMigration: "v3",
    });
  });

  it("tells domains that the Worker is given from mere routes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "captionwire-config-"));
    open.push({ remove: () => rmSync(folder, { recursive: true }) });
    const path = join(folder, "wrangler.toml");
    const routes = `routes = [{ pattern = "captions.example.com", custom_domain = true }, "example.com/x/*"]\n`;
    writeFileSync(path, `${routes}${readFileSync(inRoot("wrangler.toml"), "utf8")}`);
    expect((await readDeployed(path, null)).customDomains).toEqual(["captions.example.com"]);
    expect((await readDeployed(path, "staging")).customDomains).toEqual([]);
    expect((await readDeployed(inRoot("wrangler.toml"), null)).customDomains).toEqual([]);
  });

  it("says which environments there are not", async () => {
    await expect(readDeployed(inRoot("wrangler.toml"), "nowhere")).rejects.toThrow("no [env.nowhere]");
  });

  it("has each class made by a migration and bound", () => {
    expect(problemsOf(config)).toEqual([]);
    const renamed = { ...none, tag: "v2", renamed_classes: [{ from: "CaptionRoom", to: "Room" }] };
    const after = { ...config, durable_objects: { bindings: [{ name: "CAPTIONS", class_name: "Room" }] } };
    expect(problemsOf({ ...after, migrations: [first, renamed] })).toEqual([]);
  });

  it.each([
    ["is bound, and no migration makes it", { ...config, migrations: [] }],
    ["nothing is bound to it", { ...config, durable_objects: { bindings: [] } }],
    [
      "no migration makes it",
      { ...config, migrations: [first, { ...none, tag: "v2", deleted_classes: ["CaptionRoom"] }] },
    ],
    ["two migrations are called v1", { ...config, migrations: [first, { ...none, tag: "v1" }] }],
    ["without SQLite", { ...config, migrations: [{ ...none, tag: "v1", new_classes: ["CaptionRoom"] }] }],
  ])("is refused: %s", (problem, wrong) => {
    expect(problemsOf(wrong).join()).toContain(problem);
  });
});

describe("sizes", () => {
  const small = { bytes: 893_162, gzipped: 225_101 };

  it("are told against the limits", () => {
    const text = sizesText({ worker: small, pages: [{ file: "a.js", bytes: 2_048, gzipped: 1_024 }] });
    expect(text).toContain("872.2 KiB of 64 MiB; 219.8 KiB gzipped, 7.2 % of a free plan's 3 MiB");
    expect(text).toMatch(/a\.js\s+2\.0 KiB\s+1\.0 KiB/);
  });

  it.each([
    [{ bytes: 0, gzipped: 20 }, "nothing"],
    [{ bytes: sizeLimits.workerBytes + 1, gzipped: 1 }, "too large"],
    [{ bytes: 1_000, gzipped: sizeLimits.workerGzippedPaid + 1 }, "too large"],
  ])("that no plan takes are refused: %j", (worker, problem) => {
    expect(() => checkSizes({ worker, pages: [] })).toThrow(problem);
    expect(() => checkSizes({ worker: small, pages: [] })).not.toThrow();
  });

  it("of a page's file too", () => {
    const pages = [{ file: "film.js", bytes: sizeLimits.pageBytes + 1, gzipped: 9 }];
    expect(() => checkSizes({ worker: small, pages })).toThrow("film.js");
  });
});
