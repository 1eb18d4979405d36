import { percentile } from "../../shared/percentile.ts";
import type { SpeakPeer } from "../peers/speak-peers.ts";
import { askSpeech, type Heard } from "./ask-speech.ts";
import { modelMs, prompt, published } from "./pace.ts";
import { fixed, table, verdict } from "./report.ts";
import type { SpeakStage } from "./speak-stage.ts";
import { allSpeechFormats, type SpeechFormat, speechFormats } from "./speech-format.ts";
import { prose, sentence } from "./speech-text.ts";

export const longCharacters = 20_000;
const warmUps = 20;

/** The whole of a long text, read as fast as it comes, while it is played. */
export type Long = {
  readonly format: SpeechFormat["name"];
  /** Another one than 200: what the contestant answered instead. */
  readonly status: number;
  /** The first sentence alone, asked of the provider. */
  readonly sentenceFirstMs: number;
  readonly heard: Heard;
  /** Requests that the provider answered, and their times as if one had followed the other. */
  readonly requests: number;
  readonly inSequenceMs: number;
};

export async function measureLong(
  { voice, agent }: SpeakStage,
  { provider, ours }: { readonly provider: SpeakPeer; readonly ours: SpeakPeer },
  runs: number,
): Promise<Long[]> {
  const fast = { pace: "fast" } as const;
  const all: Long[] = [];
  await voice.speaks(prompt);
  for (let count = 0; count < warmUps; count++) {
    await askSpeech({ agent, peer: provider }, speechFormats.mp3, sentence(), fast);
    await askSpeech({ agent, peer: ours }, speechFormats.mp3, sentence(), fast);
  }
  for (let run = 0; run < runs; run++) {
    for (const format of allSpeechFormats) {
      await voice.speaks(published);
      const alone = await askSpeech({ agent, peer: provider }, format, sentence(), fast);
      await voice.speaks(published);
      const heard = await askSpeech({ agent, peer: ours }, format, prose(longCharacters), fast);
      const asked = await voice.asked();
      const sent = asked.reduce((sum, { bytes }) => sum + bytes, 0);
      // Stitching may drop what belongs to one chunk alone, such as a frame that only describes it.
      if (heard.status === 200 && Math.abs(heard.bytes - sent) > sent / 100) {
        throw new Error(`${ours.name} handed on ${heard.bytes} bytes of ${sent}.`);
      }
      const result: Long = {
        format: format.name,
        status: heard.status,
        sentenceFirstMs: alone.firstByteMs,
        heard,
        requests: asked.length,
        inSequenceMs: asked.reduce((sum, { characters }) => sum + modelMs(published, characters), 0),
      };
      process.stderr.write(`long text, ${run + 1} of ${runs}: ${JSON.stringify(result)}\n`);
      all.push(result);
    }
  }
  return all;
}

type Row = {
  readonly format: string;
  readonly sentence: number | null;
  readonly first: number | null;
  readonly total: number | null;
  readonly requests: number | null;
  readonly inSequence: number | null;
  readonly starvations: number;
  readonly leastAhead: number | null;
};

export function printLong(all: readonly Long[]): void {
  const refused = all.find(({ status }) => status !== 200);
  process.stdout.write(
    `\n${longCharacters} characters, read as fast as they come; the provider's model takes ${modelMs(published, longCharacters)} ms for so many\n`,
  );
  if (refused !== undefined) {
    process.stdout.write(`  answered ${refused.status}, and nothing was spoken\n`);
    return;
  }
  const head = [
    "",
    "sentence alone: first byte",
    "first byte",
    "÷",
    "whole text",
    "÷ model",
    "requests",
    "one after the other",
    "starved",
    "least in hand",
  ];
  process.stdout.write(
    table([
      head,
      ...rowsOf(all).map((row) => [
        row.format,
        fixed(row.sentence),
        fixed(row.first),
        fixed(over(row.first, row.sentence), 2),
        fixed(row.total),
        fixed(over(row.total, modelMs(published, longCharacters)), 2),
        fixed(row.requests),
        fixed(row.inSequence),
        String(row.starvations),
        fixed(row.leastAhead),
      ]),
    ]),
  );
}

export function aimsOfLong(all: readonly Long[]): string[] {
  return rowsOf(all).flatMap((row) => [
    verdict(
      `first byte ÷ that of its first sentence alone, ${row.format}`,
      over(row.first, row.sentence),
      1.1,
    ),
    verdict(
      `whole text ÷ the model's time, ${row.format}`,
      over(row.total, modelMs(published, longCharacters)),
      1.15,
    ),
  ]);
}

function rowsOf(all: readonly Long[]): Row[] {
  return allSpeechFormats.map(({ name }) => {
    const runs = all.filter(({ format }) => format === name);
    const spoken = runs.filter(({ status }) => status === 200);
    const median = (pick: (run: Long) => number | null): number | null =>
      percentile(
        spoken.map(pick).filter((value) => value !== null),
        0.5,
      );
    const ahead = spoken.map(({ heard }) => heard.leastAheadMs).filter((ms) => ms !== null);
    return {
      format: name,
      sentence: median((run) => run.sentenceFirstMs),
      first: median(({ heard }) => heard.firstByteMs),
      total: median(({ heard }) => heard.totalMs),
      requests: median((run) => run.requests),
      inSequence: median((run) => run.inSequenceMs),
      starvations: spoken.reduce((sum, { heard }) => sum + heard.starvations, 0),
      leastAhead: ahead.length === 0 ? null : Math.min(...ahead),
    };
  });
}

function over(value: number | null, by: number | null): number | null {
  return value === null || by === null ? null : value / by;
}
