import type { Ports } from "../ports.ts";

/** Runs a part of measuring; `undefined`: it threw, which is logged, and the room goes on. */
export type Guarded = <T>(work: () => T) => T | undefined;

export function guardedBy(log: Ports["log"]): Guarded {
  return (work) => {
    try {
      return work();
    } catch (error) {
      log("measures_failed", { error: error instanceof Error ? error.name : "unknown" });
      return undefined;
    }
  };
}
