import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { afterEach, describe, expect, it } from "vitest";
import { requiredSecrets } from "../../../cli/deploy/required.ts";
import { newSigningSecret } from "../../../cli/keys/make.ts";
import { inRoot } from "../../../cli/paths.ts";
import { isAlive } from "../../../cli/stack/alive.ts";
import { shellWord } from "../../../cli/terminal/shell.ts";
import { eventually, within } from "../../../testing/wait.ts";
import { CallSchema, type Scenario } from "../../support/deploying.ts";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A deployment in a process of its own, in a terminal or without. */
function deployAlone(scenario: Scenario, env: NodeJS.ProcessEnv, inTerminal: boolean, CI = "") {
  const words = [
    process.execPath,
    inRoot("test/support/deploying-alone.ts"),
    JSON.stringify(scenario),
    JSON.stringify(env),
  ];
  const [program = "", ...args] = inTerminal
    ? ["script", "-qec", words.map(shellWord).join(" "), "/dev/null"]
    : words;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, CI } });
  open.push(() => child.kill("SIGKILL"));
  let output = "";
  child.stdout.on("data", (piece) => {
    output += piece;
  });
  child.stderr.on("data", (piece) => {
    output += piece;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    child,
    ended,
    get output() {
      return output;
    },
    /** The last call of wrangler that is a deployment with secrets, once there is one. */
    async uploading() {
      const folder = await eventually(
        "the folder",
        () => /^(\/\S+)\r?\n/.exec(output)?.[1] ?? "",
        (path) => path !== "",
      );
      open.push(() => rmSync(folder, { recursive: true, force: true }));
      const calls = join(folder, "calls.ndjson");
      const line = await eventually(
        "the upload",
        () =>
          (existsSync(calls) ? readFileSync(calls, "utf8") : "")
            .split("\n")
            .findLast((each) => /"secretsFile"/.test(each)),
        (each) => each !== undefined,
      );
      const call = v.parse(v.pipe(v.string(), v.parseJson(), CallSchema), line);
      open.push(() => {
        if (isAlive(call.pid)) process.kill(call.pid, "SIGKILL");
      });
      return call;
    },
  };
}

const base: Scenario = { accounts: [{ id: "a1", name: "Harbour Radio" }], secrets: null, targets: [] };
const secrets = {
  TOKEN_SECRET: newSigningSecret(),
  API_KEYS: JSON.stringify([{ name: "web", tenant: "acme", sha256: "0".repeat(64) }]),
  DEEPGRAM_API_KEY: "deepgram-key-of-the-tests",
};

describe("a deployment", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "leaves neither secrets nor wrangler behind at %s, and says what came of it",
    async (signal) => {
      const alone = deployAlone({ ...base, deployHangs: true }, secrets, false);
      const { secretsFile = "", pid } = await alone.uploading();
      expect(existsSync(secretsFile)).toBe(true);
      alone.child.kill(signal);
      expect(await within("the end", alone.ended), alone.output).toBe(1);
      expect(existsSync(dirname(secretsFile))).toBe(false);
      expect(isAlive(pid)).toBe(false);
      expect(alone.output).toContain("It was not deployed: wrangler was interrupted");
    },
  );

  // Where `script` gives a terminal to what it runs.
  it.skipIf(process.platform !== "linux").each(["", "false"])(
    "in a terminal is wrangler's, which asks there, with CI=%s",
    async (CI) => {
      const alone = deployAlone({ ...base, secrets: [...requiredSecrets] }, {}, true, CI);
      expect(await within("the end", alone.ended), alone.output).toBe(0);
      expect(alone.output).toContain('"asks":true');
      expect(alone.output).toContain("version-of-the-tests");
    },
  );

  it.skipIf(process.platform !== "linux")("asks nobody in a CI that gives a terminal", async () => {
    const alone = deployAlone({ ...base, secrets: [...requiredSecrets] }, {}, true, "true");
    expect(await within("the end", alone.ended), alone.output).toBe(0);
    expect(alone.output).toContain('"asks":false');
    const missing = deployAlone(base, {}, true, "true");
    expect(await within("the end", missing.ended), missing.output).toBe(1);
    expect(missing.output).toContain("there is no terminal to ask on, or CI is set");
  });

  it("without one asks nobody", async () => {
    const alone = deployAlone({ ...base, secrets: [...requiredSecrets] }, {}, false);
    alone.child.stdin.end();
    expect(await within("the end", alone.ended), alone.output).toBe(0);
    expect(alone.output).toContain('"asks":false');
  });
});
