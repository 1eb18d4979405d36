import { resolve } from "node:path";
import { type Command, type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { demoRoom, runDemo } from "../broadcast/demo.ts";
import { messageOf, UserError } from "../errors.ts";
import { wholeNumber } from "../options.ts";
import { localFolder } from "../paths.ts";
import { announce, assertFolderFree } from "../stack/local.ts";
import { assertPortFree } from "../stack/port.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import { createScreen, type Screen } from "../terminal/screen.ts";
import { createSteps } from "../terminal/steps.ts";

const defaultPort = 8787;

const help = `
Runs Captionwire on this machine: speech engine, Worker and pages. Then a synthetic
voice speaks a paragraph into room "${demoRoom}" and its captions appear here.
Ctrl-C ends everything. npm start -- [options] is the same.

Environment:
  DEEPGRAM_API_KEY   use Deepgram instead of the embedded engine

local.json in that folder tells other programs where it runs, while it runs:
{"url","apiKey","engine"}. The key stays the same from one run to the next.
`;

export function define(command: Command): CommandUnknownOpts {
  return command
    .option(
      "--port <n>",
      "where to listen on 127.0.0.1; 0 takes a free one",
      wholeNumber(0, 65_535),
      defaultPort,
    )
    .option("--no-demo", "no demo broadcast")
    .option("--folder <path>", "where secrets, rooms and logs are kept", localFolder)
    .addOption(
      new Option("--rooms <host>", "what rooms run in: the Worker, as deployed, or PartyKit")
        .choices(["worker", "partykit"])
        .default("worker"),
    )
    .addHelpText("after", help)
    .action(start);
}

type Options = {
  readonly port: number;
  readonly demo: boolean;
  readonly folder: string;
  readonly rooms: "worker" | "partykit";
};

async function start({ port, demo, folder: given, rooms }: Options): Promise<void> {
  const folder = resolve(given);
  await assertPortFree(port);
  await assertFolderFree(folder);

  const screen = createScreen(process.stdout);
  const ending = watchSignals();
  await Promise.race([ending.asked, serve({ screen, port, folder, demo, rooms, ending })]);
  screen.live([]);
  if (screen.interactive) screen.print();
  await ending.clean();
}

type Ending = {
  readonly asked: Promise<void>;
  readonly wasAsked: boolean;
  /** Registered as soon as there is something to end in order; until then leaving ends the children (see child.ts). */
  atEnd(work: () => Promise<void>): void;
  clean(): Promise<void>;
};

/** Ctrl-C may arrive twice, from the terminal and from the parent: the second means nothing new. */
function watchSignals(): Ending {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const works: (() => Promise<void>)[] = [];
  let wasAsked = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      wasAsked = true;
      resolve();
    });
  }
  return {
    asked,
    get wasAsked() {
      return wasAsked;
    },
    atEnd: (work) => works.unshift(work),
    async clean() {
      for (const work of works) await work();
    },
  };
}

type ServeOptions = {
  readonly screen: Screen;
  readonly port: number;
  readonly folder: string;
  readonly demo: boolean;
  readonly rooms: "worker" | "partykit";
  readonly ending: Ending;
};

/** Runs until a part of the stack fails. */
async function serve({ screen, port, folder, demo, rooms, ending }: ServeOptions): Promise<never> {
  screen.print();
  screen.print(`  ${screen.style("bold", "Captionwire")}  ${screen.style("dim", "speech at the edge")}`);
  screen.print();

  const crashed = Promise.withResolvers<never>();
  const steps = createSteps(screen);
  const stack = await startStack({
    port,
    folder,
    rooms,
    deepgramApiKey: process.env.DEEPGRAM_API_KEY || undefined,
    progress: steps,
    onCrash: (message) => crashed.reject(new UserError(message)),
  }).finally(() => {
    steps.settle();
    screen.print();
  });
  ending.atEnd(stack.close);
  ending.atEnd(announce(folder, stack));
  try {
    return await Promise.race([crashed.promise, present(stack, { screen, demo, ending })]);
  } catch (error) {
    screen.live([]);
    await ending.clean();
    throw error;
  }
}

async function present(
  stack: Stack,
  { screen, demo, ending }: Omit<ServeOptions, "port" | "folder" | "rooms">,
): Promise<never> {
  if (demo) {
    try {
      await runDemo(stack, screen);
    } catch (error) {
      if (ending.wasAsked) return forever();
      screen.live([]);
      screen.print(`  The demo broadcast did not get through: ${messageOf(error)}`);
    }
    screen.print();
  }
  const address = (path: string): string => screen.style("cyan", `${stack.url}${path}`);
  screen.print(`  Studio   ${address("/studio")}`);
  screen.print(`  Watch    ${address(`/watch/${demoRoom}`)}`);
  screen.print(`  Overlay  ${address(`/overlay/${demoRoom}`)}`);
  screen.print(`  Plain    ${address(`/plain/${demoRoom}`)}`);
  screen.print(`  Stats    ${address(`/stats/${demoRoom}`)}`);
  screen.print(`  Speak    ${address("/speak")}`);
  screen.print(`  Api      ${address("/api")}`);
  screen.print();
  const speech = stack.engineUrl === null ? "Deepgram" : "the embedded engine";
  screen.print(`  ${screen.style("dim", `Speech by ${speech}. Ctrl-C ends it.`)}`);
  return forever();
}

function forever(): Promise<never> {
  return new Promise(() => {});
}
