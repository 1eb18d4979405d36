import { readdirSync, readFileSync } from "node:fs";

/** Linux's own account of processes. A clock tick there is 10 ms on every machine that matters. */
const tickMs = 10;

/** This process and everything below it, whatever it is called. */
export function treeOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(Number(name));
    if (stat !== null) parents.set(Number(name), Number(stat[1]));
  }
  const tree = [pid];
  for (const parent of tree) {
    for (const [child, its] of parents) if (its === parent) tree.push(child);
  }
  return tree;
}

/** Of a process and everything below it, those with this name. */
export function named(pid: number, name: string): number[] {
  return treeOf(pid).filter((each) => read(`/proc/${each}/comm`)?.trim() === name);
}

/**
 * CPU time that these processes have used so far, user and system: what the scheduler counted for each thread, where the
 * kernel tells it, because the process's own account goes by ticks of 10 ms, which is coarse for short windows.
 */
export function cpuMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (scheduledMs(pid) ?? tickedMs(pid)), 0);
}

/** Threads that have ended are not in it: servers here keep theirs. */
function scheduledMs(pid: number): number | null {
  const threads = list(`/proc/${pid}/task`).map((thread) => read(`/proc/${pid}/task/${thread}/schedstat`));
  const known = threads.filter((text) => text !== null);
  if (known.length === 0) return null;
  return known.reduce((sum, text) => sum + Number(text.split(" ")[0]) / 1e6, 0);
}

function tickedMs(pid: number): number {
  const stat = statOf(pid);
  return (Number(stat?.[11] ?? 0) + Number(stat?.[12] ?? 0)) * tickMs;
}

/** Memory that these processes hold. */
export function residentBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
    return sum + Number(kib ?? 0) * 1_024;
  }, 0);
}

/** Files and sockets this process, and what it starts, may have open. */
export function openFilesMax(): number {
  const soft = /^Max open files\s+(\d+)/m.exec(read("/proc/self/limits") ?? "")?.[1];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}

/** The fields behind the name, which may itself hold spaces and brackets: state, parent and so on. */
function statOf(pid: number): string[] | null {
  const text = read(`/proc/${pid}/stat`);
  return text === null ? null : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null; // it has ended
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // it has ended
  }
}
