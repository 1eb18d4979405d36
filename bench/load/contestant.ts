import type { Target } from "./target.ts";

/** Who hands captions on to viewers, as a benchmark sees it. */
export type Contestant = {
  readonly name: string;
  readonly target: Target;
  /** The processes that do its work, and no others. */
  pids(): readonly number[];
  /** The provider is connected and its stream runs. */
  begin(): Promise<void>;
  end(): Promise<void>;
  close(): Promise<void>;
};
