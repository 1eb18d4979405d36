import type { Command, CommandUnknownOpts } from "@commander-js/extra-typings";
import { defineNetwork } from "../latency/network/command.ts";

export function define(command: Command): CommandUnknownOpts {
  defineNetwork(command);
  return command;
}
