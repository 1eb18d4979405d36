import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Measures } from "../../party/room/measure/measures.ts";
import { Monitor } from "../../party/room/measure/monitor.ts";
import { SqliteMeasures } from "../../party/room/measure/sqlite-measures.ts";
import { SocketClock } from "../../party/room/upstream/clock.ts";
import type { ProviderEvent } from "../../party/room/upstream/events.ts";
import { type Heard, onSession } from "../../party/room/upstream/heard.ts";
import { nova } from "../../party/room/upstream/nova.ts";
import { msToSamples } from "../../shared/audio.ts";
import { memorySqlite } from "../../test/support/memory-sqlite.ts";
import { begunSession } from "../../test/support/stored-session.ts";
import { format, frameMs, noise } from "../peers/captionwire.ts";
import { cues } from "../stream/stream.ts";

const frameSamples = msToSamples(frameMs, format);
/** Speech in one round, and CPU time after which the figure is steady. */
const roundSeconds = 300;
const enoughMs = 1_500;

type Frame = { readonly audio: Uint8Array; readonly heard: readonly (readonly Heard[])[] };

/** What the room's measuring of itself costs, microseconds of CPU for a second of speech. */
export type Measuring = {
  readonly rate: number;
  readonly viewers: number;
  /** As V8 optimises what runs often, and as it interprets what does not: a room is called ten times a second, not more. */
  readonly optimisedUs: number;
  readonly interpretedUs: number;
};

export function measuring(rate: number, viewers: number): Measuring {
  const cost = (...flags: string[]) => {
    const script = fileURLToPath(new URL("measuring-process.ts", import.meta.url));
    return Number(
      execFileSync(process.execPath, [...flags, script, `${rate}`, `${viewers}`], { encoding: "utf8" }),
    );
  };
  return {
    rate,
    viewers,
    optimisedUs: cost(),
    interpretedUs: cost("--no-opt", "--no-maglev", "--no-sparkplug"),
  };
}

/**
 * Microseconds of CPU that a room's measuring takes for a second of speech: what a window's room is told (audio frame by
 * frame, the provider's messages, what it stores, the looks for alerts) is told again to the same code, in this process, by
 * itself and for long enough that the processor's own clock is fine enough. A difference of two windows, one of them without
 * measuring, would be smaller than the two differ by chance.
 */
export function measuringUs(rate: number, viewers: number): number {
  const frames = recorded(rate);
  play(frames, viewers);
  let usedUs = 0;
  let seconds = 0;
  while (usedUs < enoughMs * 1_000) {
    const before = process.cpuUsage();
    play(frames, viewers);
    const { user, system } = process.cpuUsage(before);
    usedUs += user + system;
    seconds += roundSeconds;
  }
  return usedUs / seconds;
}

function recorded(rate: number): Frame[] {
  const audio = noise();
  const reader = nova.read();
  const clock = new SocketClock(0);
  const frames: Frame[] = [];
  let heard: (readonly Heard[])[] = [];
  for (const cue of cues({ rate, fromSentence: 0, repeat: 1 })) {
    while ((frames.length + 1) * frameMs <= cue.atMs) {
      frames.push({ audio, heard });
      heard = [];
    }
    if (frames.length * frameMs >= roundSeconds * 1_000) break;
    const events = reader.frame(cue.text(0)).flatMap((event) => heardOf(event, clock));
    if (events.length > 0) heard.push(events);
  }
  return frames.slice(0, (roundSeconds * 1_000) / frameMs);
}

function heardOf(event: ProviderEvent, clock: SocketClock): Heard[] {
  switch (event.kind) {
    case "interim":
      return [onSession({ ...event, kind: "interim" as const }, clock, format)];
    case "final":
      return [onSession({ ...event, kind: "final" as const }, clock, format)];
    case "utteranceEnd":
      return [{ kind: "utteranceEnd" }];
    default:
      return [];
  }
}

/** One session, as a room goes through it. */
function play(frames: readonly Frame[], viewers: number): void {
  let now = 1_700_000_000_000;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  const ports = {
    now: () => now,
    log: () => {},
    record: () => {},
    setTimer: (run: () => void, delayMs: number) => {
      const timer = { at: now + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  const measures = new Measures(ports, new SqliteMeasures(memorySqlite()), null);
  const monitor = new Monitor(ports, measures, () => measures.stats({ state: "live", viewers }));
  measures.signals = monitor;
  measures.began({ ...begunSession, format, startedAt: now }, 0);
  measures.viewers(viewers);
  measures.link("dialled");
  measures.link("opened");
  let received = 0;
  for (const { audio, heard } of frames) {
    now += frameMs;
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    for (const { run } of due) run();
    measures.audio(audio, received, received + frameSamples);
    measures.sent({ from: received, to: received + frameSamples });
    received += frameSamples;
    for (const events of heard) {
      measures.heard(events, 1, received);
      if (events.some(({ kind }) => kind === "final")) measures.storeSometimes();
    }
  }
  measures.ended({ at: now, by: "finish" });
}
