import {
  type Command,
  type CommandUnknownOpts,
  InvalidArgumentError,
  Option,
} from "@commander-js/extra-typings";
import { urlIn } from "../access.ts";
import { UsageError, UserError } from "../errors.ts";
import { openOutFile } from "../terminal/out-file.ts";
import { goOnUnread, writeJsonLine } from "../terminal/output.ts";
import { createScreen } from "../terminal/screen.ts";
import { baselineText, compare, readBaseline } from "../wer/baseline.ts";
import { printComparison } from "../wer/print.ts";
import { runFolder, runVoices } from "../wer/run.ts";
import { runTexts } from "../wer/texts.ts";

const help = `
Streams every recording of a folder through a room at real time and compares what
the viewer was shown as final with the transcript. The way is the whole product's:
publisher, room, speech engine, room, viewer. Each file has its own room, one file
after the other. Nothing is sent anywhere unless DEEPGRAM_API_KEY is set.

The folder holds WAV files and transcripts.tsv: file, tab, transcript. A header line
and further columns are passed over.

Word error rate: edits (substitutions, deletions, insertions) by the words of the
transcript. Both sides are lower-cased, without punctuation; hyphens part words;
mr/mrs/dr are written out; whole numbers up to 9,999 become words; contractions stay.
The overall rate is all edits by all words, so that long files count for more.

Sentence error rate: the share of the transcript's sentences with any error in them. All
of a recording's words are aligned at once, so it does not matter where what was shown
ends its sentences, or that it joins two; a word too many between two sentences is an
error of the first. A transcript without marks at its sentences' ends is one sentence.

Baseline: --save-baseline keeps the counts of each file (no words); --baseline says which
files became better, which became worse and how many stayed the same, and exits with 1
when the word or the sentence error rate of the files on both sides is worse by more
than --tolerance points, or when some of the baseline were not measured now (but for
voices that were not named).

First appearance: for each word of the final text that carries times, the time from
the last sample of that word having been handed to the socket to the first frame that
showed the word at its place: in a final, or in an interim that is aligned with the
final text after the words that are final already. A word shown, changed and shown
again counts from the first time. "from its start" measures from the word's first
sample instead: no system can be faster than the word is long.
Final: from the end of a segment's last word having been sent to the segment being
shown as final.

Erasure: words that were there and not kept, by final words, in three figures. "after
the first change" takes each frame's text and the next one's: all words behind what
both begin with count, right or wrong (the strict figure: a corrected word in the
middle counts all words behind it). "in place" aligns the two texts and counts only
the words that were changed or removed at their place: what a reader sees change. Both
compare words as the error rate does; "to the letter" is the strict figure where a
capital or a mark makes another word.
"what comes" are the frames of the viewer. "a page shows" is what our pages make of
them for readers who chose "fast" (what is being said now, stabilised) or "steady"
(only finals): the page's own code, run over the frames with their times.
Delay added: for each word, the time from its first appearance in what came to the
first moment from which on the page shows it at its place and keeps it.

Same words: both ways' final texts are equal after what is done for the error rate.
`;

export function define(command: Command): CommandUnknownOpts {
  return command
    .usage(
      "[options] <folder>\n       captionwire wer --voices [voice...]\n       captionwire wer --reference <file> --hypothesis <file>",
    )
    .argument("[words...]", "the folder with recordings; with --voices: the names of voices")
    .option("--direct", "straight into the speech engine, without a room; same figures")
    .option("--both", "first one way, then the other, and whether the words are the same")
    .option(
      "--voices",
      "no folder: each voice of the engine speaks twenty sentences, and the engine's error in understanding them is printed",
    )
    .option("--max-wer <percent>", "exit with 1 when an overall word error rate is above it", percent)
    .addOption(
      new Option("--reference <file>", "no recordings: a file of text, and …").conflicts([
        "direct",
        "both",
        "voices",
        "url",
        "apiKey",
      ]),
    )
    .option("--hypothesis <file>", "… what was made of it, line by line")
    .option("--baseline <file>", "compare with it, and exit with 1 when it became worse")
    .option("--tolerance <points>", "what may become worse, in points of a percentage", percent, 0)
    .option("--save-baseline <file>", "keep this result as a baseline")
    .option("--json", "all results as JSON on stdout, and nothing else")
    .option("--out <file>", "the same into a file")
    .option(
      "--url <url>",
      "measure a Captionwire that runs already (with --direct and --voices: a speech engine, or what speaks Deepgram's protocol)",
      urlIn,
    )
    .option("--api-key <key>", "the API key for it; else CAPTIONWIRE_API_KEY, for Deepgram DEEPGRAM_API_KEY")
    .addHelpText("after", help)
    .action(wer);
}

type Options = {
  readonly direct?: true;
  readonly both?: true;
  readonly voices?: true;
  readonly maxWer?: number;
  readonly reference?: string;
  readonly hypothesis?: string;
  readonly baseline?: string;
  readonly tolerance: number;
  readonly saveBaseline?: string;
  readonly json?: true;
  readonly out?: string;
  readonly url?: string;
  readonly apiKey?: string;
};

async function wer(words: readonly string[], options: Options): Promise<void> {
  const { direct, both, voices, maxWer, reference, hypothesis } = options;
  if ((reference === undefined) !== (hypothesis === undefined)) {
    throw new UsageError("--reference and --hypothesis go together.");
  }
  if (reference !== undefined && words.length > 0) {
    throw new UsageError("--reference and --hypothesis take nothing besides.");
  }
  // Before the work, for it may take long.
  const baseline = options.baseline === undefined ? null : readBaseline(options.baseline);
  if ([direct, both, voices].filter(Boolean).length > 1) {
    throw new UsageError("--direct, --both and --voices exclude each other.");
  }
  const saveBaseline = options.saveBaseline === undefined ? null : openOutFile(options.saveBaseline);
  const out = options.out === undefined ? null : openOutFile(options.out);
  // In order, so that what was started for it is ended and put away.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  const given = { url: options.url, apiKey: options.apiKey };
  goOnUnread();
  const screen = createScreen(options.json ? process.stderr : process.stdout);

  const outcome =
    reference !== undefined && hypothesis !== undefined
      ? runTexts(screen, reference, hypothesis)
      : voices
        ? await runVoices(screen, given, words)
        : await runFolder(screen, given, words, direct ? "direct" : both ? "both" : "room");
  const comparison = baseline === null ? null : compare(baseline, outcome.entries, options.tolerance / 100);
  if (comparison !== null) printComparison(screen, comparison);
  saveBaseline?.write(baselineText(outcome.entries));
  out?.write(`${JSON.stringify(outcome.report)}\n`);
  if (options.json) writeJsonLine(outcome.report);
  if (outcome.failed > 0) throw new UserError(`${outcome.failed} recordings failed.`);
  if (maxWer !== undefined && outcome.worstWer * 100 > maxWer) {
    throw new UserError(`The word error rate is above ${maxWer} %.`);
  }
  const gone = comparison?.files.filter(({ verdict }) => verdict === "gone").length ?? 0;
  // Who names voices leaves out the others on purpose; a corpus that shrank is no better for it.
  const isChoice = voices === true && words.length > 0;
  if (gone > 0 && !isChoice) {
    throw new UserError(
      `${options.baseline} holds ${gone} that were not measured now. If they are to be gone, make a new one with --save-baseline.`,
    );
  }
  if (comparison?.isWorse) {
    throw new UserError(`It became worse than ${options.baseline} by more than ${options.tolerance} points.`);
  }
}

function percent(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0)) throw new InvalidArgumentError("It takes a number of percent.");
  return value;
}
