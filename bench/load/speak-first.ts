import { percentile } from "../../shared/percentile.ts";
import type { SpeakPeer } from "../peers/speak-peers.ts";
import { askSpeech } from "./ask-speech.ts";
import { prompt } from "./pace.ts";
import { fixed, table, verdict } from "./report.ts";
import type { SpeakStage } from "./speak-stage.ts";
import { allSpeechFormats, type SpeechFormat } from "./speech-format.ts";
import { sentence, sentenceCharacters } from "./speech-text.ts";

export type FirstOptions = {
  /** Of each contestant and format. */
  readonly samples: number;
  /** Requests one after the other before it is another contestant's turn. */
  readonly block: number;
};

export type First = {
  readonly name: string;
  readonly format: SpeechFormat["name"];
  readonly samples: number;
  /** To the first byte of sound, and what of it is not the provider's own in the same block. */
  readonly p50: number | null;
  readonly addedP50: number | null;
  readonly addedP95: number | null;
};

const warmUps = 30;

/** The provider itself goes first in the list. */
export async function measureFirst(
  { voice, agent }: SpeakStage,
  peers: readonly SpeakPeer[],
  { samples, block }: FirstOptions,
): Promise<First[]> {
  await voice.speaks(prompt);
  const all: First[] = [];
  for (const format of allSpeechFormats) {
    const ask = async (peer: SpeakPeer): Promise<number> => {
      const { status, firstByteMs } = await askSpeech({ agent, peer }, format, sentence(), { pace: "fast" });
      if (status !== 200) throw new Error(`${peer.name} answered ${status} to a short text.`);
      return firstByteMs;
    };
    for (const peer of peers) for (let count = 0; count < warmUps; count++) await ask(peer);
    const own = peers.map((): number[] => []);
    const added = peers.map((): number[] => []);
    for (let round = 0; round * block < samples; round++) {
      const blocks = peers.map((): number[] => []);
      for (let turn = 0; turn < peers.length; turn++) {
        const index = (turn + round) % peers.length;
        const peer = peers[index];
        if (peer === undefined) continue;
        for (let count = 0; count < block; count++) blocks[index]?.push(await ask(peer));
      }
      const alone = percentile(blocks[0] ?? [], 0.5) ?? 0;
      for (const [index, times] of blocks.entries()) {
        own[index]?.push(...times);
        added[index]?.push(...times.map((ms) => ms - alone));
      }
    }
    for (const [index, { name }] of peers.entries()) {
      const [its, more] = [own[index] ?? [], added[index] ?? []];
      const p50 = percentile(its, 0.5);
      const [addedP50, addedP95] = [percentile(more, 0.5), percentile(more, 0.95)];
      all.push({ name, format: format.name, samples: its.length, p50, addedP50, addedP95 });
    }
    process.stderr.write(`first byte, ${format.name}: done\n`);
  }
  return all;
}

const ours = "Captionwire";

export function printFirst(all: readonly First[]): void {
  for (const { name: format } of allSpeechFormats) {
    const rows = all.filter((each) => each.format === format);
    const own = rows.find(({ name }) => name === ours);
    const head = ["", "p50", "added p50", "ours ÷", "added p95", "ours ÷", "requests"];
    process.stdout.write(
      `\nFirst byte of ${sentenceCharacters} characters, ${format}; the provider's comes after ${prompt.firstByteMs} ms\n`,
    );
    process.stdout.write(
      table([
        head,
        ...rows.map((row) => [
          row.name,
          fixed(row.p50, 2),
          fixed(row.addedP50, 2),
          row.name === "direct" ? "–" : fixed(ratio(own?.addedP50, row.addedP50), 2),
          fixed(row.addedP95, 2),
          row.name === "direct" ? "–" : fixed(ratio(own?.addedP95, row.addedP95), 2),
          String(row.samples),
        ]),
      ]),
    );
  }
}

export function aimsOfFirst(all: readonly First[]): string[] {
  return allSpeechFormats.flatMap(({ name: format }) => {
    const find = (name: string) => all.find((each) => each.format === format && each.name === name);
    const [own, bare, portkey] = [find(ours), find("bare Worker"), find("Portkey")];
    const beside = (other: First | undefined, name: string, most: number): string[] => [
      verdict(`added p50 ÷ ${name}, ${format}`, ratio(own?.addedP50, other?.addedP50), most),
      verdict(`added p95 ÷ ${name}, ${format}`, ratio(own?.addedP95, other?.addedP95), most),
    ];
    return [
      ...beside(bare, "bare Worker", 1.25),
      ...(portkey === undefined ? [] : beside(portkey, "Portkey", 1)),
    ];
  });
}

function ratio(own: number | null | undefined, other: number | null | undefined): number | null {
  return own == null || other == null ? null : own / other;
}
