import { writeFileSync } from "node:fs";
import { UsageError } from "../cli/errors.ts";
import { type Command, parse, wholeNumber } from "./command.ts";
import { published } from "./load/pace.ts";
import { circumstances, printCircumstances } from "./load/report.ts";
import { aimsOfFirst, measureFirst, printFirst } from "./load/speak-first.ts";
import { aimsOfLong, measureLong, printLong } from "./load/speak-long.ts";
import { aimsOfMemory, measureMemory, printMemory } from "./load/speak-memory.ts";
import { aimOfPlayed, measurePlayed, printPlayed } from "./load/speak-played.ts";
import { onSpeakStage } from "./load/speak-stage.ts";
import {
  direct,
  hasPortkey,
  startBareWorker,
  startCaptionwireSpeak,
  startPortkey,
} from "./peers/speak-peers.ts";

const parts = ["first", "long", "played", "memory"] as const;
type Part = (typeof parts)[number];

const help = `Usage: npm run bench -- speak [options]

What /v1/speak adds to the provider's own time, and how a text of 20,000 characters comes that
the provider would refuse (it takes 2,000). Beside it: the provider asked directly, a Worker that
only hands on request and answer, and Portkey's gateway, which does the same by its own rules.
The provider is a process that speaks at a set pace; short texts: first byte after 30 ms; long
ones as Deepgram describes Aura-2: first byte after 277 ms, all after 600 ms and 40 ms more for
every 100 characters of a request, 18 characters a second of speech. linear16 at 24 kHz and mp3
at 48 kbit/s.

  --only LIST    of ${parts.join(",")} (default all)
  --samples N    short texts of each contestant and format (default 240)
  --runs N       of the long text, and of memory; medians are printed (default 3)
  --seconds N    that a reader at the speed of speech stays (default 120; 30 for memory)
  --quick        60 samples, one run, 20 s, no text of 100,000 characters
  --json FILE    write the results to FILE
  --help         this text

  first       from sending the request to the first byte of sound, milliseconds; added: less
              the median of the provider itself in the same block of requests
  whole text  to its last byte, read as fast as it comes; model: what the provider says it
              would take for the text in one request; one after the other: its requests
              without any overlap
  starved     how often a player that plays from the first byte on had nothing to play, when
              read as fast as it comes and when read no faster than it is played
  in hand     sound that it had when more came, at its least after the first 250 ms, ms
  memory      of the server's processes at its worst, beyond what a new one held after a few
              short texts, MB; the bare Worker's is of one request that no limit refuses

Portkey needs: npm ci --prefix bench
`;

export const command: Command = {
  summary: "what /v1/speak adds to the provider's time, and long texts",
  help,
  run,
};

async function run(args: string[]): Promise<number> {
  const { values } = parse({
    args,
    options: {
      only: { type: "string", default: parts.join(",") },
      samples: { type: "string" },
      runs: { type: "string" },
      seconds: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
    },
  });
  const { quick } = values;
  const chosen = partsIn(values.only);
  const samples = wholeNumber("--samples", values.samples ?? (quick ? "60" : "240"), 20, 10_000);
  const runs = wholeNumber("--runs", values.runs ?? (quick ? "1" : "3"), 1, 20);
  const seconds = wholeNumber("--seconds", values.seconds ?? (quick ? "20" : "120"), 5, 1_500);
  const memory = {
    lengths: quick ? [published.maxCharacters ?? 0, 20_000] : [published.maxCharacters ?? 0, 20_000, 100_000],
    seconds: Math.min(seconds, 30),
    runs,
  };
  const where = circumstances();
  printCircumstances(where);
  return await onSpeakStage(async (stage) => {
    const provider = direct(stage);
    const ours = await stage.peer(startCaptionwireSpeak(stage));
    const bare = await stage.peer(startBareWorker(stage));
    const peers = [provider, ours, bare];
    if (hasPortkey()) peers.push(await stage.peer(startPortkey(stage)));

    const first = chosen.has("first") ? await measureFirst(stage, peers, { samples, block: 20 }) : [];
    const long = chosen.has("long") ? await measureLong(stage, { provider, ours }, runs) : [];
    const played = chosen.has("played") ? await measurePlayed(stage, ours, seconds) : [];
    const held = chosen.has("memory") ? await measureMemory(stage, { ours, bare }, memory) : [];

    if (chosen.has("first")) printFirst(first);
    if (chosen.has("long")) printLong(long);
    if (chosen.has("played")) printPlayed(played, seconds);
    if (chosen.has("memory")) printMemory(held, memory);
    const players = [...long, ...played].map(({ heard }) => heard);
    const aims = [
      ...(chosen.has("first") ? aimsOfFirst(first) : []),
      ...(chosen.has("long") ? aimsOfLong(long) : []),
      ...(players.length > 0 ? [aimOfPlayed(players)] : []),
      ...(chosen.has("memory") ? aimsOfMemory(held) : []),
    ];
    if (aims.length > 0) process.stdout.write(`\nAims\n${aims.join("")}`);
    if (values.json !== undefined) {
      writeFileSync(
        values.json,
        `${JSON.stringify({ where, options: { samples, runs, seconds }, first, long, played, memory: held })}\n`,
      );
    }
    return 0;
  });
}

function partsIn(list: string): ReadonlySet<Part> {
  const chosen = new Set<Part>();
  for (const name of list.split(",")) {
    const part = parts.find((each) => each === name);
    if (part === undefined) throw new UsageError(`--only takes some of ${parts.join(", ")}.`);
    chosen.add(part);
  }
  return chosen;
}
