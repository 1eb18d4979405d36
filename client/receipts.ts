import { timing } from "../shared/limits.ts";
import type { Position } from "../shared/position.ts";
import type { Ports } from "./ports.ts";

export type Receipts = {
  /** This position has been reached on the present link. */
  reached(position: Position): void;
  /** The link is gone: its receipts too. */
  reset(): void;
};

/**
 * Tells the room what has been read: at most every `timing.seenEveryMs`, only after something new, and always the last
 * position in the end. Everybody reads a frame at the same moment, so each answer is put off by a random time.
 */
export function createReceipts(ports: Ports, tell: (position: Position) => void): Receipts {
  let told: Position | null = null;
  let latest: Position | null = null;
  let cancel: (() => void) | null = null;

  function confirm(): void {
    cancel = null;
    told = latest;
    if (told !== null) tell(told);
  }

  return {
    reached(position) {
      latest = position;
      if (cancel !== null || (position.epoch === told?.epoch && position.version === told.version)) return;
      cancel = ports.setTimer(confirm, Math.floor(timing.seenEveryMs * (1 + ports.random())));
    },
    reset() {
      cancel?.();
      cancel = null;
      told = null;
      latest = null;
    },
  };
}
