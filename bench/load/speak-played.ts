import type { SpeakPeer } from "../peers/speak-peers.ts";
import { askSpeech, type Heard } from "./ask-speech.ts";
import { hasty, type Pace, published } from "./pace.ts";
import { fixed, table, verdict } from "./report.ts";
import { longCharacters } from "./speak-long.ts";
import type { SpeakStage } from "./speak-stage.ts";
import { allSpeechFormats, type SpeechFormat } from "./speech-format.ts";
import { prose } from "./speech-text.ts";

/** A long text, read no faster than it is played. */
export type Played = {
  readonly format: SpeechFormat["name"];
  readonly charactersPerSecond: number;
  readonly characters: number;
  readonly heard: Heard;
  /** Of the provider, when the listener left or had all. */
  readonly requests: number;
  readonly charactersAsked: number;
};

export async function measurePlayed(
  { voice, agent }: SpeakStage,
  peer: SpeakPeer,
  seconds: number,
): Promise<Played[]> {
  const all: Played[] = [];
  for (const pace of [published, hasty]) {
    const characters = charactersFor(pace, seconds);
    await voice.speaks(pace);
    const reading = { pace: "played", forMs: seconds * 1_000 } as const;
    const heard = await Promise.all(
      allSpeechFormats.map((format) => askSpeech({ agent, peer }, format, prose(characters), reading)),
    );
    const everything = await voice.asked();
    const { charactersPerSecond } = pace;
    for (const [index, { name: format }] of allSpeechFormats.entries()) {
      const its = heard[index];
      if (its === undefined) continue;
      const asked = everything.filter(({ encoding }) => encoding === format);
      const charactersAsked = asked.reduce((sum, request) => sum + request.characters, 0);
      const requests = asked.length;
      all.push({ format, charactersPerSecond, characters, heard: its, requests, charactersAsked });
    }
    process.stderr.write(`played, ${charactersPerSecond} characters a second: done\n`);
  }
  return all;
}

/** A hasty speaker's text ends before the listener leaves; the other one's is a long one. */
function charactersFor(pace: Pace, seconds: number): number {
  if (pace === published) return longCharacters;
  return Math.min(longCharacters, Math.floor(pace.charactersPerSecond * seconds * 0.9));
}

export function printPlayed(all: readonly Played[], seconds: number): void {
  process.stdout.write(`\nRead no faster than it is played, for ${seconds} s\n`);
  const head = [
    "",
    "characters",
    "a second",
    "answer",
    "seconds read",
    "requests",
    "starved",
    "least in hand",
  ];
  process.stdout.write(
    table([
      head,
      ...all.map(({ format, characters, charactersPerSecond, heard, requests, charactersAsked }) => [
        format,
        String(characters),
        String(charactersPerSecond),
        String(heard.status),
        fixed(heard.status === 200 ? heard.bytes / bytesPerSecond(format) : null),
        String(requests),
        String(charactersAsked),
        String(heard.starvations),
        fixed(heard.status === 200 ? heard.leastAheadMs : null),
      ]),
    ]),
  );
}

export function aimOfPlayed(all: readonly Heard[]): string {
  const isSpoken = all.length > 0 && all.every(({ status }) => status === 200);
  const starved = all.reduce((sum, { starvations }) => sum + starvations, 0);
  return verdict("times that a player at real time starved", isSpoken ? starved : null, 0);
}

function bytesPerSecond(name: SpeechFormat["name"]): number {
  return allSpeechFormats.find((format) => format.name === name)?.bytesPerSecond ?? Number.NaN;
}
