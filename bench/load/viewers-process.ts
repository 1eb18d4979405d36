// A process of many viewers, apart from the server that is measured.
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { Random } from "../../test/support/tape/random.ts";
import { announce, controlServer, readSettings } from "./control.ts";
import { fingerprint } from "./fingerprint.ts";
import { Latencies } from "./histogram.ts";
import type { MarkKind } from "./mark.ts";
import { CaptionwireSpeaker, speakerFor } from "./speakers.ts";
import { TargetSchema } from "./target.ts";
import { Viewer } from "./viewer.ts";

/** Connections under way at a time. */
const atOnce = 64;

const SettingsSchema = v.object({
  target: TargetSchema,
  seed: v.number(),
  /** Hold the captions themselves, as a page does, to compare them. */
  keepsCaptions: v.boolean(),
  /** Note each message's latency by itself. */
  keepsSamples: v.boolean(),
});
const settings = await readSettings(SettingsSchema);
const random = new Random(settings.seed);
const viewers: Viewer[] = [];
const latencies: Record<MarkKind, Latencies> = { f: new Latencies(), i: new Latencies(), n: new Latencies() };
let samples: [kind: MarkKind, at: number, ms: number][] = [];
let messages = 0;
let bytes = 0;
let lost = 0;
let churn: { end(): Promise<void> } | null = null;

function newViewer(): Viewer {
  return new Viewer(speakerFor(settings.target, settings.keepsCaptions), random.fork(), {
    marked(kind, at, ms) {
      latencies[kind].add(ms);
      if (settings.keepsSamples) samples.push([kind, at, ms]);
    },
    received(length) {
      messages += 1;
      bytes += length;
    },
    lost() {
      lost += 1;
    },
  });
}

async function openAll(closed: readonly Viewer[], width: number): Promise<number> {
  const began = performance.now();
  const queue = [...closed];
  const work = async (): Promise<void> => {
    for (let viewer = queue.shift(); viewer !== undefined; viewer = queue.shift()) await viewer.open();
  };
  await Promise.all(Array.from({ length: width }, work));
  return performance.now() - began;
}

const server = controlServer({
  /** More viewers, until there are so many. */
  "/connect": async (body) => {
    const { count } = v.parse(v.object({ count: v.number() }), body);
    const more = Array.from({ length: Math.max(0, count - viewers.length) }, newViewer);
    viewers.push(...more);
    return { ms: await openAll(more, atOnce) };
  },
  /** What came since the last time. */
  "/take": () => {
    const taken = {
      open: viewers.filter(({ isOpen }) => isOpen).length,
      messages,
      bytes,
      lost,
      f: latencies.f.take(),
      i: latencies.i.take(),
      n: latencies.n.take(),
      samples,
    };
    [messages, bytes, lost, samples] = [0, 0, 0, []];
    return taken;
  },
  "/cut": () => {
    for (const viewer of viewers) viewer.cut();
  },
  /** All at once, nobody waits for another: how long until each connection is of use. */
  "/return": async () => ({ ms: await openAll(viewers, viewers.length) }),
  /** The first so many read no more. */
  "/stall": (body) => {
    const { count } = v.parse(v.object({ count: v.number() }), body);
    for (const viewer of viewers.slice(0, count)) viewer.stall();
  },
  /** From now on each viewer loses its connection now and then, each at moments of its own. */
  "/churn": (body) => {
    churn = startChurn(v.parse(v.object({ everyMs: v.number(), awayMs: v.number() }), body));
  },
  /** Ends that; everybody is back when it answers. */
  "/settle": async () => {
    await churn?.end();
    churn = null;
  },
  /** Of these finals, how many each viewer has not received. */
  "/missing": (body) => {
    const { finals } = v.parse(v.object({ finals: v.array(v.number()) }), body);
    return { missing: viewers.map((viewer) => finals.filter((at) => !viewer.finals.has(at)).length) };
  },
  /** A fingerprint of what each viewer holds, and how many hold it. */
  "/captions": () => {
    const held = new Map<string, number>();
    let strays = 0;
    for (const { speaker } of viewers) {
      if (!(speaker instanceof CaptionwireSpeaker)) continue;
      strays += speaker.strays;
      const hash = fingerprint(speaker.captions);
      held.set(hash, (held.get(hash) ?? 0) + 1);
    }
    return { held: [...held], strays };
  },
});
await announce(server);

function startChurn({ everyMs, awayMs }: { everyMs: number; awayMs: number }) {
  const end = new AbortController();
  const live = async (viewer: Viewer): Promise<void> => {
    let waitMs = random.next() * everyMs;
    for (;;) {
      const isEnd = await sleep(waitMs, false, { signal: end.signal }).catch(() => true);
      if (isEnd) return;
      viewer.cut();
      await sleep(awayMs);
      await viewer.open();
      waitMs = everyMs;
    }
  };
  const lives = viewers.map(live);
  return {
    async end() {
      end.abort();
      await Promise.all(lives);
    },
  };
}
