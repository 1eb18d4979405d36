import type { Room } from "../../../party/room/room.ts";
import { limits } from "../../../shared/limits.ts";
import { Random } from "../../support/tape/random.ts";
import { samplesOfMs, unitSamples } from "../../support/tape/tape.ts";
import { type FaultKind, planFaults } from "./faults.ts";
import { judgeMeasures } from "./measured.ts";
import type { Utterance } from "./speaker.ts";
import type { Medium } from "./store.ts";
import { excusedWords, judgeTranscript, judgeWatchers } from "./verdict.ts";
import { type Script, World } from "./world.ts";

export type PlayOptions = {
  /** Only faults of these kinds; none at all when empty. */
  readonly faults?: readonly FaultKind[];
  readonly medium?: Medium;
};

export type RoomReport = {
  readonly seed: number;
  /** What was wrong, in words; empty when all was well. */
  readonly failures: readonly string[];
  /** What happened, one line each. */
  readonly timeline: readonly string[];
  readonly faults: readonly FaultKind[];
  readonly words: number;
  /** Words that are missing for a reason, by reason. */
  readonly excused: ReadonlyMap<string, number>;
  readonly gaps: number;
  readonly batches: number;
  /** From the end of the last fault to the last "finished". */
  readonly finishMs: number;
  readonly virtualMs: number;
};

const afterwardsMs = 300_000;
/** Half-open sockets are forgotten by then. */
const lettingGoMs = 130_000;

/** Lives through the schedule that a seed stands for, and checks every word. The same seed is the same schedule. */
export async function playRoom(seed: number, options: PlayOptions = {}): Promise<RoomReport> {
  const random = new Random(seed);
  const script = planScript(random);
  const speechMs = script.utterances.reduce(
    (sum, each) => sum + (each.kind === "mute" ? each.forMs : 500),
    0,
  );
  const faults = planFaults(random, speechMs, options.faults ?? null);
  const world = new World(random.fork(), script, options.medium);
  const { clock } = world;
  const rejections = watchRejections((reason) => world.violation(`unhandled rejection: ${reason}`));

  let faultsEndMs = 0;
  const exercised: FaultKind[] = [];
  for (const { kind, atMs, forMs, run } of faults) {
    faultsEndMs = Math.max(faultsEndMs, atMs + forMs);
    clock.set(() => {
      world.note(`▸ ${kind}`);
      exercised.push(kind);
      run(world);
    }, atMs);
  }
  // Drawn from a source of its own, so that what else a seed stands for stays what it was.
  const purges = new Random(~seed);
  if (options.faults === undefined && purges.chance(0.15)) {
    clock.set(
      () => {
        world.note("▸ purged");
        world.purge();
      },
      purges.int(0, speechMs),
    );
  }
  const cancelProbe = probe(world);
  world.speaker.begin();
  const isSpoken = (): boolean =>
    world.speakers.every(({ isDone }) => isDone) && clock.elapsedMs >= faultsEndMs;
  clock.set(() => {}, faultsEndMs);
  await clock.run(speechMs + faultsEndMs + afterwardsMs, isSpoken);
  if (!isSpoken()) world.violation("the speakers never came to their end");

  world.heal();
  const healedAt = clock.elapsedMs;
  for (const process of world.processes) process.finish();
  const isFinished = (): boolean => world.processes.every(({ isRunning }) => !isRunning);
  await clock.run(clock.elapsedMs + afterwardsMs, isFinished);
  if (!isFinished()) world.violation("finish() never settled");
  const finishMs = clock.elapsedMs - healedAt;
  await clock.run(clock.elapsedMs + afterwardsMs);
  const failures = [...judgeTranscript(world), ...judgeWatchers(world)];
  for (const problem of failures) world.violation(problem);

  for (const watcher of world.watchers) watcher.close();
  for (const process of world.processes) process.close();
  await clock.run(clock.elapsedMs + lettingGoMs);
  cancelProbe();
  judgeRest(world);
  rejections();
  const { segments } = world.disk.room?.transcript ?? { segments: [] };
  return {
    seed,
    failures: world.violations,
    timeline: world.timeline,
    faults: exercised,
    words: world.ledger.accounts.reduce((sum, { spoken }) => sum + spoken.length, 0),
    excused: excusedWords(world),
    gaps: segments.filter(({ kind }) => kind === "gap").length,
    batches: world.provider.batches.length,
    finishMs,
    virtualMs: clock.elapsedMs,
  };
}

function planScript(random: Random): Script {
  const isLong = random.chance(0.03);
  const count = isLong ? random.int(260, 400) : random.int(20, 60);
  const utterances: Utterance[] = [];
  for (let word = 1; word <= count; word += 1) {
    utterances.push({ kind: "unit", word });
    if (random.chance(0.04)) {
      for (let pause = random.int(1, 8); pause > 0; pause -= 1) utterances.push({ kind: "unit", word: 0 });
    }
    if (random.chance(0.015)) utterances.push({ kind: "mute", forMs: random.int(1_000, 40_000) });
  }
  return {
    utterances,
    chunkMs: random.pick([20, 100, 100, 160, 250, unitSamples / 8]),
    model: random.chance(0.25) ? "flux-general-en" : undefined,
    viewers: random.int(2, 3),
  };
}

/** The room may hold a frame more than it keeps. */
const slackMs = 500;

/** Looks at the room's memory, and at what it tells of itself, now and then. */
function probe(world: World): () => void {
  let cancel = (): void => {};
  const look = (): void => {
    const { room } = world.host;
    if (room !== null && isTooMuch(room.load)) {
      world.violation(`the room holds too much: ${JSON.stringify(room.load)}`);
    }
    if (room !== null) for (const problem of judgeMeasures(room)) world.violation(problem);
    cancel = world.clock.set(look, 1_000);
  };
  look();
  return () => cancel();
}

function isTooMuch({ bufferedBytes, backfillBytes, heldBytes }: Room["load"]): boolean {
  const { audioBufferMaxBytes, audioBufferMaxMs, backfillMaxBytes } = limits;
  const bufferMaxBytes = Math.min(audioBufferMaxBytes, samplesOfMs(audioBufferMaxMs + slackMs) * 2);
  return (
    bufferedBytes > bufferMaxBytes || backfillBytes > backfillMaxBytes || heldBytes > audioBufferMaxBytes
  );
}

/** Nothing may go on once the session has ended and everybody has left. */
function judgeRest(world: World): void {
  const { host, processes, watchers, provider } = world;
  const session = world.disk.room?.session;
  if (session?.ended === null) world.violation("the session never ended");
  if (host.pendingTimers > 0) world.violation(`the room has ${host.pendingTimers} timers left`);
  if (provider.sockets.some(({ isHeld }) => isHeld)) world.violation("an upstream socket is left");
  for (const { account, pendingTimers } of processes) {
    if (pendingTimers > 0) world.violation(`${account.id} has ${pendingTimers} timers left`);
  }
  for (const { name, pendingTimers } of watchers) {
    if (pendingTimers > 0) world.violation(`${name} has ${pendingTimers} timers left`);
  }
}

function watchRejections(report: (reason: string) => void): () => void {
  const heard = (reason: unknown): void =>
    report(reason instanceof Error ? `${reason.stack}` : String(reason));
  process.on("unhandledRejection", heard);
  return () => process.off("unhandledRejection", heard);
}
