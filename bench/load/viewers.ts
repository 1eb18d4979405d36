import { join } from "node:path";
import * as v from "valibot";
import { inRoot } from "../../cli/paths.ts";
import { type Child, startChild } from "../../cli/stack/child.ts";
import { Nothing, tell } from "./control.ts";
import { HistogramSchema } from "./histogram.ts";
import { markKinds } from "./mark.ts";
import type { Target } from "./target.ts";

const TimeSchema = v.object({ ms: v.number() });
const SampleSchema = v.tuple([v.picklist(markKinds), v.number(), v.number()]);
const TakenSchema = v.object({
  open: v.number(),
  messages: v.number(),
  bytes: v.number(),
  /** Connections that ended, and not from the viewer's side. */
  lost: v.number(),
  f: HistogramSchema,
  i: HistogramSchema,
  n: HistogramSchema,
  samples: v.array(SampleSchema),
});
export type Taken = v.InferOutput<typeof TakenSchema>;
const MissingSchema = v.object({ missing: v.array(v.number()) });
const CaptionsSchema = v.object({
  held: v.array(v.tuple([v.string(), v.number()])),
  strays: v.number(),
});

export type ViewersOptions = {
  readonly folder: string;
  readonly name: string;
  readonly target: Target;
  readonly keepsCaptions?: boolean;
  readonly keepsSamples?: boolean;
};

/** A process of viewers of one contestant; `viewers-process.ts` says what each command does. */
export class Viewers {
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
  }

  static async start(options: ViewersOptions): Promise<Viewers> {
    const { folder, name, target, keepsCaptions = false, keepsSamples = false } = options;
    const child = await startChild({
      name: `viewers of ${name}`,
      script: inRoot("bench/load/viewers-process.ts"),
      settings: { target, seed: 1, keepsCaptions, keepsSamples },
      logFile: join(folder, `viewers-${name.replaceAll(/\W+/g, "-")}.log`),
      readyWithinMs: 20_000,
    });
    return new Viewers(child);
  }

  connect(count: number) {
    return this.#tell("/connect", { count }, TimeSchema);
  }
  take() {
    return this.#tell("/take", {}, TakenSchema);
  }
  cut() {
    return this.#tell("/cut", {}, Nothing);
  }
  returnAll() {
    return this.#tell("/return", {}, TimeSchema);
  }
  stall(count: number) {
    return this.#tell("/stall", { count }, Nothing);
  }
  churn(everyMs: number, awayMs: number) {
    return this.#tell("/churn", { everyMs, awayMs }, Nothing);
  }
  settle() {
    return this.#tell("/settle", {}, Nothing);
  }
  missing(finals: readonly number[]) {
    return this.#tell("/missing", { finals }, MissingSchema);
  }
  captions() {
    return this.#tell("/captions", {}, CaptionsSchema);
  }
  stop(): Promise<void> {
    return this.#child.stop();
  }

  #tell<const S extends v.GenericSchema>(path: string, body: unknown, schema: S) {
    return tell(`${this.#child.url}${path}`, body, schema);
  }
}
