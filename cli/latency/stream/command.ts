import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { urlIn } from "../../access.ts";
import { UsageError } from "../../errors.ts";
import { findProvider } from "../../measured/targets.ts";
import { firstInterrupt } from "../../terminal/interrupts.ts";
import { openOutFile } from "../../terminal/out-file.ts";
import { goOnUnread, writeJsonLine } from "../../terminal/output.ts";
import { createScreen } from "../../terminal/screen.ts";
import { figuresOf } from "./figures.ts";
import { streamFile } from "./run.ts";
import { readTape } from "./tape.ts";
import { printFigures } from "./view.ts";

const help = `
The recording is sent at real time, in frames of 100 ms (Flux: 80 ms). Without --url it
goes to Deepgram where DEEPGRAM_API_KEY is set, and else to the embedded
speech engine, which is started for it.

message latency   seconds of audio sent so far, less the end of what a message covers, when
                  it arrives; of interims only, because finals wait on purpose (Flux: of
                  Update and TurnResumed, to audio_window_end)
transcription     its mean less the time to connect, which stands for the network
first message     from the open connection to the first Results or TurnInfo, empty or not
first words       from the beginning of speech having been sent to the first words
interims          … a second of audio sent: how often there is something new
speech end → …    from the end of speech having been sent to the event that closes it. The
                  end of speech is found in the recording by voice activity: Silero, 300 ms of
                  pause. An event belongs to the end nearest to its last word, at most half a
                  second apart; a final in the midst of speech belongs to none
last interim → …  from the last interim with words to the event

The events: speech_final, is_final (every final with words), UtteranceEnd; of Flux EndOfTurn
and EagerEndOfTurn (with --query eager_eot_threshold=0.5).

--out keeps every message with received (milliseconds since the connection was open) and
audio_cursor (seconds sent); --tape makes the same figures of such a file once more.
`;

export function defineStream(parent: Command): void {
  parent
    .command("stream")
    .description(
      "a recording at real time into live speech-to-text: how late transcripts and ends of turn are",
    )
    .argument("[file]", "the recording, a WAV file")
    .option("--model <name>", "nova-3 and its like are asked at /v1/listen, flux-… at /v2/listen", "nova-3")
    .option("--query <name=value>", "another parameter of the stream; may be repeated", parameter, {})
    .addOption(
      new Option("--tape <file>", "no recording: figures of what --out kept").conflicts([
        "out",
        "model",
        "query",
        "url",
        "apiKey",
      ]),
    )
    .option("--out <file>", "keep all that happened")
    .option("--json", "the figures as JSON on stdout, and nothing else")
    .option("--url <url>", "a speech engine that runs already, or what speaks Deepgram's protocol", urlIn)
    .option("--api-key <key>", "the API key for it; else CAPTIONWIRE_API_KEY, for Deepgram DEEPGRAM_API_KEY")
    .addHelpText("after", help)
    .action(async (file, options) => {
      goOnUnread();
      const screen = createScreen(options.json === true ? process.stderr : process.stdout);
      const signal = firstInterrupt();
      const tape = await tapeOf().catch((error: unknown) => {
        if (error === signal.reason) return null;
        throw error;
      });
      if (signal.aborted) process.exitCode = 130;
      if (tape === null) return;
      const figures = figuresOf(tape);
      if (options.json === true) writeJsonLine(figures);
      else printFigures(screen, tape, figures);

      async function tapeOf() {
        if (options.tape !== undefined) {
          if (file !== undefined) throw new UsageError("--tape takes no recording besides.");
          return readTape(options.tape);
        }
        if (file === undefined) throw new UsageError("Give a recording, or --tape.");
        const out = options.out === undefined ? null : openOutFile(options.out);
        const { provider, close } = await findProvider({ url: options.url, apiKey: options.apiKey });
        try {
          signal.throwIfAborted();
          const { model, query } = options;
          const made = await streamFile(screen, { file, provider, model, query, signal });
          out?.write(`${JSON.stringify(made)}\n`);
          return made;
        } finally {
          screen.live([]);
          await close();
        }
      }
    });
}

function parameter(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, value] = /^(\w+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("It takes name=value.");
  return { ...before, [name]: value };
}
