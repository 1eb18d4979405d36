import { once } from "node:events";
import { text as readText } from "node:stream/consumers";
import { type Command, type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import {
  type Access,
  accessHelp,
  apiKeyOption,
  findAccess,
  type GivenAccess,
  request,
  tokenOption,
  urlOption,
} from "../access.ts";
import { UsageError, UserError } from "../errors.ts";
import { jsonOption, wholeNumber } from "../options.ts";
import { encodingOf, fileSink, type Sink, stdoutSink } from "../speak/sink.ts";
import { firstInterrupt } from "../terminal/interrupts.ts";
import { tell, writeJsonLine } from "../terminal/output.ts";

const help = `
Without --out, sound goes to stdout: captionwire speak "Good morning." | aplay
With it, to FILE.part while it comes, and FILE once it is whole. The name's end says the
encoding where --encoding does not: .wav, .mp3, .opus or .ogg; else it is WAV.
stderr tells how long the first byte and all of it took; with --json that is one line of
JSON, on stdout when the sound goes elsewhere.
`;

const speakEncodings = ["linear16", "mulaw", "alaw", "mp3", "opus", "flac", "aac"] as const;

export function define(command: Command): CommandUnknownOpts {
  return command
    .argument("<text>", "what to say, or - for stdin")
    .option("--out <file>", "where to")
    .option("--model <voice>", "the voice", "aura-2-thalia-en")
    .addOption(new Option("--encoding <encoding>", "of the sound").choices(speakEncodings))
    .addOption(new Option("--container <container>", "around it").choices(["wav", "ogg", "none"] as const))
    .option("--sample-rate <hz>", "of the sound", wholeNumber(1, 192_000))
    .option("--bit-rate <n>", "bits a second", wholeNumber(1, 1_000_000))
    .addOption(jsonOption)
    .addOption(urlOption)
    .addOption(apiKeyOption)
    .addOption(tokenOption)
    .addHelpText("after", `${accessHelp}${help}`)
    .action(speak);
}

type Options = GivenAccess & {
  readonly out?: string;
  readonly model: string;
  readonly encoding?: (typeof speakEncodings)[number];
  readonly container?: "wav" | "ogg" | "none";
  readonly sampleRate?: number;
  readonly bitRate?: number;
  readonly json?: true;
};

async function speak(given: string, options: Options): Promise<void> {
  const { out, json } = options;
  if (out === undefined && process.stdout.isTTY) {
    throw new UsageError("Sound is nothing for a terminal: give --out FILE, or pipe it into a player.");
  }
  if (given === "-" && process.stdin.isTTY)
    throw new UsageError("- reads text from stdin: pipe some into it.");
  const text = given === "-" ? await readText(process.stdin) : given;
  const access = findAccess(options);
  const sink = out === undefined ? stdoutSink() : await fileSink(out);
  const interrupted = once(firstInterrupt(), "abort").then(() => null);
  const report = await Promise.race([speakInto(sink, access, text, options), interrupted]);
  if (report === null) {
    await sink.discard();
    process.exitCode = 130;
    return;
  }
  if (json === true) {
    if (out === undefined) tell(JSON.stringify(report));
    else writeJsonLine(report);
    return;
  }
  const { firstByteMs, totalMs, bytes, characters } = report;
  tell(
    `first byte ${firstByteMs ?? "never"} ms · ${totalMs} ms in all · ${bytes} bytes · ${characters} characters${out === undefined ? "" : ` · ${out}`}`,
  );
}

/** Has the text spoken to its end, and answers how that was. */
async function speakInto(sink: Sink, access: Access, text: string, options: Options) {
  const askedAt = performance.now();
  const answer = await request(access, { scopes: ["speak"] }, `/v1/speak?${query(options)}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text }),
  }).catch(async (error: unknown) => {
    await sink.discard();
    throw error;
  });
  let firstByteMs: number | null = null;
  let bytes = 0;
  try {
    for await (const chunk of answer.body ?? []) {
      firstByteMs ??= Math.round(performance.now() - askedAt);
      bytes += chunk.length;
      await sink.write(chunk);
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw await sink.broken(bytes, error);
    await sink.discard();
    throw error;
  }
  await sink.end();
  return {
    file: options.out ?? null,
    firstByteMs,
    totalMs: Math.round(performance.now() - askedAt),
    bytes,
    characters: [...text].length,
    requestId: answer.headers.get("x-request-id"),
  };
}

/** What is not said is left to the service. */
function query({ out, model, encoding, container, sampleRate, bitRate }: Options): URLSearchParams {
  const wanted = {
    model,
    encoding: encoding ?? encodingOf(out),
    container,
    sample_rate: sampleRate,
    bit_rate: bitRate,
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query;
}
