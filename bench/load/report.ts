import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import * as v from "valibot";
import { inRoot, root } from "../../cli/paths.ts";
import { peerVersion } from "../peers/import-peer.ts";
import { findNchan } from "../peers/peers.ts";

const VersionSchema = v.pipe(v.string(), v.parseJson(), v.object({ version: v.string() }));

/** Where, with what and of which commit a result is. */
export type Circumstances = Readonly<Record<string, string>>;

export function circumstances(): Circumstances {
  const processors = cpus();
  return {
    at: new Date().toISOString(),
    commit: commit(),
    machine: `${processors.length} × ${processors[0]?.model.trim() ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    load: readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).join(" "),
    system: `Linux ${release()}`,
    node: process.version,
    workerd: version("workerd"),
    miniflare: version("miniflare"),
    ws: version("ws"),
    "socket.io": peerVersion("socket.io") ?? "not installed (npm ci --prefix bench)",
    portkey: peerVersion("@portkey-ai/gateway") ?? "not installed (npm ci --prefix bench)",
    nchan: findNchan() === null ? "not installed (nginx, libnginx-mod-nchan)" : "installed",
  };
}

export function printCircumstances(all: Circumstances): void {
  for (const [name, value] of Object.entries(all)) process.stdout.write(`  ${name.padEnd(12)}${value}\n`);
  process.stdout.write("\n");
}

/** Columns as wide as they need to be; the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart((widths[at] ?? 0) + 2)))
      .join("")
      .trimEnd();
  return `${rows.map((row) => `  ${line(row)}`).join("\n")}\n`;
}

export function fixed(value: number | null, digits = 0): string {
  return value === null ? "–" : value.toFixed(digits);
}

/** An aim, and whether it was met. */
export function verdict(what: string, value: number | null, most: number, unit = ""): string {
  const isMet = value !== null && value <= most;
  return `  ${isMet ? "met   " : "missed"}  ${what}: ${fixed(value, 2)}${unit}, aim ≤ ${most}${unit}\n`;
}

function commit(): string {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  try {
    return `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain") === "" ? "" : " with changes"}`;
  } catch {
    return "unknown";
  }
}

function version(name: string): string {
  return v.parse(VersionSchema, readFileSync(inRoot(`node_modules/${name}/package.json`), "utf8")).version;
}
