import type { Command, CommandUnknownOpts } from "@commander-js/extra-typings";

/** Adds arguments, options and action to the command that bears its name. */
export type Define = (command: Command) => CommandUnknownOpts;

export type CommandEntry = {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly define: Define }>;
};

/** Each command is one file, loaded only when asked for: `start` must not wait for what `wer` needs. */
export const commands: readonly CommandEntry[] = [
  {
    name: "start",
    summary: "run everything on this machine, with a demo broadcast",
    load: () => import("./commands/start.ts"),
  },
  {
    name: "publish",
    summary: "send a recording, or sound from a pipe, into a room",
    load: () => import("./commands/publish.ts"),
  },
  { name: "watch", summary: "read a room's captions here", load: () => import("./commands/watch.ts") },
  { name: "speak", summary: "have a text spoken", load: () => import("./commands/speak.ts") },
  { name: "token", summary: "mint a token", load: () => import("./commands/token.ts") },
  {
    name: "rooms",
    summary: "list rooms, look at one, set it, empty it, see what it measures",
    load: () => import("./commands/rooms.ts"),
  },
  {
    name: "export",
    summary: "a room's captions as a file",
    load: () => import("./commands/export.ts"),
  },
  {
    name: "report",
    summary: "how the captions of a session were, minute by minute",
    load: () => import("./commands/report.ts"),
  },
  {
    name: "keys",
    summary: "API keys and the secret that signs tokens: make, list, remove",
    load: () => import("./commands/keys.ts"),
  },
  {
    name: "wer",
    summary: "word error rate and latency of a folder of recordings, at real time",
    load: () => import("./commands/wer.ts"),
  },
  {
    name: "latency",
    summary: "measure connections, live captions and speech: network, stream, speak",
    load: () => import("./commands/latency.ts"),
  },
  {
    name: "deploy",
    summary: "put Worker and pages into place at Cloudflare, with the secrets they need",
    load: () => import("./commands/deploy.ts"),
  },
  { name: "test", summary: "run the tests", load: () => import("./commands/test.ts") },
];
