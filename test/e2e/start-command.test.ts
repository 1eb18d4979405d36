import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mintToken } from "../../cli/api.ts";
import { inRoot } from "../../cli/paths.ts";
import { isAlive } from "../../cli/stack/alive.ts";
import { eventually, within } from "../../testing/wait.ts";
import { descendants } from "../support/descendants.ts";

const LocalSchema = v.object({ url: v.string(), apiKey: v.string(), engine: v.string() });

describe("npm start", () => {
  let folder: string;
  const started: ChildProcess[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "captionwire-start-"));
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  function captionwire(...args: string[]) {
    const child = spawn(process.execPath, [inRoot("cli/bootstrap.mjs"), ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, DEEPGRAM_API_KEY: "" },
    });
    started.push(child);
    const output = Promise.all([text(child.stdout), text(child.stderr)]).then((parts) => parts.join(""));
    const code = new Promise<number | null>((resolve) => child.once("exit", resolve));
    return { child, output, code };
  }

  it("says where it is, answers, and on Ctrl-C ends every process it started", async () => {
    const { child, output, code } = captionwire("start", "--port", "0", "--no-demo", "--folder", folder);
    const file = join(folder, "local.json");
    await eventually("local.json is written", () => existsSync(file), Boolean, 90_000);
    expect(statSync(file).mode & 0o077).toBe(0);
    const local = v.parse(LocalSchema, JSON.parse(readFileSync(file, "utf8")));
    expect((await fetch(`${local.url}/healthz`)).status).toBe(200);
    expect(await mintToken(local, { scopes: ["speak"] })).toMatch(/\./);
    const processes = descendants(child.pid ?? 0);
    expect(processes.length).toBeGreaterThanOrEqual(4);

    child.kill("SIGINT");
    expect(await within("the command ends", code)).toBe(0);
    const printed = (await output).split(/\s+/);
    const pages = ["/studio", "/watch/demo", "/overlay/demo", "/plain/demo", "/stats/demo", "/speak", "/api"];
    expect(printed).toEqual(expect.arrayContaining(pages.map((page) => local.url + page)));
    expect(existsSync(file)).toBe(false);
    await expect(fetch(`${local.url}/healthz`)).rejects.toThrow();
    await expect(fetch(local.engine)).rejects.toThrow();
    expect(processes.filter(isAlive)).toEqual([]);
  }, 120_000);

  it("takes its processes along when it is killed without a word", async () => {
    const { child } = captionwire("start", "--port", "0", "--no-demo", "--folder", folder);
    const file = join(folder, "local.json");
    await eventually("local.json is written", () => existsSync(file), Boolean, 90_000);
    const [main, ...others] = descendants(child.pid ?? 0);
    expect(main).toBeDefined();
    process.kill(main ?? 0, "SIGKILL");
    await eventually(
      "all are gone",
      () => others.filter(isAlive),
      (alive) => alive.length === 0,
    );
  }, 120_000);

  it("says at once that a port is taken, and names another", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { output, code } = captionwire("start", "--port", String(port), "--folder", folder);
    expect(await within("the command ends", code)).toBe(1);
    expect(await output).toMatch(new RegExp(`^Port ${port} is in use.*npm start -- --port ${port + 1}\n$`));
    server.close();
  });

  it("knows its options", async () => {
    const unknown = captionwire("start", "--prot", "1");
    expect(await within("the command ends", unknown.code)).toBe(2);
    expect(await unknown.output).toContain("--prot");
    const help = captionwire("start", "--help");
    expect(await within("the command ends", help.code)).toBe(0);
    expect(await help.output).toContain("--no-demo");
  });
});
