import { once } from "node:events";
import * as v from "valibot";
import { startEngine } from "./engine-process.ts";

/** An engine that can be killed and comes back at the same address. */
export type MortalEngine = {
  readonly url: string;
  /** Without a word, as a crash would end it; resolves when it is ready again. */
  killAndStart(): Promise<void>;
  stats(): Promise<EngineStats>;
  stop(): Promise<void>;
};

const EngineStatsSchema = v.object({ listenSockets: v.number(), listenSocketsPeak: v.number() });
export type EngineStats = v.InferOutput<typeof EngineStatsSchema>;

export async function startMortalEngine(): Promise<MortalEngine> {
  let running = await startEngine();
  const { url } = running;
  return {
    url,
    async killAndStart() {
      const gone = once(running.engine, "exit");
      running.engine.kill("SIGKILL");
      await gone;
      running = await startEngine("--port", new URL(url).port);
    },
    async stats() {
      const response = await fetch(`${url}/engine/stats`);
      return v.parse(EngineStatsSchema, await response.json());
    },
    stop: () => running.stop(),
  };
}
