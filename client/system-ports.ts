import { openEventStream } from "./event-stream.ts";
import type { Ports } from "./ports.ts";
import { onPageWake } from "./wake.ts";

/** The only place where the client touches the real clock, random source and network. */
export const systemPorts: Ports = {
  now: () => Date.now(),
  random: () => Math.random(),
  newKey: () => crypto.randomUUID(),
  setTimer: (run, delayMs) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  onWake: onPageWake,
  openSocket: (url, protocols) => new WebSocket(url, protocols),
  openEvents: (url, headers) => openEventStream((init) => fetch(url, init), headers),
  // What the room holds now: an answer from a cache may be older than the frames that were read since.
  fetch: (url, init) => fetch(url, { ...init, cache: "no-store" }),
};
