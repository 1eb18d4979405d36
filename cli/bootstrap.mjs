#!/usr/bin/env node
// Runs on whatever Node a fresh machine has, before anything is installed, and so stays plain JavaScript without imports
// from npm: it installs what is missing and hands over to `cli/main.ts` under the current Node that comes with the packages.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const oldestNode = 20;
const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
const windows = process.platform === "win32";

if (Number(process.versions.node.split(".")[0]) < oldestNode) {
  stop(
    `Captionwire needs Node ${oldestNode} or newer; this is ${process.version}. Get one from https://nodejs.org.`,
  );
}
if (!installed()) install();
run(findNode());

/** Whether every package of the lock file is there in its version. Optional ones may be absent: they depend on the machine. */
function installed() {
  const have = readPackages(join(modules, ".package-lock.json"));
  if (have === null) return false;
  const wanted = readPackages(join(root, "package-lock.json"));
  if (wanted === null)
    stop("package-lock.json is missing or broken: restore it with `git checkout package-lock.json`.");
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const found = have[path];
    if (found === undefined) return entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages ?? null;
  } catch {
    return null;
  }
}

function install() {
  const began = Date.now();
  process.stderr.write("Installing packages (once, about half a minute) … ");
  let result = npm("ci");
  // A lock file names the packages of the platform it was made on; newer versions of npm refuse it on another.
  // Installing without saving takes the same versions and adds what this platform lacks.
  if (result.status !== 0 && result.output.includes("EUSAGE")) result = npm("install", "--no-save");
  if (result.status === 0) {
    process.stderr.write(`done in ${Math.round((Date.now() - began) / 1000)} s\n`);
    return;
  }
  process.stderr.write(`failed\n\n${result.output.trim().split("\n").slice(0, 40).join("\n")}\n\n`);
  stop(
    "The packages could not be installed; above is what npm said. Check the network or proxy, then try again.",
  );
}

function npm(...words) {
  const args = [...words, "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  const options = { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 };
  const npmProgram = process.env.npm_execpath ?? "";
  const result = /\.c?js$/.test(npmProgram)
    ? spawnSync(process.execPath, [npmProgram, ...args], options)
    : spawnSync("npm", args, { ...options, shell: windows });
  if (result.signal !== null) process.exit(1);
  return {
    status: result.status,
    output: `${result.error?.message ?? ""}${result.stderr ?? ""}${result.stdout ?? ""}`,
  };
}

/** The `node` package is a current Node for this machine; its install step fetches the program itself. */
function findNode() {
  const packaged = join(modules, "node", "bin", windows ? "node.exe" : "node");
  if (existsSync(packaged) && works(packaged)) return packaged;
  if (process.features.typescript) return process.execPath;
  stop(
    "The npm package `node` brought no working program, and this Node " +
      `(${process.version}) is too old to do without it. If your npm ignores install scripts, run ` +
      "`npm ci --ignore-scripts=false`; otherwise delete node_modules and run this again, or use Node 24.",
  );
}

function works(program) {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}

function run(node) {
  const args = [
    "--disable-warning=ExperimentalWarning",
    join(root, "cli", "main.ts"),
    ...process.argv.slice(2),
  ];
  const path = `${join(modules, ".bin")}${delimiter}${process.env.PATH ?? ""}`;
  const child = spawn(node, args, { stdio: "inherit", env: { ...process.env, PATH: path } });
  // A terminal sends Ctrl-C to both; a process manager only to this one. The child knows how to be told twice.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => stop(`${node} could not be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0);
  });
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
