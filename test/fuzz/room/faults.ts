import type { Answer } from "../../support/tape/provider.ts";
import type { Random } from "../../support/tape/random.ts";
import type { Drop } from "../../support/tape/socket.ts";
import type { Cut } from "./link.ts";
import type { World } from "./world.ts";

/** One thing that goes wrong, at a time of its own. */
export type Fault = {
  readonly kind: FaultKind;
  readonly atMs: number;
  readonly forMs: number;
  readonly run: (world: World) => void;
};

type Planned = {
  readonly forMs?: number;
  readonly run: (world: World) => void;
};

const closings: readonly [readonly [number, string], ...(readonly [number, string])[]] = [
  [1000, ""],
  [1001, "going away"],
  [1005, ""],
  [1006, ""],
  [1011, "internal error"],
  [
    1011,
    "Deepgram did not provide a response message within the timeout window. See https://dpgr.am/net0000",
  ],
  [1011, "Deepgram did not receive audio data or a text message within the timeout window. NET-0001"],
  [1011, "no_audio_timeout See https://dpgr.am/net0002"],
  [1012, "service restart"],
  [1013, "try again later"],
];

function anyDrop(random: Random): Drop {
  const [code, reason] = random.pick(closings);
  return { code, reason, queue: random.pick(["deliver", "lose", "tear"]) };
}

function anyRefusal(random: Random): Answer {
  return random.pick<Answer>([408, 429, 503, 0, "never"]);
}

const anyCut = (random: Random): Cut => random.pick(["both", "clientFirst", "hostFirst"]);

/** What can go wrong, and how it is drawn. */
const faults = {
  upstreamDropped: (random) => {
    const drop = anyDrop(random);
    return { run: ({ provider }) => provider.drop(drop) };
  },
  upstreamDroppedWhenOpened: (random) => {
    const [drop, afterMs] = [anyDrop(random), random.int(0, 3_000)];
    return {
      run: ({ provider }) => {
        provider.dropAfterNextOpen(afterMs, drop);
        if (random.chance(0.7)) provider.drop({ code: 1006, reason: "", queue: "lose" });
      },
    };
  },
  upstreamDroppedAtClose: (random) => {
    const drop = anyDrop(random);
    return { run: ({ provider }) => provider.dropAtNextClose(drop) };
  },
  messagesTorn: (random) => {
    const messages = random.int(1, 8);
    return { run: ({ provider }) => provider.tear(messages) };
  },
  dialsRefused: (random) => {
    const answers = Array.from({ length: random.int(1, 3) }, () => anyRefusal(random));
    return {
      forMs: 12_000,
      run: ({ provider }) => {
        provider.answerNextDials(answers);
        provider.drop({ code: 1006, reason: "", queue: "lose" });
      },
    };
  },
  outage: (random) => {
    const forMs = random.chance(0.5) ? random.int(500, 6_000) : random.int(6_000, 40_000);
    const cut = random.chance(0.8) ? anyDrop(random) : null;
    const dials = anyRefusal(random);
    const batches = random.chance(0.5) ? random.pick<Answer>([429, 503, 500, 0, "never"]) : null;
    return {
      forMs,
      run: ({ provider }) => provider.begin({ forMs, cut, dials, batches }),
    };
  },
  upstreamStalls: (random) => {
    const forMs = random.chance(0.5) ? random.int(1_000, 8_000) : random.int(8_000, 40_000);
    return { forMs, run: ({ provider }) => provider.stall(forMs) };
  },
  batchesFail: (random) => {
    const answers = Array.from({ length: random.int(1, 4) }, () =>
      random.pick<Answer>([429, 503, 500, 0, "never"]),
    );
    return { run: ({ provider }) => provider.answerNextBatches(answers) };
  },
  publisherCut: (random) => {
    const how = anyCut(random);
    return { run: (world) => world.publisher?.link?.cut(how) };
  },
  publisherHalfOpen: () => ({
    forMs: 15_000,
    run: (world) => world.publisher?.link?.cut("halfOpen"),
  }),
  publisherChoked: (random) => {
    const forMs = random.int(500, 9_000);
    return { forMs, run: (world) => world.publisher?.link?.choke(forMs) };
  },
  publisherBrieflyAway: (random) => {
    const [forMs, how] = [random.int(1_000, 25_000), anyCut(random)];
    return {
      forMs,
      run: (world) => world.takeOffline(world.publisher, forMs, how),
    };
  },
  publisherLongAway: (random) => {
    const [forMs, how] = [random.int(31_000, 75_000), anyCut(random)];
    return {
      forMs,
      run: (world) => world.takeOffline(world.publisher, forMs, how),
    };
  },
  publisherKilled: (random) => {
    const how = random.pick<Cut>(["both", "clientFirst", "halfOpen"]);
    return { forMs: 8_000, run: (world) => world.speaker.restart(how) };
  },
  takenOver: (random) => {
    const words = random.int(4, 12);
    return { forMs: 10_000, run: (world) => world.takeOver(words) };
  },
  evicted: (random) => {
    const death = {
      publishers: random.pick(["closed", "kept"]),
      viewers: random.pick(["closed", "kept"]),
    };
    return { run: ({ host }) => host.die(death) };
  },
  storeFails: () => ({ run: ({ disk }) => disk.failNext() }),
  storeSlow: (random) => {
    const [slownessMs, forMs] = [random.int(50, 3_000), random.int(1_000, 15_000)];
    return {
      forMs,
      run: ({ disk, clock }) => {
        disk.slownessMs = slownessMs;
        clock.set(() => {
          disk.slownessMs = 0;
        }, forMs);
      },
    };
  },
  wallClockJumps: (random) => {
    const ms = random.pick([1_000, -1_000, 3_600_000, -3_600_000]);
    const whose = random.pick(["room", "client", "both"]);
    return { run: (world) => world.jumpWall(ms, whose) };
  },
  viewerCut: (random) => {
    const how = random.pick<Cut>(["both", "clientFirst", "hostFirst", "halfOpen"]);
    return {
      forMs: how === "halfOpen" ? 40_000 : 0,
      run: (world) => world.anyWatcher().link?.cut(how),
    };
  },
  viewerAway: (random) => {
    const [forMs, how] = [random.int(1_000, 60_000), anyCut(random)];
    return {
      forMs,
      run: (world) => world.takeOffline(world.anyWatcher(), forMs, how),
    };
  },
  viewerReloads: () => ({ run: (world) => world.anyWatcher().reload() }),
} satisfies Record<string, (random: Random) => Planned>;

const fatalFaults = {
  dialForbidden: () => ({
    run: ({ provider }) => {
      provider.answerNextDials([401]);
      provider.drop({ code: 1006, reason: "", queue: "lose" });
    },
  }),
  undecodable: () => ({
    run: ({ provider }) =>
      provider.drop({
        code: 1008,
        reason: "DATA-0000 https://dpgr.am/data0000",
        queue: "deliver",
      }),
  }),
} satisfies Record<string, (random: Random) => Planned>;

/** Longer than any buffer: only in schedules that are long themselves. */
const longFaults = {
  longOutage: (random) => {
    const forMs = random.int(100_000, 220_000);
    const batches = random.chance(0.8) ? random.pick<Answer>([429, 503, 0]) : null;
    const outage = { forMs, cut: anyDrop(random), dials: anyRefusal(random), batches };
    // By then a publisher has had to drop what the room still held.
    const diesAfterMs = random.chance(0.6) ? random.int(60_000, forMs) : null;
    return {
      forMs,
      run: ({ provider, host, clock }) => {
        provider.begin(outage);
        if (diesAfterMs !== null) {
          clock.set(() => host.die({ publishers: "closed", viewers: "closed" }), diesAfterMs);
        }
      },
    };
  },
} satisfies Record<string, (random: Random) => Planned>;

export type FaultKind = keyof typeof faults | keyof typeof fatalFaults | keyof typeof longFaults;

const kinds = Object.keys(faults).filter((kind): kind is keyof typeof faults => kind in faults);

export const faultKinds: readonly FaultKind[] = [
  ...kinds,
  "longOutage",
  ...Object.keys(fatalFaults).filter((kind): kind is keyof typeof fatalFaults => kind in fatalFaults),
];

const longMs = 130_000;

/** A schedule of faults over the first `overMs`: none at times, usually a few, and sometimes a great many. */
export function planFaults(random: Random, overMs: number, only: readonly FaultKind[] | null): Fault[] {
  const count = planCount(random);
  const allowed = only === null ? kinds : kinds.filter((kind) => only.includes(kind));
  const planned: Fault[] = [];
  if (allowed.length > 0) {
    for (let at = 0; at < count; at += 1) {
      const kind = allowed[random.int(0, allowed.length - 1)];
      if (kind !== undefined) planned.push(faultAt(kind, faults[kind](random), random.int(0, overMs)));
    }
  }
  if (only === null && random.chance(0.05)) {
    const kind = random.pick(["dialForbidden", "undecodable"]);
    planned.push(faultAt(kind, fatalFaults[kind](), random.int(0, overMs)));
  }
  if (only === null && overMs > longMs && random.chance(0.7)) {
    planned.push(faultAt("longOutage", longFaults.longOutage(random), random.int(0, overMs / 4)));
  }
  return planned.sort((a, b) => a.atMs - b.atMs);
}

function planCount(random: Random): number {
  const kind = random.next();
  if (kind < 0.05) return 0;
  if (kind < 0.3) return random.int(1, 2);
  return kind < 0.93 ? random.int(2, 10) : random.int(12, 40);
}

function faultAt(kind: FaultKind, { forMs = 0, run }: Planned, atMs: number): Fault {
  return { kind, atMs, forMs, run };
}
