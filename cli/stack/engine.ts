import { join } from "node:path";
import { inRoot } from "../paths.ts";
import { type Child, startChild } from "./child.ts";

/** Reading the models takes seconds on a laptop; the rest is for machines that are busy. */
const readyWithinMs = 120_000;

export function startEngine(folder: string, onProgress: (text: string) => void): Promise<Child> {
  return startChild({
    name: "speech engine",
    script: inRoot("engine/main.ts"),
    args: ["--port", "0", "--exit-with-parent"],
    logFile: join(folder, "logs", "engine.log"),
    readyWithinMs,
    onProgress,
  });
}
