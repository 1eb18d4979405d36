import { join } from "node:path";
import * as v from "valibot";
import { inRoot } from "../../cli/paths.ts";
import { type Child, startChild } from "../../cli/stack/child.ts";
import { Nothing, tell } from "./control.ts";
import type { Aim, FloodKind } from "./flood-kinds.ts";

const CountSchema = v.object({
  /** How often each thing came of it: a status, `closed` with a code, or `broken`. */
  outcomes: v.record(v.string(), v.number()),
  /** Due, but not sent, because too many were under way. */
  leftOut: v.number(),
  unanswered: v.number(),
});
const FloodedSchema = v.object({ kinds: v.record(v.string(), CountSchema) });
export type Flooded = Readonly<v.InferOutput<typeof FloodedSchema>["kinds"]>;

export type FloodOrder = Omit<Aim, "agent"> & {
  readonly kinds: readonly FloodKind[];
  readonly rate: number;
  readonly maxMs: number;
};

/** The process of the flood; `flooder-process.ts` bounds what it does. */
export class Flooder {
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
  }

  static async start(folder: string): Promise<Flooder> {
    const child = await startChild({
      name: "flood",
      script: inRoot("bench/load/flooder-process.ts"),
      settings: {},
      logFile: join(folder, "flooder.log"),
      readyWithinMs: 20_000,
    });
    return new Flooder(child);
  }

  get pid(): number {
    return this.#child.pid;
  }

  begin(order: FloodOrder) {
    return tell(`${this.#child.url}/begin`, order, Nothing);
  }

  async end(): Promise<Flooded> {
    return (await tell(`${this.#child.url}/end`, {}, FloodedSchema)).kinds;
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}
