import { readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "../cli/paths.ts";
import { type Command, parse } from "./command.ts";
import { tables, withTables } from "./costs/text.ts";

const help = `Usage: npm run bench -- costs [--write]

What a broadcast costs by the size of its audience, from the code's own rates and the prices in
bench/costs/prices.ts: the tables of docs/costs.md, which says where each figure comes from.

  --write   put them into docs/costs.md
  --help    this text
`;

export const command: Command = {
  summary: "what a broadcast costs, by prices and the code's own rates",
  help,
  async run(args) {
    const { values } = parse({ args, options: { write: { type: "boolean" } } });
    if (values.write === true) {
      const page = inRoot("docs/costs.md");
      writeFileSync(page, withTables(readFileSync(page, "utf8")));
      return 0;
    }
    for (const make of Object.values(tables)) process.stdout.write(`${make()}\n\n`);
    return 0;
  },
};
