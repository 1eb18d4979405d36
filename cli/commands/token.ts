import {
  type Command,
  type CommandUnknownOpts,
  InvalidArgumentError,
  Option,
} from "@commander-js/extra-typings";
import * as v from "valibot";
import {
  OriginSchema,
  RoomPatternSchema,
  type Scope,
  scopes,
  type TokenRequest,
  tokenRequestProblem,
} from "../../shared/claims.ts";
import { limits } from "../../shared/limits.ts";
import { accessHelp, apiKeyOption, findAccess, type GivenAccess, urlOption } from "../access.ts";
import { mint } from "../api.ts";
import { UsageError, UserError } from "../errors.ts";
import { jsonOption, wholeNumber } from "../options.ts";
import { writeJsonLine } from "../terminal/output.ts";

const help = `
The token stands alone on stdout: TOKEN=$(captionwire token --scope captions:view --room demo)
With --json: {"token","id","expiresAt"}, in milliseconds since 1970; the id is what revokes it.
`;

const cap = wholeNumber(1, 1_000_000_000);

export function define(command: Command): CommandUnknownOpts {
  return command
    .addOption(
      new Option("--scope <scope...>", "what it is good for; several may be given")
        .choices(scopes)
        .makeOptionMandatory(),
    )
    .option("--room <room>", "one room, or all whose names begin so: show-*; else every room", roomPattern)
    .option("--ttl <seconds>", "how long it is good", wholeNumber(1, limits.tokenMaxSeconds))
    .option("--single-use", "good for one connection; such a token may stand in an address")
    .option("--origin <origin>", "only pages of this origin may use it", origin)
    .option("--max-seconds <n>", "of audio that may be published with it", cap)
    .option("--max-chars <n>", "that may be spoken with it", cap)
    .option("--max-connections <n>", "that may be open with it at a time", cap)
    .addOption(jsonOption)
    .addOption(urlOption)
    .addOption(apiKeyOption)
    .addHelpText("after", `${accessHelp}${help}`)
    .action(token);
}

type Options = Omit<GivenAccess, "token"> &
  Omit<TokenRequest, "scopes"> & { readonly scope: readonly Scope[]; readonly json?: true };

async function token({ scope, json, url, apiKey, ...request }: Options): Promise<void> {
  const wanted: TokenRequest = { scopes: [...new Set(scope)], ...request };
  const problem = tokenRequestProblem(wanted);
  if (problem !== null) throw new UsageError(problem);
  const access = findAccess({ url, apiKey });
  if (access.credential.kind !== "api-key") {
    throw new UserError("Only an API key mints tokens: set CAPTIONWIRE_API_KEY or give --api-key.");
  }
  const minted = await mint({ url: access.url, apiKey: access.credential.apiKey }, wanted);
  if (json === true) writeJsonLine(minted);
  else process.stdout.write(`${minted.token}\n`);
}

function roomPattern(text: string): string {
  if (v.is(RoomPatternSchema, text)) return text;
  throw new InvalidArgumentError("It takes a room's name, or the beginning of names with * behind it.");
}

function origin(text: string): string {
  if (v.is(OriginSchema, text)) return text;
  throw new InvalidArgumentError("It takes an origin such as https://www.example.com.");
}
