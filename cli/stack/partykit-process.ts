// A program of its own: `partykit dev` with what it starts, so that ending this process, in whatever way, ends exactly that.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { inRoot } from "../paths.ts";
import { writePartykitFolder } from "./partykit-folder.ts";
import { quiet } from "./tool.ts";

const SettingsSchema = v.object({
  port: v.number(),
  folder: v.string(),
  variables: v.record(v.string(), v.string()),
});

const endWithinMs = 1_000;
const askEveryMs = 100;

const lines = createInterface({ input: process.stdin });
const first = await lines[Symbol.asyncIterator]().next();
if (first.done === true) process.exit(1);
const { port, folder, variables } = v.parse(SettingsSchema, JSON.parse(first.value));
writePartykitFolder(folder, variables);

const preload = pathToFileURL(inRoot("cli/stack/loopback.ts")).href;
const options = ["--port", String(port), "--persist", join(folder, "state"), "--config", "partykit.json"];
const partykit = spawn(
  process.execPath,
  [
    ...["--disable-warning=ExperimentalWarning", "--import", preload],
    ...[inRoot("node_modules/partykit/dist/bin.mjs"), "dev", ...options],
    // Neither keys of a terminal that is not there, nor a placeholder that would be fetched from the network.
    ...["--no-hotkeys", "--disable-request-cf-fetch"],
  ],
  { cwd: folder, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...quiet, PWD: folder } },
);
partykit.stdout.pipe(process.stderr);
partykit.stderr.pipe(process.stderr);

let isEnding = false;
partykit.once("exit", (code) => process.exit(isEnding ? 0 : (code ?? 1) || 1));
// The parent's end of this pipe closes when the parent ends, even by SIGKILL.
lines.once("close", end);
process.once("SIGTERM", end);

const url = `http://127.0.0.1:${port}`;
while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, askEveryMs));
process.stdout.write(`${JSON.stringify({ ready: true, url })}\n`);

/** Rooms answer, and not only PartyKit: nobody is let in without a voucher. */
async function isThere(): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/parties/captions/local%3Aready/state`, {
      signal: AbortSignal.timeout(2_000),
    });
    return v.is(v.object({ code: v.literal("unauthenticated") }), await answer.json());
  } catch {
    return false;
  }
}

function end(): void {
  isEnding = true;
  // It ends its runtime on the way.
  partykit.kill("SIGTERM");
  setTimeout(
    () => process.kill(process.platform === "win32" ? process.pid : -process.pid, "SIGKILL"),
    endWithinMs,
  );
}
