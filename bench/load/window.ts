import type { Taken } from "./viewers.ts";

export type Window = {
  readonly name: string;
  readonly viewers: number;
  readonly rate: number;
  readonly seconds: number;
  readonly cpuMs: number;
  /** Messages of the provider meanwhile. */
  readonly sent: number;
  readonly taken: Omit<Taken, "samples">;
};
export type Memory = { readonly name: string; readonly viewers: number; readonly bytesEach: number };
