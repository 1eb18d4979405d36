import { writeFileSync } from "node:fs";
import { playAtRealTime } from "../cli/broadcast/pace.ts";
import { playAtOnce } from "../cli/wer/at-once.ts";
import { listenDirectly } from "../cli/wer/direct.ts";
import { normalise } from "../cli/wer/normalise.ts";
import { percentile } from "../shared/percentile.ts";
import { startMortalEngine } from "../test/support/mortal-engine.ts";
import { clearLines, type Recording, record } from "../test/support/recording.ts";
import { startStack } from "../test/support/stack.ts";
import { startCutProxy } from "../testing/cut-proxy.ts";
import { type Command, parse, wholeNumber } from "./command.ts";
import { between, loop } from "./looped.ts";
import { type Bench, type Recovery, recover } from "./outage.ts";

const help = `Usage: npm run bench -- recovery [options]

How soon captions are back after the speech-to-text provider was away, with the real
engine behind a wire that can be cut, at real time, while somebody goes on speaking.

  --runs N        outages of 2 s (default 5; 0 for none)
  --long-runs N   outages of 30 s (default 3; 0 for none)
  --json FILE     write every run to FILE
  --help          this text

All times run from the moment at which the provider can be reached again.
  asked        the room connects to the provider
  caption      a viewer is shown words of the new socket, be they ones it saw before
  first word   a viewer is shown a word that it had not seen
  live         a viewer is shown a word that was spoken after that moment
  filled       nothing is missing of what was spoken until then: no gap is left, and
               the words are those of an undisturbed recognition of the same sound
The floor is measured in the same run: a new socket straight to the engine, which is given
the sentence that is being spoken, as far as it has come, at once and the rest as it is
spoken; from connecting to the first words. What is above it is the room's.
`;

export const command: Command = { summary: "captions after an outage of the provider", help, run };

const provider = { apiKey: "any" };
/** Long enough for the first socket to count as healthy. */
const warmUpMs = 8_000;

type Kind = { readonly name: string; readonly lengthMs: number; readonly speakOnMs: number };
const short: Kind = { name: "2 s", lengthMs: 2_000, speakOnMs: 12_000 };
const long: Kind = { name: "30 s", lengthMs: 30_000, speakOnMs: 30_000 };

type Sentence = Recording["sentences"][number];
type Run = Recovery & { readonly floorMs: number | null };

async function run(args: string[]): Promise<number> {
  const { values } = parse({
    args,
    options: {
      runs: { type: "string", default: "5" },
      "long-runs": { type: "string", default: "3" },
      json: { type: "string" },
    },
  });
  const kinds = [
    { kind: short, runs: wholeNumber("--runs", values.runs, 0, 100) },
    { kind: long, runs: wholeNumber("--long-runs", values["long-runs"], 0, 100) },
  ];
  const engine = await startMortalEngine();
  const proxy = await startCutProxy(engine.url);
  const stack = await startStack({ engineUrl: engine.url, providerUrl: proxy.url });
  try {
    const recording = await record(engine.url, clearLines);
    const results = [];
    for (const { kind, runs } of kinds) {
      const measured = await measure({ stack, proxy }, engine.url, recording, kind, runs);
      results.push({ outage: kind.name, runs: measured });
      if (measured.length > 0) print(kind, measured);
    }
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
    return 0;
  } finally {
    await stack.close();
    await proxy.close();
    await engine.stop();
  }
}

async function measure(
  bench: Bench,
  engineUrl: string,
  recording: Recording,
  kind: Kind,
  runs: number,
): Promise<Run[]> {
  const measured: Run[] = [];
  for (let index = 0; index < runs; index++) {
    // Each run meets another sentence, in its middle: somebody speaks when the provider comes back.
    const sentence = sentenceAfter(recording, warmUpMs + kind.lengthMs, index);
    const backMs = (sentence.startMs + sentence.endMs) / 2;
    const spoken = loop(recording, backMs + kind.speakOnMs);
    const reference = await understood(engineUrl, spoken);
    const recovery = await recover(bench, {
      room: `recovery-${kind.lengthMs}-${index}`,
      recording: spoken,
      reference,
      fromMs: backMs - kind.lengthMs,
      lengthMs: kind.lengthMs,
    });
    const floorMs = await floor(engineUrl, spoken, sentence.startMs, backMs);
    measured.push({ ...recovery, floorMs });
    process.stderr.write(`${kind.name}, ${index + 1} of ${runs}: ${JSON.stringify(measured.at(-1))}\n`);
  }
  return measured;
}

function sentenceAfter(recording: Recording, positionMs: number, index: number): Sentence {
  const { sentences } = loop(recording, positionMs + 60_000);
  const later = sentences.filter(({ startMs }) => startMs >= positionMs);
  const sentence = later[index % recording.sentences.length];
  if (sentence === undefined) throw new Error(`Nothing is spoken after ${positionMs} ms.`);
  return sentence;
}

async function understood(engineUrl: string, audio: Recording): Promise<string[]> {
  const { segments } = await listenDirectly({ ...provider, url: engineUrl }, audio, playAtOnce);
  return normalise(segments.map(({ text }) => text).join(" "));
}

async function floor(
  engineUrl: string,
  recording: Recording,
  fromMs: number,
  nowMs: number,
): Promise<number | null> {
  const { format } = recording;
  const soFar = between(recording, fromMs, nowMs);
  const audio = { format, data: between(recording, fromMs, nowMs + 3_000) };
  const began = performance.now();
  const { shown } = await listenDirectly({ ...provider, url: engineUrl }, audio, (data, _, write) => {
    playAtOnce(soFar, format, write);
    return playAtRealTime(data.subarray(soFar.length), format, write);
  });
  const first = shown.find(({ finals, interim }) => interim !== null || finals.length > 0);
  return first === undefined ? null : Math.round(first.atMs - began);
}

function print({ name }: Kind, runs: readonly Run[]): void {
  const row = (label: string, pick: (run: Run) => number | null): string => {
    const values = runs.map(pick);
    const known = values.filter((value) => value !== null);
    const worst = known.length < values.length ? "never" : ms(Math.max(...known));
    return `  ${label.padEnd(34)}${ms(percentile(known, 0.5)).padStart(10)}${worst.padStart(12)}\n`;
  };
  const exact = runs.filter(({ edits, gaps }) => edits === 0 && gaps === 0).length;
  process.stdout.write(
    [
      `\nThe provider was away for ${name} (${runs.length} runs)`.padEnd(37),
      `${"median".padStart(10)}${"worst".padStart(12)}\n`,
      row("floor: the engine alone", ({ floorMs }) => floorMs),
      row("asked", ({ askedMs }) => askedMs),
      row("caption", ({ captionMs }) => captionMs),
      row("first word", ({ firstWordMs }) => firstWordMs),
      row("live", ({ liveMs }) => liveMs),
      row("filled", ({ filledMs }) => filledMs),
      `  all words at the end, no gap: ${exact} of ${runs.length} runs\n`,
    ].join(""),
  );
}

function ms(value: number | null): string {
  return value === null ? "never" : `${value} ms`;
}
