import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../../shared/percentile.ts";
import type { SpeakPeer } from "../peers/speak-peers.ts";
import { askSpeech, type Reading } from "./ask-speech.ts";
import { published } from "./pace.ts";
import { residentBytes } from "./proc.ts";
import { fixed, table, verdict } from "./report.ts";
import type { SpeakStage } from "./speak-stage.ts";
import { speechFormats } from "./speech-format.ts";
import { prose, sentence } from "./speech-text.ts";

export type MemoryOptions = {
  readonly lengths: readonly number[];
  /** How long a slow reader stays. */
  readonly seconds: number;
  readonly runs: number;
};

/** Of a server's processes, new for each of these. */
export type SpeakMemory = {
  readonly name: string;
  readonly characters: number;
  readonly reading: Reading["pace"];
  readonly status: number;
  readonly idleBytes: number;
  readonly peakBytes: number;
};

const warmUps = 20;
const settleMs = 1_000;
const lookEveryMs = 20;
const format = speechFormats.linear16;
const compared = [20_000, 100_000] as const;
/** For a fast reader: so much in texts of each length, one after the other. */
const spokenCharacters = 100_000;

export async function measureMemory(
  stage: SpeakStage,
  { ours, bare }: { readonly ours: SpeakPeer; readonly bare: SpeakPeer },
  { lengths, seconds, runs }: MemoryOptions,
): Promise<SpeakMemory[]> {
  const all: SpeakMemory[] = [];
  const played: Reading = { pace: "played", forMs: seconds * 1_000 };
  for (let run = 0; run < runs; run++) {
    for (const reading of [played, { pace: "fast" } as const]) {
      for (const characters of lengths) all.push(await measureOne(stage, ours, characters, reading));
      // What the runtime itself takes to hand on as much, of a provider that would speak it in one request.
      all.push(await measureOne(stage, bare, compared[0], reading));
    }
  }
  return all;
}

async function measureOne(
  { voice, agent }: SpeakStage,
  peer: SpeakPeer,
  characters: number,
  reading: Reading,
): Promise<SpeakMemory> {
  await peer.restart();
  await voice.speaks({ ...published, firstByteMs: 10, fixedMs: 20, per100CharactersMs: 0 });
  for (let count = 0; count < warmUps; count++) {
    await askSpeech({ agent, peer }, format, sentence(), { pace: "fast" });
  }
  await sleep(settleMs);
  await voice.speaks({
    ...published,
    maxCharacters: peer.name === "bare Worker" ? null : published.maxCharacters,
  });
  const idleBytes = residentBytes(peer.pids());
  let peakBytes = idleBytes;
  const look = setInterval(() => {
    peakBytes = Math.max(peakBytes, residentBytes(peer.pids()));
  }, lookEveryMs);
  try {
    // As much audio for each length, so that what is left to the garbage collector is the same for all.
    const texts = reading.pace === "fast" ? Math.max(1, Math.round(spokenCharacters / characters)) : 1;
    let status = 0;
    for (let count = 0; count < texts; count++) {
      ({ status } = await askSpeech({ agent, peer }, format, prose(characters), reading));
    }
    const result = { name: peer.name, characters, reading: reading.pace, status, idleBytes, peakBytes };
    process.stderr.write(`memory: ${JSON.stringify(result)}\n`);
    return result;
  } finally {
    clearInterval(look);
  }
}

export function printMemory(all: readonly SpeakMemory[], { seconds }: MemoryOptions): void {
  process.stdout.write(
    `\nMemory of the server, linear16, beyond what it held before: for one text a slow reader, who leaves after ${seconds} s; for ${spokenCharacters} characters in texts of these lengths a fast one\n`,
  );
  const lengths = [...new Set(all.map(({ characters }) => characters))].toSorted((a, b) => a - b);
  const rows = [...new Map(all.map((each) => [`${each.name}, ${each.reading}`, each])).entries()];
  process.stdout.write(
    table([
      ["MB", ...lengths.map((characters) => `${characters} characters`)],
      ...rows.map(([title, { name, reading }]) => [
        title,
        ...lengths.map((characters) => {
          const bytes = moreBytes(all, name, reading, characters);
          return fixed(bytes === null ? null : bytes / 1e6, 1);
        }),
      ]),
    ]),
  );
}

export function aimsOfMemory(all: readonly SpeakMemory[]): string[] {
  return (["played", "fast"] as const).flatMap((reading) => {
    const [small, large] = compared.map((characters) => moreBytes(all, "Captionwire", reading, characters));
    if (!all.some(({ characters }) => characters === compared[1])) return [];
    const ratio = small == null || large == null ? null : large / small;
    return [verdict(`memory of 100,000 ÷ 20,000 characters, reader ${reading}`, ratio, 1.25)];
  });
}

function moreBytes(
  all: readonly SpeakMemory[],
  name: string,
  reading: Reading["pace"],
  characters: number,
): number | null {
  const its = all.filter(
    (each) =>
      each.name === name && each.reading === reading && each.characters === characters && each.status === 200,
  );
  return percentile(
    its.map(({ idleBytes, peakBytes }) => peakBytes - idleBytes),
    0.5,
  );
}
