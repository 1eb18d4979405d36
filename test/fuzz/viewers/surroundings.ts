import type { CaptionsFrame } from "../../../client/index.ts";
import type { Position } from "../../../shared/position.ts";
import type { Clock } from "../room/clock.ts";
import type { Disk } from "../room/store.ts";
import type { Broadcasts } from "./broadcasts.ts";
import type { FrameReader } from "./frames.ts";
import type { History } from "./history.ts";
import type { Host, Wire } from "./host.ts";

/** What those who watch have of the world, and what they count in it. */
export type Surroundings = {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly host: Host;
  readonly history: History;
  readonly reader: FrameReader;
  readonly broadcasts: Broadcasts;
  readonly deaths: number;
  tooSlow: number;
  mostUnreadBytes: number;
  bytesOf(text: string): number;
  greeted(who: string, asked: Position | null, frame: CaptionsFrame): void;
  leaves(line: Wire, afterMs: number): void;
  readonly violation: (what: string) => void;
};
