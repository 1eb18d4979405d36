// In wrangler's place: it is copied beside a `scenario.json`, does what stands there, and writes down how it was called.
// Its answers are those of wrangler 4.116, to the letter where our code reads them.
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;
const scenario = JSON.parse(readFileSync(join(folder, "scenario.json"), "utf8"));
const args = process.argv.slice(2);
const after = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const environment = after("--env") ?? "";

const secretsFile = after("--secrets-file");
const secrets = secretsFile === undefined ? undefined : readFileSync(secretsFile, "utf8");
const call = {
  args,
  secrets: secrets === undefined ? undefined : JSON.parse(secrets),
  secretsFile,
  pid: process.pid,
  asks: process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.CI === "false",
  mode: secretsFile === undefined ? undefined : (statSync(secretsFile).mode & 0o777).toString(8),
};
appendFileSync(join(folder, "calls.ndjson"), `${JSON.stringify(call)}\n`);

function fail(message) {
  process.stderr.write(
    `\n\u001b[31m✘ [ERROR] ${message}\u001b[0m\n\n🪵  Logs were written to "/somewhere"\n`,
  );
  process.exit(1);
}

if (args[0] === "whoami") {
  const { accounts } = scenario;
  process.stdout.write(
    `${JSON.stringify(accounts === null ? { loggedIn: false } : { loggedIn: true, accounts })}\n`,
  );
  process.exit(accounts === null ? 1 : 0);
}
if (args[0] === "secret" && args[1] === "list") {
  if (scenario.secrets === null) {
    fail(
      `Worker "captionwire"${environment === "" ? "" : ` (env: ${environment})`} not found.\n\nIf this is a new Worker, run…`,
    );
  }
  process.stdout.write(
    JSON.stringify(
      scenario.secrets.map((name) => ({ name, type: "secret_text" })),
      null,
      "  ",
    ),
  );
  process.exit(0);
}
if (args[0] === "deploy" && args.includes("--dry-run")) {
  mkdirSync(after("--outdir"), { recursive: true });
  writeFileSync(join(after("--outdir"), "index.js"), "export default {};\n");
  process.exit(0);
}
const uploaded = join(folder, "uploaded");
const tried = join(folder, "tried");
if (args.slice(0, 3).join(" ") === "deployments status --json") {
  if (scenario.latestFails !== undefined && existsSync(tried)) fail(scenario.latestFails);
  const id = existsSync(uploaded) ? "deployment-of-the-tests" : "deployment-before";
  if (scenario.secrets === null && !existsSync(uploaded)) {
    fail(
      "A request to the Cloudflare API (/accounts/a1/workers/scripts/captionwire/deployments) failed.\n\n  This Worker does not exist on your account. [code: 10007]",
    );
  }
  process.stdout.write(JSON.stringify({ id, versions: [{ version_id: "v", percentage: 100 }] }, null, 2));
  process.exit(0);
}
if (args[0] === "deploy") {
  writeFileSync(tried, "");
  if (scenario.deployHangs === true) {
    await new Promise((resolve) => setTimeout(resolve, 3_600_000));
  }
  if (scenario.deployFails !== undefined) fail(`${scenario.deployFails} ${secrets ?? ""}`);
  const isDeclined = scenario.deployEnds === "declined";
  if (!isDeclined && scenario.deployEnds !== "late, nowhere") writeFileSync(uploaded, "");
  if (scenario.triggersFail !== undefined) fail(`${scenario.triggersFail} ${secrets ?? ""}`);
  const event = isDeclined
    ? { type: "deploy", version: 1, version_id: null }
    : { type: "deploy", version: 1, version_id: "version-of-the-tests", targets: scenario.targets };
  appendFileSync(
    process.env.WRANGLER_OUTPUT_FILE_PATH,
    `{"type":"wrangler-session","version":1}\n${scenario.deployEnds === "silent" ? "" : `${JSON.stringify(event)}\n`}`,
  );
  process.exit(scenario.deployEnds?.startsWith("late") ? 1 : 0);
}
fail(`Unknown arguments: ${args.join(" ")}`);
