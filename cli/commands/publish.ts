import { type Command, type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { encodings } from "../../shared/audio.ts";
import { accessHelp, apiKeyOption, findAccess, type GivenAccess, tokenOption, urlOption } from "../access.ts";
import { broadcastLive } from "../broadcast/live.ts";
import { progressLine } from "../broadcast/progress.ts";
import { openFile, openStdin } from "../broadcast/source.ts";
import { UsageError } from "../errors.ts";
import { jsonOption, roomName, several, usualRoom, wholeNumber } from "../options.ts";
import { firstInterrupt } from "../terminal/interrupts.ts";
import { goOnUnread, writeJsonLine } from "../terminal/output.ts";
import { createScreen } from "../terminal/screen.ts";

const help = `
A file is sent at the pace at which it was spoken. stdin is taken as it comes, though no
faster than that: a WAV stream, or raw audio as the options say, for instance

  ffmpeg -i rtmp://… -f s16le -ar 16000 -ac 1 - | captionwire publish -

Ctrl-C finishes: no more audio is taken, the last words are waited for, and the exit code
is 0. A second one leaves at once, with 130.

When stdout is no terminal it gets JSON lines: started {url, room, session}, and finished
{version, seconds} at the end; --json adds progress once a second. So a pipe shows the
captions of what is published: captionwire publish talk.wav | captionwire watch
`;

export function define(command: Command): CommandUnknownOpts {
  return command
    .argument("<file>", "a WAV file, or - for stdin")
    .option("--room <room>", "where to", roomName, usualRoom)
    .option("--language <code>", "what is spoken: en, de, multi, …; else as the room is set")
    .option("--model <model>", "what recognises it: nova-3, flux-general-en, …; else as the room is set")
    .option("--keyterm <term>", "a name or term to be expected; may be given several times", several)
    .option("--takeover", "end whatever publishes in the room now")
    .addOption(
      new Option("--encoding <encoding>", "of raw audio").choices(encodings).default("linear16" as const),
    )
    .option("--sample-rate <hz>", "of raw audio", wholeNumber(8_000, 48_000), 16_000)
    .option("--channels <n>", "of raw audio", wholeNumber(1, 2), 1)
    .addOption(jsonOption)
    .addOption(urlOption)
    .addOption(apiKeyOption)
    .addOption(tokenOption)
    .addHelpText("after", `${accessHelp}${help}`)
    .action(publish);
}

/** Sound usually comes sooner, and then nothing has to be said. */
const silentMaxMs = 1_000;

/** A file's length is told in whole milliseconds. */
const roundingMs = 2;

type Options = GivenAccess & {
  readonly room: string;
  readonly language?: string;
  readonly model?: string;
  readonly keyterm?: readonly string[];
  readonly takeover?: true;
  readonly encoding: (typeof encodings)[number];
  readonly sampleRate: number;
  readonly channels: number;
  readonly json?: true;
};

async function publish(file: string, options: Options): Promise<void> {
  const { room, language, model, keyterm, encoding, sampleRate, channels } = options;
  const isStdin = file === "-";
  if (isStdin && process.stdin.isTTY) throw new UsageError("- reads audio from stdin: pipe some into it.");
  const access = findAccess(options);
  const screen = createScreen(process.stderr);
  const silence = setTimeout(() => screen.print("Waiting for sound on stdin …"), silentMaxMs);
  const source = await (isStdin ? openStdin({ encoding, sampleRate, channels }) : openFile(file));
  clearTimeout(silence);
  // In a pipe the terminal is the reader's at the other end: here only what is wrong is said.
  const isAlone = process.stdout.isTTY === true && options.json !== true;
  goOnUnread();

  let toldAt = Number.NEGATIVE_INFINITY;
  let wasConnected = false;
  let wasStopped = false;
  const { session, version, playedMs } = await broadcastLive({
    access,
    room,
    source,
    // What is heard live may come in larger pieces, and none of them should wait.
    aheadMs: isStdin ? 1_000 : 0,
    recognition: {
      ...(language === undefined ? {} : { language }),
      ...(model === undefined ? {} : { model }),
      ...(keyterm === undefined ? {} : { keyterms: [...keyterm] }),
    },
    takeover: options.takeover ?? false,
    begin(session) {
      if (isAlone) screen.print(`Publishing into room "${room}" at ${access.url}. Ctrl-C finishes.`);
      else writeJsonLine({ type: "started", url: access.url, room, session });
      const stop = firstInterrupt();
      stop.addEventListener("abort", () => {
        wasStopped = true;
        screen.print("Finishing: the last words are waited for. Ctrl-C again leaves at once.");
      });
      return stop;
    },
    onState(state) {
      if (state.state === "connected") wasConnected = true;
      if (state.state !== "disconnected") return;
      const reason = wasConnected ? `${state.reason} The audio is kept` : "There is no connection yet";
      screen.print(`${reason}; next try in ${Math.ceil(state.retryInMs / 1000)} s.`);
    },
    onProgress(progress) {
      const now = performance.now();
      if (now - toldAt < (isAlone ? 100 : 1_000)) return;
      toldAt = now;
      if (isAlone) screen.live([progressLine(progress, source, screen)]);
      if (options.json === true && progress.state.state === "connected") {
        const { writtenMs, storedMs, viewers } = progress;
        writeJsonLine({ type: "progress", writtenMs, storedMs, viewers });
      }
    },
  }).finally(() => screen.live([]));

  const seconds = playedMs / 1000;
  const { totalMs } = source;
  if (!wasStopped && totalMs !== null && totalMs - playedMs > roundingMs) {
    screen.print(
      `${isStdin ? "stdin" : file} ended early: its header tells of ${(totalMs / 1000).toFixed(1)} s, and ${seconds.toFixed(1)} s were there.`,
    );
  }
  if (isAlone) {
    screen.print(
      `${seconds.toFixed(1)} s of audio are in room "${room}", with their last words (version ${version}).`,
    );
  } else {
    writeJsonLine({ type: "finished", room, session, version, seconds: Math.round(playedMs) / 1000 });
  }
}
