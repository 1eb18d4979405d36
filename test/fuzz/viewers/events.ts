import { limits } from "../../../shared/limits.ts";
import type { Random } from "../../support/tape/random.ts";
import { anyText } from "./words.ts";
import type { World } from "./world.ts";

/** One thing that happens in the room or under it. */
export type Event = {
  readonly kind: EventKind;
  readonly atMs: number;
  readonly run: (world: World) => void;
};

type Draw = {
  /** Least and most of it in a schedule; below none is none. */
  readonly times: readonly [number, number];
  readonly draw: (random: Random) => (world: World) => void;
};

const hourMs = 3_600_000;

function edit(world: World, id: string, text: string): void {
  world.operate(`edit ${id}`, async (room) => {
    const segment = await room.edit(id, text);
    if (text.trim() === "" ? segment !== null : segment?.text !== text || segment.edited !== true) {
      world.violation(`an edit was answered with ${JSON.stringify(segment)}`);
    }
  });
}

/** Ids of the newest segments, the newest last, and one that never was. */
function newestIds({ disk }: World, count: number): string[] {
  return (disk.room?.transcript.segments ?? []).slice(-count).map(({ id }) => id);
}

function crowdIsCut({ viewers, random }: World): void {
  for (const viewer of viewers) if (random.chance(0.8)) viewer.cut(random.int(0, 2_000));
}

/** What happens, and how often in a schedule. */
const events = {
  edit: {
    times: [3, 12],
    draw: (random) => {
      const [place, text] = [random.next(), `✎ ${anyText(random, random.int(1, 6))}`];
      return (world) => {
        const segments = world.disk.room?.transcript.segments ?? [];
        edit(world, segments[Math.floor(place * segments.length)]?.id ?? "nobody", text);
      };
    },
  },
  removal: {
    times: [0, 6],
    draw: (random) => {
      const place = random.next();
      return (world) => {
        const segments = world.disk.room?.transcript.segments ?? [];
        edit(world, segments[Math.floor(place * segments.length)]?.id ?? "nobody", " ");
      };
    },
  },
  manyRemovals: {
    times: [0, 1],
    draw: (random) => {
      const count = random.int(5, 40);
      return (world) => {
        for (const id of newestIds(world, count)) edit(world, id, "");
      };
    },
  },
  heavyEdits: {
    times: [-8, 1],
    draw:
      () =>
      ({ clock, disk, host }) => {
        const until = clock.elapsedMs + 40_000;
        const text = "heavy ".repeat(limits.correctionMaxCharacters / 6 - 3);
        const again = (): void => {
          const newest = disk.room?.transcript.segments.slice(-4) ?? [];
          for (const { id } of newest) {
            host.run((room) => void room.edit(id, `${text} ${clock.elapsedMs}`).catch(() => {}));
          }
          if (clock.elapsedMs < until) clock.set(again, 200);
        };
        again();
      },
  },
  purge: { times: [-1, 2], draw: () => (world) => world.operate("purge", (room) => room.purge()) },
  expire: {
    times: [1, 3],
    draw: (random) => {
      const jumpMs = random.int(0, hourMs / 2);
      return (world) => {
        world.host.wallOffsetMs += jumpMs;
        world.operate("expire", async (room) => {
          await room.configure({ retentionHours: 1 });
          const { deaths } = world;
          const next = await room.expire();
          // One whose storage failed expires nothing any more.
          if (deaths < world.deaths || next === null) return;
          if (next <= world.host.wallMs()) world.violation(`expires again at ${next}`);
        });
      };
    },
  },
  wallSetBack: {
    times: [0, 1],
    draw: (random) => {
      const backMs = random.int(1, 600_000);
      return (world) => {
        world.host.wallOffsetMs -= backMs;
      };
    },
  },
  evictionKeepingViewers: {
    times: [-1, 2],
    draw:
      () =>
      ({ host }) =>
        host.die("kept"),
  },
  evictionCuttingViewers: {
    times: [-1, 1],
    draw:
      () =>
      ({ host }) =>
        host.die("closed"),
  },
  storageFails: {
    times: [-1, 1],
    draw:
      () =>
      ({ disk }) =>
        disk.failNext(),
  },
  storageIsSlow: {
    times: [-1, 1],
    draw: (random) => {
      const [slownessMs, forMs] = [random.int(5, 400), random.int(1_000, 10_000)];
      return ({ disk, clock }) => {
        disk.slownessMs = slownessMs;
        clock.set(() => {
          disk.slownessMs = 0;
        }, forMs);
      };
    },
  },
  providerFails: {
    times: [0, 3],
    draw: (random) => {
      const forMs = random.chance(0.5) ? random.int(0, 3_000) : random.int(5_000, 15_000);
      return ({ provider }) => provider.fail(forMs);
    },
  },
  publisherIsCut: {
    times: [0, 2],
    draw: (random) => {
      const forMs = random.int(100, 20_000);
      return ({ publisher }) => publisher.cut(forMs);
    },
  },
  anotherSession: {
    times: [-1, 1],
    draw:
      () =>
      ({ publisher }) =>
        publisher.finish(false),
  },
  crowdIsCut: { times: [-1, 1], draw: () => crowdIsCut },
  crowdRejoins: {
    times: [0, 3],
    draw:
      () =>
      ({ viewers, random }) => {
        for (const viewer of viewers) if (random.chance(0.2)) viewer.rejoin();
      },
  },
  followerSuffers: {
    times: [2, 10],
    draw: (random) => {
      const place = random.next();
      return ({ followers }) => followers[Math.floor(place * followers.length)]?.suffer();
    },
  },
} as const satisfies Record<string, Draw>;

export type EventKind = keyof typeof events;

export const eventKinds: readonly EventKind[] = [
  "edit",
  "removal",
  "manyRemovals",
  "heavyEdits",
  "purge",
  "expire",
  "wallSetBack",
  "evictionKeepingViewers",
  "evictionCuttingViewers",
  "storageFails",
  "storageIsSlow",
  "providerFails",
  "publisherIsCut",
  "anotherSession",
  "crowdIsCut",
  "crowdRejoins",
  "followerSuffers",
];

/** What happens in a schedule, in order of time. `kinds` leaves out all others, and changes nothing of when they happen. */
export function planEvents(random: Random, lastsMs: number, kinds: readonly EventKind[]): Event[] {
  const planned = eventKinds.flatMap((kind) => {
    const fork = random.fork();
    const { times, draw }: Draw = events[kind];
    const count = Math.max(0, fork.int(times[0], times[1]));
    return Array.from(
      { length: count },
      (): Event => ({ kind, atMs: fork.int(500, lastsMs), run: draw(fork) }),
    );
  });
  return planned.filter(({ kind }) => kinds.includes(kind)).sort((a, b) => a.atMs - b.atMs);
}
