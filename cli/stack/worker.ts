import { join } from "node:path";
import { inRoot } from "../paths.ts";
import { type Child, startChild } from "./child.ts";

/**
 * Against floods: as deployed; out of the way, because on one machine everybody comes from one address; or so many requests
 * in the deployed periods, by the limit's name, and those that are not named out of the way.
 */
export type FloodLimits = "deployed" | "off" | Readonly<Record<string, number>>;

export type WorkerSettings = {
  readonly port: number;
  /** Where the Durable Objects' storage lives. */
  readonly state: string;
  /** Variables and secrets, over those of wrangler.toml. */
  readonly bindings: Readonly<Record<string, string>>;
  readonly floodLimits: FloodLimits;
};

const usualScript = inRoot("cli/stack/worker-process.ts");

/**
 * Starts the bundled Worker in the real runtime. The bundle and the pages must have been built.
 *
 * @param script another program that takes the same settings on its first line
 */
export function startWorker(
  folder: string,
  settings: WorkerSettings,
  script: string = usualScript,
): Promise<Child> {
  return startChild({
    name: "Worker",
    script,
    settings,
    logFile: join(folder, "logs", "worker.log"),
    readyWithinMs: 60_000,
  });
}
