import type { StoredRoom } from "../../../party/room/store.ts";
import type { Segment } from "../../../shared/captions.ts";
import { limits } from "../../../shared/limits.ts";
import { Random } from "../../support/tape/random.ts";
import { type EventKind, eventKinds, planEvents } from "./events.ts";
import type { SpeechStyle } from "./provider.ts";
import { type Temper, tempers } from "./viewer.ts";
import { anyText } from "./words.ts";
import { type Script, World } from "./world.ts";

export type PlayOptions = {
  /** Light viewers; a few with the real client come on top. */
  readonly viewers?: number;
  /** Only these kinds of events; none at all when empty. */
  readonly events?: readonly EventKind[];
};

export type CrowdReport = {
  readonly seed: number;
  /** What was wrong, in words; empty when all was well. */
  readonly failures: readonly string[];
  readonly timeline: readonly string[];
  readonly events: readonly EventKind[];
  readonly viewers: number;
  readonly connections: number;
  /** First frames by what they were: a delta, or a snapshot's reason. */
  readonly reasons: ReadonlyMap<string, number>;
  readonly broadcasts: number;
  readonly deaths: number;
  readonly resyncs: number;
  readonly tooSlow: number;
  readonly mostUnreadBytes: number;
  readonly segments: number;
  readonly virtualMs: number;
};

const afterwardsMs = 120_000;
/** Half-open sockets are forgotten by then. */
const lettingGoMs = 130_000;

/** Lives through the schedule that a seed stands for. The same seed is the same schedule. */
export async function playCrowd(seed: number, options: PlayOptions = {}): Promise<CrowdReport> {
  const random = new Random(seed);
  const lastsMs = random.int(80_000, 110_000);
  const events = planEvents(random.fork(), lastsMs, options.events ?? eventKinds);
  const isHeavy = events.some(({ kind }) => kind === "heavyEdits");
  const world = new World(
    random.fork(),
    planScript(random, options.viewers ?? random.int(100, 200), isHeavy),
  );
  const { clock, publisher } = world;
  const rejections = watchRejections((reason) => world.violation(`unhandled rejection: ${reason}`));
  const exercised: EventKind[] = [];
  for (const { kind, atMs, run } of events) {
    clock.set(() => {
      world.note(`▸ ${kind}`);
      exercised.push(kind);
      run(world);
    }, atMs);
  }
  await clock.run(lastsMs);
  world.heal();
  await clock.run(clock.elapsedMs + 8_000);
  if (random.chance(0.7)) {
    publisher.finish(true);
  } else {
    world.note("the publisher and the object are gone for good");
    publisher.vanish();
    world.host.die("kept");
    // Something wakes the room.
    world.host.run(() => {});
  }
  await clock.run(clock.elapsedMs + afterwardsMs, () => publisher.isDone);
  if (!publisher.isDone) world.violation("the last session never finished");
  // Half-open connections are noticed by then, and whatever the batch endpoint still owed has come.
  await clock.run(clock.elapsedMs + 60_000);
  await clock.run(clock.elapsedMs + afterwardsMs, () => world.host.isIdle);
  await lastWords(world, random.pick(["nothing", "edit", "sleep", "purge", "expire"]));
  await clock.run(clock.elapsedMs + 10_000);
  judge(world);
  world.close();
  await clock.run(clock.elapsedMs + lettingGoMs);
  judgeRest(world);
  rejections();
  const sum = (of: (viewer: World["viewers"][number]) => number): number =>
    world.viewers.reduce((total, viewer) => total + of(viewer), 0);
  return {
    seed,
    failures: world.violations,
    timeline: world.timeline,
    events: exercised,
    viewers: world.viewers.length + world.followers.length,
    connections: world.connections,
    reasons: world.reasons,
    broadcasts: world.broadcasts.count,
    deaths: world.deaths,
    resyncs: sum(({ resyncs }) => resyncs),
    tooSlow: world.tooSlow,
    mostUnreadBytes: world.mostUnreadBytes,
    segments: world.disk.room?.transcript.segments.length ?? 0,
    virtualMs: clock.elapsedMs,
  };
}

/** After the last session: something more for everybody, and the room asleep in between. */
async function lastWords(
  world: World,
  what: "nothing" | "edit" | "sleep" | "purge" | "expire",
): Promise<void> {
  const { clock, host } = world;
  const edit = async (): Promise<void> => {
    const id = world.disk.room?.transcript.segments.at(-1)?.id ?? "nobody";
    world.operate("last edit", (room) => room.edit(id, `Edited at ${clock.elapsedMs}.`));
    await clock.run(clock.elapsedMs + 2_000);
  };
  switch (what) {
    case "nothing":
      return;
    case "edit":
      return edit();
    case "sleep":
      await edit();
      if (!host.isIdle) world.violation("the room cannot sleep");
      host.die("kept");
      await edit();
      return edit();
    case "purge":
      host.die("kept");
      world.operate("last purge", (room) => room.purge());
      return;
    case "expire":
      host.wallOffsetMs += limits.retentionDefaultHours * hourMs;
      world.operate("last expiry", (room) => room.expire());
      return;
    default:
      what satisfies never;
  }
}

function judge(world: World): void {
  if (world.broadcasts.interims === 0) world.violation("nobody was ever shown what was being said");
  for (const watcher of [...world.viewers, ...world.followers]) {
    for (const problem of watcher.judge()) world.violation(problem);
  }
  for (const viewer of world.viewers) {
    // Only an object that died between storing and sending leaves somebody behind.
    if (viewer.resyncs > world.deaths)
      world.violation(`${viewer.name} did not follow ${viewer.resyncs} times`);
  }
}

/** Nothing may go on once the session has ended and everybody has left. */
function judgeRest({ host, followers, violation }: World): void {
  if (!host.isIdle) violation("the room has timers left");
  for (const { name, pendingTimers } of followers) {
    if (pendingTimers > 0) violation(`${name} has ${pendingTimers} timers left`);
  }
}

/** Every kind is there; most are the harmless ones, as in life. */
function planScript(random: Random, viewers: number, isHeavy: boolean): Script {
  const crowd = Array.from({ length: viewers }, (_, at): Temper => {
    return tempers[at] ?? (random.chance(0.4) ? random.pick(["steady", "restless"]) : random.pick(tempers));
  });
  return {
    tempers: crowd,
    followers: 4,
    style: planStyle(random),
    stored: planStored(random.fork()),
    isHeavy,
  };
}

function planStyle(random: Random): SpeechStyle {
  return { speakers: random.chance(0.3) ? 4 : 1, finalEveryS: random.pick([1, 2, 4]) };
}

const hourMs = 3_600_000;

/** What an earlier session left: nothing, a little, more than a snapshot holds, or more than removals are remembered. */
function planStored(random: Random): (wallMs: number) => StoredRoom | null {
  const shape = random.next();
  const count =
    shape < 0.65
      ? 0
      : shape < 0.85
        ? random.int(1, 40)
        : shape < 0.92
          ? random.int(limits.snapshotMaxSegments - 20, limits.snapshotMaxSegments + 100)
          : random.int(limits.tombstonesMax + 1, limits.tombstonesMax + 200);
  const text = anyText(random, 1);
  return (wallMs) => {
    if (count === 0) return null;
    const segments = Array.from(
      { length: count },
      (_, at): Segment => ({
        id: `early${at}`,
        session: "000000001-early",
        start: at * 1_000,
        end: at * 1_000 + 900,
        text: `${text} ${at}`,
        // All of them expire within ten minutes.
        at: wallMs - hourMs + Math.floor(((at + 1) * hourMs) / 6 / count),
        version: at + 1,
        kind: "speech",
      }),
    );
    return {
      transcript: { epoch: "early", version: count, earliest: 0, segments, tombstones: [] },
      session: null,
      settings: {},
    };
  };
}

function watchRejections(report: (reason: string) => void): () => void {
  const heard = (reason: unknown): void =>
    report(reason instanceof Error ? `${reason.stack}` : String(reason));
  process.on("unhandledRejection", heard);
  return () => process.off("unhandledRejection", heard);
}
