import { spawn } from "node:child_process";
import { json, text } from "node:stream/consumers";
import * as v from "valibot";
import { UserError } from "../../errors.ts";
import { inRoot } from "../../paths.ts";
import type { Span } from "./tape.ts";

const ActivitySchema = v.object({ windowS: v.number(), probabilities: v.array(v.number()) });
export type Activity = v.InferOutput<typeof ActivitySchema>;

/**
 * How likely somebody speaks in each window of a WAV file: judged by the engine's voice activity detector
 * (Silero). Rejects with the signal's reason when that ends it.
 */
export async function judgeActivity(wav: Uint8Array, signal: AbortSignal): Promise<Activity> {
  const judge = spawn(process.execPath, [inRoot("engine/activity.ts")], { stdio: "pipe" });
  const end = (): boolean => judge.kill();
  signal.addEventListener("abort", end, { once: true });
  const said = text(judge.stderr);
  // It ends before it has read everything when it cannot read it.
  judge.stdin.on("error", () => {});
  judge.stdin.end(wav);
  const answer = v.safeParse(ActivitySchema, await json(judge.stdout).catch(() => null));
  signal.removeEventListener("abort", end);
  // A terminal's Ctrl-C ends both of us: then it is no failure.
  signal.throwIfAborted();
  if (answer.success) return answer.output;
  throw new UserError(`Where speech ends could not be found: ${(await said).trim()}`);
}

/** Speech begins where it is as likely as this … */
const beginsAt = 0.5;
/** … twice in a row, for a click is no speech … */
const beginsAfterWindows = 2;
/** … and goes on until it is less likely than this … */
const goesOnAt = 0.35;
/** … for so long: a shorter pause is one between words. */
const pauseS = 0.3;

/** Stretches of speech, in seconds from the beginning; each ends with the last window that sounded like it. */
export function spansOf({ windowS, probabilities }: Activity): Span[] {
  const spans: Span[] = [];
  let rising = 0;
  let speaking: { from: number; to: number } | null = null;
  for (const [index, probability] of probabilities.entries()) {
    const [from, to] = [index * windowS, (index + 1) * windowS];
    rising = probability >= beginsAt ? rising + 1 : 0;
    if (speaking === null) {
      if (rising >= beginsAfterWindows) speaking = { from: from - (rising - 1) * windowS, to };
    } else if (probability >= goesOnAt) {
      speaking.to = to;
    } else if (to - speaking.to >= pauseS) {
      spans.push([speaking.from, speaking.to]);
      speaking = null;
    }
  }
  if (speaking !== null) spans.push([speaking.from, speaking.to]);
  return spans;
}
