import { join } from "node:path";
import { inRoot } from "../paths.ts";
import { type Child, startChild } from "./child.ts";

export type WorkerSettings = {
  readonly port: number;
  /** Where the Durable Objects' storage lives. */
  readonly state: string;
  /** Variables and secrets, over those of wrangler.toml. */
  readonly bindings: Readonly<Record<string, string>>;
  /** Whether one address and one token may do as much as they like. */
  readonly floodLimits: "deployed" | "off";
};

/** Starts the bundled Worker in the real runtime. The bundle and the pages must have been built. */
export function startWorker(folder: string, settings: WorkerSettings): Promise<Child> {
  return startChild({
    name: "Worker",
    script: inRoot("cli/stack/worker-process.ts"),
    settings,
    logFile: join(folder, "logs", "worker.log"),
    readyWithinMs: 60_000,
  });
}
