import { limits, timing } from "../shared/limits.ts";
import type { Position } from "../shared/position.ts";
import type { Ports } from "./ports.ts";

export type Receipts = {
  /** Put there by the room, which knows it. */
  began(position: Position): void;
  /** This position has been reached on the present link, by a frame of so many bytes. */
  reached(position: Position, bytes: number): void;
  /** The link is gone: its receipts too. */
  reset(): void;
};

/**
 * Tells the room what has been read: a while after something new, soon when it is a lot, and always the last position in
 * the end. Everybody reads a frame at the same moment, so each answer is put off by a random time.
 */
export function createReceipts(ports: Ports, tell: (position: Position) => void): Receipts {
  let told: Position | null = null;
  let latest: Position | null = null;
  /** Of finals, not told yet: interims do not move the position and are not waited for. */
  let untoldBytes = 0;
  let due: { readonly isSoon: boolean; cancel(): void } | null = null;

  function confirm(): void {
    due = null;
    untoldBytes = 0;
    told = latest;
    if (told !== null) tell(told);
  }

  return {
    began(position) {
      told = position;
      latest = position;
    },
    reached(position, bytes) {
      const isNew = position.epoch !== latest?.epoch || position.version !== latest.version;
      latest = position;
      if (isNew) untoldBytes += bytes;
      const isTold = position.epoch === told?.epoch && position.version === told.version;
      const isSoon = untoldBytes > limits.seenEveryBytes;
      if (isTold || due?.isSoon === isSoon) return;
      due?.cancel();
      const delayMs = isSoon
        ? timing.seenSpreadMs * ports.random()
        : timing.seenEveryMs * (1 + ports.random());
      due = { isSoon, cancel: ports.setTimer(confirm, Math.floor(delayMs)) };
    },
    reset() {
      due?.cancel();
      due = null;
      told = null;
      latest = null;
      untoldBytes = 0;
    },
  };
}
