import { type Command, type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { accessHelp, apiKeyOption, findAccess, type GivenAccess, tokenOption, urlOption } from "../access.ts";
import { roomName } from "../options.ts";
import { type ExportFormat, exportFormats, exportRoom } from "../rooms/api.ts";
import { writeOut } from "../terminal/output.ts";

export function define(command: Command): CommandUnknownOpts {
  return command
    .argument("<room>", "the room", roomName)
    .addOption(
      new Option("--format <format>", "WebVTT, SubRip, text to read, or all there is")
        .choices(exportFormats)
        .default("vtt" as const),
    )
    .option("--out <file>", "where to; else stdout")
    .addOption(urlOption)
    .addOption(apiKeyOption)
    .addOption(tokenOption)
    .addHelpText("after", accessHelp)
    .action(exportCaptions);
}

type Options = GivenAccess & { readonly format: ExportFormat; readonly out?: string };

async function exportCaptions(room: string, options: Options): Promise<void> {
  writeOut(options.out, await exportRoom(findAccess(options), room, options.format));
}
