import type { WebSocket } from "ws";

/** Reads a socket only while nothing holds it back. */
export type ReadingGate = {
  /** The session is behind (`false`) or has caught up (`true`). */
  setReading(reading: boolean): void;
  /** Reads no further for this long. */
  hold(ms: number): void;
  close(): void;
};

export function createReadingGate(socket: WebSocket): ReadingGate {
  let isBehind = false;
  let timer: NodeJS.Timeout | null = null;
  const apply = () => {
    const reading = !isBehind && timer === null;
    if (reading !== socket.isPaused) return;
    if (reading) socket.resume();
    else socket.pause();
  };
  const release = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  return {
    setReading(reading) {
      isBehind = !reading;
      apply();
    },
    hold(ms) {
      if (ms <= 0) return;
      release();
      timer = setTimeout(() => {
        timer = null;
        apply();
      }, ms);
      apply();
    },
    close: release,
  };
}
