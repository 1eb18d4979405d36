import type { Timeline } from "../broadcast/pace.ts";

/** Text that stands, with the time of its sound in milliseconds. */
export type Final = {
  readonly id: string;
  readonly text: string;
  readonly end: number;
  readonly words?: readonly { readonly text: string; readonly start: number; readonly end: number }[];
};

/** What was to be read from `atMs` (`performance.now()`) on: by a room's viewer, or by whoever streams to the engine itself. */
export type Shown = {
  readonly atMs: number;
  readonly finals: readonly Final[];
  readonly interim: { readonly text: string } | null;
};

/** All that figures are made of, whichever way the words took. */
export type Viewing = {
  readonly segments: readonly Final[];
  readonly shown: readonly Shown[];
  readonly timeline: Timeline;
};
