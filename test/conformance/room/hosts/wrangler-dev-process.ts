// A program of its own around `wrangler dev`: its group ends with it, and it ends with its parent, in whatever way.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as v from "valibot";
import { inRoot } from "../../../../cli/paths.ts";
import { freePort } from "../../../../cli/stack/port.ts";

const SettingsSchema = v.object({
  /** Of its own: storage, and the file with its variables. */
  folder: v.string(),
  port: v.number(),
  bindings: v.record(v.string(), v.string()),
});

const lines = createInterface({ input: process.stdin });
const first = await lines[Symbol.asyncIterator]().next();
if (first.done === true) process.exit(1);
const { folder, port, bindings } = v.parse(SettingsSchema, JSON.parse(first.value));

// In a file that is this user's, because arguments are everybody's to read.
const variables = join(folder, "variables.env");
const text = Object.entries(bindings).map(([name, value]) => `${name}='${value}'\n`);
writeFileSync(variables, text.join(""), { mode: 0o600 });

// On one machine everybody comes from one address, and the suite alone is a crowd: its limits would count all of it as one.
const config = join(folder, "wrangler.toml");
writeFileSync(
  config,
  readFileSync(inRoot("wrangler.toml"), "utf8")
    .replace('"workers/index.ts"', JSON.stringify(inRoot("workers/index.ts")))
    .replaceAll('"dist/web"', JSON.stringify(inRoot("dist/web")))
    .replaceAll(/limit = \d+/g, "limit = 1000000"),
);

const options = {
  config,
  ip: "127.0.0.1",
  port: String(port),
  "inspector-port": String(await freePort()),
  "persist-to": join(folder, "state"),
  "env-file": variables,
  "log-level": "warn",
  "show-interactive-dev-session": "false",
};
const wrangler = spawn(
  process.execPath,
  [
    inRoot("node_modules/wrangler/bin/wrangler.js"),
    "dev",
    "--local",
    ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
  ],
  {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      CI: "1",
      NO_COLOR: "1",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_SEND_ERROR_REPORTS: "false",
      WRANGLER_WRITE_LOGS: "false",
      // The placeholder of a real request's `cf` would be fetched from the network.
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
    },
  },
);
wrangler.stdout.pipe(process.stderr);
wrangler.once("exit", (code) => process.exit(code ?? 1));
lines.once("close", () => {
  wrangler.kill();
  // Whoever started this one ends the whole group soon.
});

const url = `http://127.0.0.1:${port}`;
while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 100));
process.stdout.write(`${JSON.stringify({ ready: true, url })}\n`);

async function isReady(): Promise<boolean> {
  const answer = await fetch(`${url}/healthz`).catch(() => null);
  await answer?.body?.cancel();
  return answer?.ok === true;
}
