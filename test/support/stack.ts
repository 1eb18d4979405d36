import type { Rooms } from "../../cli/stack/stack.ts";
import type { FloodLimits } from "../../cli/stack/worker.ts";
import { type Edge, startEdge } from "../../testing/edge.ts";

export type TestStack = Edge & { readonly engineUrl: string };

/** An engine that was started already, and the address at which the Worker is to look for it. */
export type OtherEngine = {
  readonly engineUrl: string;
  readonly providerUrl: string;
  /** Of the Worker, over those it usually has. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly floodLimits?: FloodLimits;
};

/**
 * The real thing on free ports: embedded engine, Worker in its runtime, storage in a folder that goes with it.
 * With another's engine it is the Worker alone: so several Workers share one engine, each behind a wire of its own.
 */
export async function startStack(other?: OtherEngine, rooms: Rooms = "worker"): Promise<TestStack> {
  const { engineUrl: shared = null, ...options } = other ?? {};
  const edge = await startEdge({ ...options, rooms });
  const engineUrl = shared ?? edge.engineUrl;
  if (engineUrl === null) throw new Error("Tests run on the embedded engine.");
  return { ...edge, engineUrl };
}
