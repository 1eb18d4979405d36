import type { Interim, Segment } from "../../client/index.ts";
import type { Timeline } from "../broadcast/pace.ts";

/** What was there from `atMs` (`performance.now()`) on: for a room's viewer, or for whoever streams to the engine itself. */
export type Shown = {
  readonly atMs: number;
  readonly finals: readonly Segment[];
  readonly interim: Interim | null;
};

/** All that figures are made of, whichever way the words took. */
export type Viewing = {
  readonly segments: readonly Segment[];
  readonly shown: readonly Shown[];
  readonly timeline: Timeline;
};
