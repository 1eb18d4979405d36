import { UsageError } from "../errors.ts";
import type { Given } from "../measured/keys.ts";
import { findProvider, findService, startTargets } from "../measured/targets.ts";
import type { Screen } from "../terminal/screen.ts";
import { type Entry, entryOf } from "./baseline.ts";
import { readCorpus } from "./corpus.ts";
import type { Result } from "./judged.ts";
import { printOverall, printResult } from "./print.ts";
import { judge, sameWords, summarise } from "./result.ts";
import { distinctVoices, judgeVoice, printVoice, type VoiceResult } from "./voices.ts";
import { straight, throughRoom, type Way } from "./ways.ts";

export type Mode = "room" | "direct" | "both";

/** What a run has to tell besides what it printed. */
export type Outcome = {
  readonly report: unknown;
  /** For a baseline. */
  readonly entries: readonly Entry[];
  readonly failed: number;
  readonly worstWer: number;
};
type Ways = readonly { readonly name: string; readonly way: Way; readonly results: Result[] }[];

/** Streams a folder's recordings one way, or both ways one after the other. */
export async function runFolder(
  screen: Screen,
  given: Given,
  positionals: readonly string[],
  mode: Mode,
): Promise<Outcome> {
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new UsageError("Give one folder with recordings.");
  const recordings = readCorpus(folder);
  const { ways, close } = await findWays(mode, given);
  let same = 0;
  try {
    for (const [index, recording] of recordings.entries()) {
      for (const { name, way, results } of ways) {
        screen.live([screen.style("dim", `${index + 1}/${recordings.length}  ${recording.file} …`)]);
        const result = await judge(way, folder, recording);
        screen.live([]);
        results.push(result);
        printResult(screen, result, name);
      }
      const [one, other] = ways.map(({ results }) => results.at(-1));
      if (one !== undefined && other !== undefined && sameWords(one, other)) same++;
    }
  } finally {
    screen.live([]);
    await close();
  }
  const summaries = ways.map(({ name, results }) => ({ way: name, summary: summarise(results), results }));
  for (const { way, summary } of summaries) printOverall(screen, summary, way);
  if (mode === "both") {
    screen.print(`Through the room and directly: the same words in ${same} of ${recordings.length} files.`);
  }
  return {
    // One way alone is written without a name for it.
    report: mode === "both" ? { sameWords: same, ways: summaries } : summaries[0],
    entries: ways.flatMap(({ name, results }) =>
      results.map((result) => entryOf(result, name === "" ? result.file : `${result.file}, ${name}`)),
    ),
    failed: summaries.reduce((sum, { summary }) => sum + summary.failed, 0),
    worstWer: Math.max(...summaries.map(({ summary }) => summary.wer)),
  };
}

async function findWays(mode: Mode, given: Given): Promise<{ ways: Ways; close(): Promise<void> }> {
  if (mode === "room") {
    const { service, close } = await findService(given);
    return { ways: [{ name: "", way: throughRoom(service), results: [] }], close };
  }
  if (mode === "direct") {
    const { provider, close } = await findProvider(given);
    return { ways: [{ name: "", way: straight(provider), results: [] }], close };
  }
  if (given.url !== undefined) throw new UsageError("--both starts its own; it takes no --url.");
  const { service, provider, close } = await startTargets();
  const ways = [
    { name: "through the room", way: throughRoom(service), results: [] },
    { name: "directly", way: straight(provider), results: [] },
  ];
  return { ways, close };
}

/** Closes the loop: the provider's voices speak, the provider listens. */
export async function runVoices(screen: Screen, given: Given, asked: readonly string[]): Promise<Outcome> {
  const { provider, close } = await findProvider(given);
  const judged: VoiceResult[] = [];
  try {
    for (const voice of asked.length > 0 ? asked : distinctVoices) {
      screen.live([screen.style("dim", `${voice} …`)]);
      const result = await judgeVoice(provider, voice);
      screen.live([]);
      judged.push(result);
      printVoice(screen, result);
    }
  } finally {
    screen.live([]);
    await close();
  }
  return {
    report: { voices: judged },
    entries: judged.flatMap(({ voice, results }) =>
      results.map((result, index) => entryOf(result, `${voice}, sentence ${index + 1}`)),
    ),
    failed: 0,
    worstWer: Math.max(...judged.map(({ summary }) => summary.wer)),
  };
}
