import type { Ports } from "./room/ports.ts";

/** Clock, chance and timers of the runtime. */
export const platform: Pick<Ports, "now" | "random" | "newId" | "setTimer"> = {
  now: () => Date.now(),
  random: () => Math.random(),
  newId: () => crypto.randomUUID().replaceAll("-", "").slice(0, 20),
  setTimer: (run, delayMs) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
