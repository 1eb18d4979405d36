import { type Command, type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { accessHelp, apiKeyOption, findAccess, type GivenAccess, tokenOption, urlOption } from "../access.ts";
import { UserError } from "../errors.ts";
import { roomName } from "../options.ts";
import { listReports, readReport, readReportPage } from "../rooms/api.ts";
import { reportText } from "../rooms/print.ts";
import { writeOut } from "../terminal/output.ts";

export function define(command: Command): CommandUnknownOpts {
  return command
    .argument("<room>", "the room", roomName)
    .argument("[session]", "of which session; else the latest")
    .option("--list", "which sessions there are reports of, the newest first")
    .addOption(new Option("--html", "a page of its own").conflicts(["json", "list"]))
    .option("--json", "for other programs")
    .option("--out <file>", "where to; else stdout")
    .addOption(urlOption)
    .addOption(apiKeyOption)
    .addOption(tokenOption)
    .addHelpText("after", accessHelp)
    .action(report);
}

type Options = GivenAccess & {
  readonly list?: true;
  readonly html?: true;
  readonly json?: true;
  readonly out?: string;
};

async function report(room: string, session: string | undefined, options: Options): Promise<void> {
  writeOut(options.out, await textOf(room, session, options));
}

async function textOf(room: string, given: string | undefined, options: Options): Promise<string> {
  const access = findAccess(options);
  if (options.list === true) {
    const reports = await listReports(access, room);
    if (options.json === true) return `${JSON.stringify(reports)}\n`;
    return reports
      .map(({ session, startedAt }) => `${session}  ${new Date(startedAt).toISOString()}\n`)
      .join("");
  }
  const session = given ?? (await listReports(access, room))[0]?.session;
  if (session === undefined) throw new UserError(`Room "${room}" has no report: nobody has spoken in it.`);
  if (options.html === true) return readReportPage(access, room, session);
  const told = await readReport(access, room, session);
  return options.json === true ? `${JSON.stringify(told)}\n` : reportText(told);
}
