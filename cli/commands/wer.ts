import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Service } from "../api.ts";
import { type Command, parse, UsageError } from "../command.ts";
import { UserError } from "../errors.ts";
import { startStack } from "../stack/stack.ts";
import { createScreen } from "../terminal/screen.ts";
import { createSteps } from "../terminal/steps.ts";
import { readCorpus } from "../wer/corpus.ts";
import { printOverall, printResult } from "../wer/print.ts";
import { judge, type Result, summarise } from "../wer/result.ts";

const help = `Usage: npm run wer -- <folder> [options]

Streams every recording of a folder through a room at real time and compares what
the viewer was shown as final with the transcript. The way is the whole product's:
publisher, room, speech engine, room, viewer. Each file has its own room, one file
after the other. Nothing is sent anywhere unless DEEPGRAM_API_KEY is set.

The folder holds WAV files and transcripts.tsv: file, tab, transcript. A header line
and further columns are passed over.

  --max-wer P       exit with 1 when the overall word error rate is above P percent
  --json FILE       write all results to FILE
  --url URL         measure a Captionwire that runs already …
  --api-key KEY     … with this API key
  --help            this text

Word error rate: edits (substitutions, deletions, insertions) by the words of the
transcript. Both sides are lower-cased, without punctuation; hyphens part words;
mr/mrs/dr are written out; whole numbers up to 9,999 become words; contractions stay.
The overall rate is all edits by all words, so that long files count for more.

First appearance: for each word of the viewer's final text that carries times, the
time from the last sample of that word having been handed to the publisher's socket
to the first frame that showed the word at its place: in a final, or in an interim
that is aligned with the final text after the words that are final already. A word
shown, changed and shown again counts from the first time. "from its start" measures
from the word's first sample instead: no system can be faster than the word is long.
Final: from the end of a segment's last word having been sent to the segment being
shown as final. Erasure: words that were shown and then changed or taken back, by
final words.
`;

export const command: Command = {
  summary: "word error rate and latency of a folder of recordings, through a room at real time",
  help,
  run,
};

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parse({
    args,
    allowPositionals: true,
    options: {
      "max-wer": { type: "string" },
      json: { type: "string" },
      url: { type: "string" },
      "api-key": { type: "string" },
    },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new UsageError("Give one folder with recordings.");
  const maxPercent = values["max-wer"] === undefined ? null : Number(values["max-wer"]);
  if (maxPercent !== null && !(maxPercent >= 0)) throw new UsageError("--max-wer takes a number of percent.");
  const recordings = readCorpus(folder);

  const screen = createScreen(process.stdout);
  const { service, close } = await findService(values.url, values["api-key"]);
  const results: Result[] = [];
  try {
    for (const [index, recording] of recordings.entries()) {
      screen.live([screen.style("dim", `${index + 1}/${recordings.length}  ${recording.file} …`)]);
      const result = await judge(service, folder, recording);
      screen.live([]);
      results.push(result);
      printResult(screen, result);
    }
  } finally {
    screen.live([]);
    await close();
  }
  const summary = summarise(results);
  printOverall(screen, summary);
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ summary, results }, null, 2)}\n`);

  if (summary.failed > 0) throw new UserError(`${summary.failed} of ${results.length} files failed.`);
  if (maxPercent !== null && summary.wer * 100 > maxPercent) {
    throw new UserError(`The word error rate is above ${maxPercent} %.`);
  }
  return 0;
}

type Running = { readonly service: Service; close(): Promise<void> };

async function findService(url: string | undefined, apiKey: string | undefined): Promise<Running> {
  if (url !== undefined && apiKey !== undefined) {
    return { service: { url: url.replace(/\/$/, ""), apiKey }, close: async () => {} };
  }
  if (url !== undefined || apiKey !== undefined) throw new UsageError("--url and --api-key go together.");
  const folder = mkdtempSync(join(tmpdir(), "captionwire-wer-"));
  // Left with the process, also when that ends by Ctrl-C.
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  const screen = createScreen(process.stderr);
  const steps = createSteps(screen);
  const stack = await startStack({
    port: 0,
    folder,
    deepgramApiKey: process.env.DEEPGRAM_API_KEY || undefined,
    progress: steps,
    onCrash: (message) => {
      process.stderr.write(`${message}\n`);
      process.exit(1);
    },
  }).finally(() => steps.settle());
  return { service: stack, close: stack.close };
}
