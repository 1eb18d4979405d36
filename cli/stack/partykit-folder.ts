import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { UserError } from "../errors.ts";
import { inRoot } from "../paths.ts";

const ConfigSchema = v.looseObject({
  main: v.string(),
  parties: v.optional(v.record(v.string(), v.string()), {}),
});

/**
 * The folder in which `partykit dev` runs: the project's `partykit.json`, pointed at its files from here, and the variables in
 * a file that nobody but this user can read, as arguments could be.
 *
 * It has to be the working directory, and hold the entries itself: PartyKit looks upwards from there for `.env` and
 * `.env.local`, whose variables would go before those of its configuration, and runs nothing from above.
 */
export function writePartykitFolder(folder: string, variables: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void =>
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  const config = v.parse(ConfigSchema, JSON.parse(readFileSync(inRoot("partykit.json"), "utf8")));
  const entry = (name: string, path: string): string => {
    const file = `${name}.entry.ts`;
    write(file, `export { default } from ${JSON.stringify(inRoot(path))};\n`);
    return `./${file}`;
  };
  const parties = Object.entries(config.parties).map(([name, path]) => [name, entry(name, path)]);
  const main = entry("main", config.main);
  write(
    "partykit.json",
    `${JSON.stringify({ ...config, main, parties: Object.fromEntries(parties) }, null, 2)}\n`,
  );
  write(".env", "");
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quoted(name, value)}\n`);
  write(".env.local", lines.join(""));
}

/** As its reader takes it: without escapes, so that a value has to lack one of the quotes. */
function quoted(name: string, value: string): string {
  const quote = ["'", "`"].find((mark) => !value.includes(mark));
  if (quote === undefined)
    throw new UserError(`${name} has both ' and \` in it, which PartyKit cannot be told.`);
  return `${quote}${value}${quote}`;
}
