import { execFileSync } from "node:child_process";

/** The process's children and theirs, parents first. */
export function descendants(pid: number): number[] {
  const pairs = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found) {
    for (const [child, of] of pairs) if (child !== undefined && of === parent) found.push(child);
  }
  return found.slice(1);
}
