import { once } from "node:events";
import { type Command, type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { accessHelp, apiKeyOption, findAccess, type GivenAccess, tokenOption, urlOption } from "../access.ts";
import { UsageError, UserError } from "../errors.ts";
import { jsonOption, roomName } from "../options.ts";
import { firstInterrupt } from "../terminal/interrupts.ts";
import { endWhenUnread, tell } from "../terminal/output.ts";
import { createScreen } from "../terminal/screen.ts";
import { type FollowOptions, follow } from "../watch/follow.ts";
import { type Piped, readPublisher } from "../watch/piped.ts";
import { jsonView, plainView, screenView, type View } from "../watch/view.ts";

const help = `
On a terminal, finals stay and what is being said now is rewritten below them. In a pipe
(and with --plain) each final is one line, once; what was corrected, removed or came late
is a line of its own that says so, and lost captions are "[captions missing]". After an
interruption it goes on where it was.

--json writes segments (again, with the same id, when corrected), removed, purged, and
status and link as they change.

Without a room, it follows what is published into its stdin until that ends:
captionwire publish talk.wav | captionwire watch

Ctrl-C ends it, with exit code 0; with 130 where --until-end waits for an end that did not
come. A public room of a service needs no key or token.
`;

export function define(command: Command): CommandUnknownOpts {
  return command
    .argument("[room]", "the room", roomName)
    .option("--from-start", "show what the room holds already, too")
    .option("--until-end", "end with the session")
    .option("--tenant <name>", "whose public room it is, where the service has several tenants")
    .addOption(new Option("--plain", "lines, also on a terminal").conflicts("json"))
    .addOption(jsonOption)
    .addOption(urlOption)
    .addOption(apiKeyOption)
    .addOption(tokenOption)
    .addHelpText("after", `${accessHelp}${help}`)
    .action(watch);
}

type Options = GivenAccess & {
  readonly fromStart?: true;
  readonly untilEnd?: true;
  readonly tenant?: string;
  readonly plain?: true;
  readonly json?: true;
};

async function watch(room: string | undefined, options: Options): Promise<void> {
  const access = findAccess(options);
  endWhenUnread();
  const interrupt = firstInterrupt();
  const interrupted = once(interrupt, "abort");
  const begin = options.fromStart === true ? "start" : "now";
  const view = (name: string): View => viewFor(name, options);
  const never = new Promise<never>(() => {});
  if (room !== undefined) {
    const { tenant, untilEnd = false } = options;
    const what = { access, room, tenant, view: view(room), begin, untilEnd } as const;
    await follow({ ...what, stop: interrupted, lastVersion: never });
    if (untilEnd && interrupt.aborted) process.exitCode = 130;
    return;
  }
  if (process.stdin.isTTY) throw new UsageError("Name a room to watch.");
  const piped = await readPublisher(process.stdin);
  if (piped.url !== access.url) {
    // A key is not sent to an address because a line of text says so.
    throw new UserError(
      `The publisher is at ${piped.url}, and this looks at ${access.url}. Give both the same --url, or set CAPTIONWIRE_URL.`,
    );
  }
  await followPublisher(piped, {
    access,
    room: piped.room,
    view: view(piped.room),
    begin: { session: piped.session },
    untilEnd: false,
    interrupted,
  });
}

type PipedOptions = Omit<FollowOptions, "stop" | "lastVersion"> & {
  readonly interrupted: Promise<unknown>;
};

/** Ctrl-C reaches the publisher too, which then sends its last words: they are waited for. */
async function followPublisher(piped: Piped, options: PipedOptions): Promise<void> {
  const { interrupted, ...rest } = options;
  void interrupted.then(() => tell("Waiting for the last words. Ctrl-C again leaves at once."));
  let isBroken = false;
  const broken = piped.broken.then(() => {
    isBroken = true;
  });
  await follow({ ...rest, stop: broken, lastVersion: piped.lastVersion });
  if (isBroken) throw new UserError("The publisher left before it had finished.");
}

function viewFor(room: string, options: Options): View {
  if (options.json === true) return jsonView();
  const screen = createScreen(process.stdout);
  return options.plain === true || !screen.interactive ? plainView(room) : screenView(screen, room);
}
