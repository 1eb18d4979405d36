import { type Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { urlIn } from "../../access.ts";
import { UsageError } from "../../errors.ts";
import { isDeepgram } from "../../measured/keys.ts";
import { findProvider } from "../../measured/targets.ts";
import { wholeNumber } from "../../options.ts";
import { firstInterrupt } from "../../terminal/interrupts.ts";
import { goOnUnread, writeJsonLine } from "../../terminal/output.ts";
import { createScreen } from "../../terminal/screen.ts";
import { figuresOf } from "./figures.ts";
import { printFigures } from "./print.ts";
import { connectionOf, type Speaker, speakAll } from "./run.ts";

const help = `
Texts of several lengths are spoken one after the other, each length as often as --runs
says, there and back again so that a service that grows slower does not look like one
that is slow with long texts. One short text before them opens the connection; the rest
go over it, so that lookup, TCP and TLS, measured apart, are in no other figure. Without
--url it goes to Deepgram where DEEPGRAM_API_KEY is set, and else to the embedded speech
engine, which is started for it.

first byte   from the request to the first byte of sound
total        to the last one
speed-up     seconds of audio by seconds until the last byte: above 1, speech is made
             faster than it is heard
The lines are those of least squares through all requests: what any request takes, and
what each hundred characters add. (Deepgram's guide: 600 ms and 40 ms.)
`;

const usualLengths = [100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000];

export function defineSpeak(parent: Command): void {
  parent
    .command("speak")
    .description("text-to-speech: first byte and total against the length of the text")
    .option("--lengths <list>", "characters of the texts, such as 300,900", lengthsIn, usualLengths)
    .option("--runs <n>", "of each length", wholeNumber(1, 1_000), 5)
    .option("--model <name>", "the voice", "aura-2-thalia-en")
    .option("--json", "requests and figures as JSON on stdout, and nothing else")
    .option("--url <url>", "what runs already: a speech engine, Deepgram, or a Captionwire", urlIn)
    .option(
      "--api-key <key>",
      "the API key for a speech engine (CAPTIONWIRE_API_KEY) or Deepgram (DEEPGRAM_API_KEY)",
    )
    .option("--token <token>", "a token for a Captionwire, with the scope speak (CAPTIONWIRE_TOKEN)")
    .addHelpText("after", help)
    .action(async (options) => {
      goOnUnread();
      const signal = firstInterrupt();
      const { speaker, close } = await findSpeaker(options, signal);
      const screen = createScreen(options.json === true ? process.stderr : process.stdout);
      try {
        const connection = await connectionOf(speaker);
        const spoken = await speakAll(screen, speaker, options.lengths, options.runs);
        if (signal.aborted) process.exitCode = 130;
        if (signal.aborted && spoken.length === 0) return;
        const figures = figuresOf(spoken);
        const { url, model } = speaker;
        if (options.json === true) {
          writeJsonLine({ url, model, connection, ...figures, requests: spoken });
        } else {
          screen.print(screen.style("bold", `${url}/v1/speak, ${model}`));
          printFigures(screen, connection, figures);
        }
      } finally {
        screen.live([]);
        await close();
      }
    });
}

type Given = {
  readonly url?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly token?: string | undefined;
  readonly model: string;
};

async function findSpeaker(
  { url, apiKey, token, model }: Given,
  signal: AbortSignal,
): Promise<{ speaker: Speaker; close(): Promise<void> }> {
  if (token !== undefined && url === undefined) throw new UsageError("--token goes with --url.");
  if (token !== undefined && apiKey !== undefined) {
    throw new UsageError("Give --token or --api-key, not both.");
  }
  // That of the environment is for a Captionwire, which Deepgram is not.
  const known = apiKey === undefined && url !== undefined && !isDeepgram(url);
  const opens = token ?? (known ? process.env.CAPTIONWIRE_TOKEN || undefined : undefined);
  if (opens !== undefined && url !== undefined) {
    const speaker = { url, model, authorization: `Bearer ${opens}`, signal };
    return { speaker, close: async () => {} };
  }
  const { provider, close } = await findProvider({ url, apiKey });
  return { speaker: { url: provider.url, model, authorization: `Token ${provider.apiKey}`, signal }, close };
}

function lengthsIn(text: string): readonly number[] {
  const lengths = text.split(",").map(Number);
  if (lengths.every((length) => Number.isInteger(length) && length >= 20 && length <= 100_000))
    return lengths;
  throw new InvalidArgumentError("It takes whole numbers from 20 to 100000, such as 300,900.");
}
