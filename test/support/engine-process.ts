import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as v from "valibot";

export const ENGINE_MAIN = fileURLToPath(new URL("../../engine/main.ts", import.meta.url));

const lineSchema = v.union([
  v.object({ progress: v.string() }),
  v.object({ ready: v.literal(true), url: v.string() }),
]);
type Line = v.InferOutput<typeof lineSchema>;

export type EngineProcess = { engine: ChildProcess; lines: Line[]; url: string; stop(): Promise<void> };

/** Starts an engine on a free port and gives its address and every line it has printed until then. */
export async function startEngine(...options: string[]): Promise<EngineProcess> {
  const engine = spawn(process.execPath, [ENGINE_MAIN, "--port", "0", "--exit-with-parent", ...options], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const lines: Line[] = [];
  for await (const line of createInterface({ input: engine.stdout })) {
    const parsed = v.parse(lineSchema, JSON.parse(line));
    lines.push(parsed);
    if (!("ready" in parsed)) continue;
    const stop = async () => {
      const ended = once(engine, "exit");
      engine.kill();
      await ended;
    };
    return { engine, lines, url: parsed.url, stop };
  }
  throw new Error(
    `the engine ended without being ready: ${lines.map((line) => JSON.stringify(line)).join(" ")}`,
  );
}
