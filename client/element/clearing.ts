import type { Status } from "../index.ts";

export type Clearing = {
  /** The room's status. `isFirst`: the page has not shown anything of the room before. */
  watch(status: Status, isFirst: boolean): void;
  /** How long the last words stay after the end; may be infinite. */
  setAfter(afterMs: number): void;
  /** Who was reading back has come to the end. */
  caughtUp(): void;
  close(): void;
};

type Options = {
  isReadingBack(): boolean;
  clear(): void;
  /** Epoch milliseconds. */
  now?(): number;
  /** Runs once after `delayMs`; the answer cancels it. */
  setTimer?(run: () => void, delayMs: number): () => void;
};

/** The longest that a browser's timer can wait. */
const timerMaxMs = 2 ** 31 - 1;

/** Tells when a programme's last words leave the screen: a while after its end, and for who reads back in them a while after that. */
export function createClearing(options: Options): Clearing {
  const { isReadingBack, clear, now = Date.now, setTimer = startTimer } = options;
  let afterMs = Number.POSITIVE_INFINITY;
  let ended: Status | null = null;
  /** They would have left if nobody had been reading back in them. */
  let isOverdue = false;
  let cancel = (): void => {};

  function clearIn(delayMs: number): void {
    cancel();
    isOverdue = false;
    if (delayMs <= 0) due();
    else if (delayMs <= timerMaxMs) cancel = setTimer(due, delayMs);
  }

  function due(): void {
    if (isReadingBack()) isOverdue = true;
    else clear();
  }

  return {
    watch(status, isFirst) {
      if (status.state !== "ended") {
        ended = null;
        isOverdue = false;
        cancel();
        return;
      }
      if (ended?.since === status.since) return;
      ended = status;
      // Whoever has watched gets the whole time, by their own clock. Who comes after the end has only the room's to go by.
      clearIn(afterMs - (isFirst ? Math.max(0, now() - status.since) : 0));
    },
    setAfter(nextMs) {
      if (nextMs === afterMs) return;
      afterMs = nextMs;
      if (ended !== null) clearIn(afterMs);
    },
    caughtUp() {
      // Not at once: they have come to read the last words.
      if (isOverdue) clearIn(afterMs);
    },
    close() {
      cancel();
    },
  };
}

function startTimer(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
