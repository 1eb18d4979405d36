import type { Command, CommandUnknownOpts } from "@commander-js/extra-typings";
import { defineNetwork } from "../latency/network/command.ts";
import { defineSpeak } from "../latency/speak/command.ts";
import { defineStream } from "../latency/stream/command.ts";

export function define(command: Command): CommandUnknownOpts {
  defineNetwork(command);
  defineStream(command);
  defineSpeak(command);
  return command;
}
