// npm run conformance: the rules of PROTOCOL.md on all local hosts, and the speech engine against Deepgram's SDK.
// -- https://…: those rules on the service at that address. -- --list: the rules and the tests that prove them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { messageOf } from "../../cli/errors.ts";
import { inRoot, root } from "../../cli/paths.ts";
import { addressIn, preflight } from "./room/preflight.ts";

const help = `npm run conformance                   rooms on all local hosts, and the speech engine
npm run conformance -- https://…      rooms of the service there; CAPTIONWIRE_API_KEY holds a key of it, of a tenant
                                      that is for nothing else: rooms are made and deleted, and speech is paid for
npm run conformance -- --list         the rules and the tests that prove them
`;

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
  const reporters = ["--reporter=default", "--reporter=./test/conformance/room/reporter.ts"];
  const vitest = inRoot("node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", "--project=conformance", ...reporters, ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", ...env },
  });
  process.once("exit", () => child.kill("SIGKILL"));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  const [code] = await once(child, "exit");
  process.exitCode = code === 0 ? 0 : 1;
}

async function tryService(address: string): Promise<void> {
  const { CAPTIONWIRE_API_KEY: apiKey = "" } = process.env;
  let url: string;
  try {
    url = addressIn(address);
    if (apiKey !== "") await preflight({ url, apiKey });
  } catch (error) {
    return fail(messageOf(error));
  }
  if (apiKey === "") {
    fail(
      `CAPTIONWIRE_API_KEY is not set: tokens are made with an API key of the service. Make one with
npm run keys -- create, for a tenant that is for nothing else, and try again:
  CAPTIONWIRE_API_KEY=… npm run conformance -- ${url}`,
    );
  }
  await run(["test/conformance/room/deployed.test.ts"], { CONFORMANCE_URL: url });
}

const { values, positionals } = readArguments();
const [address, ...more] = positionals;
if (values.help === true) process.stdout.write(help);
else if (more.length > 0) fail(`One address at a time.\n\n${help}`);
else if (values.list === true) process.stdout.write(await list());
else if (address !== undefined) await tryService(address);
else await run([]);

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { list: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n\n${help}`);
  }
}

async function list(): Promise<string> {
  const { readProtocol } = await import("./room/document.ts");
  const { rules } = await import("./room/rules.ts");
  return readProtocol()
    .rules.map(({ id, text }) => {
      const tests = rules.filter((rule) => rule.id === id);
      const proofs = tests.map(
        ({ title, needs }) => `    ${title}${needs === undefined ? "" : ` (needs ${needs})`}`,
      );
      return `${id}  ${text}\n${proofs.join("\n")}\n`;
    })
    .join("\n");
}
