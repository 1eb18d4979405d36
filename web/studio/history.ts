import { inWords, type Words } from "../../client/element/words.ts";
import type { Link, Segment } from "../../client/index.ts";
import type { Tone } from "../../shared/words.ts";
import { type Stage, stageInWords } from "./stage.ts";

/** What happens to a broadcast, from each side that can tell of it. */
export type Happening =
  | { readonly of: "studio"; readonly stage: Stage }
  | { readonly of: "captions"; readonly link: Link }
  | { readonly of: "gap"; readonly what: "lost" | "filled"; readonly ms: number }
  | { readonly of: "sound"; readonly stoodStillMs: number };

export type Entry = {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly of: Happening["of"];
  readonly text: string;
  readonly tone: Tone;
};

const entriesMax = 200;

/** The history with what has happened at its end. A state that is told again is not written down again. */
export function record(entries: readonly Entry[], happening: Happening, at: number): readonly Entry[] {
  const words = happeningInWords(happening);
  const { of } = happening;
  const last = entries.findLast((entry) => entry.of === of);
  if (words === null || ((of === "studio" || of === "captions") && last?.text === words.announced))
    return entries;
  const entry = { at, of, text: words.announced, tone: words.tone };
  return [...entries, entry].slice(-entriesMax);
}

function happeningInWords(happening: Happening): Words | null {
  switch (happening.of) {
    case "studio": {
      const { stage } = happening;
      const words = stageInWords(stage);
      if (stage.stage === "ready") return null;
      const isLost = "publisher" in stage && stage.publisher.state === "disconnected";
      return isLost ? { ...words, announced: `${words.announced}. ${stage.publisher.reason}` } : words;
    }
    case "captions": {
      const { link } = happening;
      if (link.state === "open") return { announced: "Captions are followed", tone: "calm" };
      if (link.state === "connecting") return null;
      const { announced, tone } = inWords(link, { state: "idle", since: 0 }, true);
      return { announced: `Captions on this page: ${announced}`, tone };
    }
    case "gap": {
      const length = seconds(happening.ms);
      return happening.what === "lost"
        ? { announced: `Captions lost: ${length}`, tone: "trouble" }
        : { announced: `A gap of ${length} was filled`, tone: "live" };
    }
    case "sound":
      return {
        announced: `The sound stood still for ${seconds(happening.stoodStillMs)}: this machine was asleep, or the browser held it`,
        tone: "trouble",
      };
  }
}

function seconds(ms: number): string {
  return `${Math.max(1, Math.round(ms / 1000))} s`;
}

/** Gaps that came and gaps that went from one state of the captions to the next. */
export function gapChanges(before: readonly Segment[], after: readonly Segment[]): readonly Happening[] {
  if (before === after) return [];
  const lengthOf = ({ start, end }: Segment) => end - start;
  const gapsOf = (segments: readonly Segment[]) => segments.filter(({ kind }) => kind === "gap");
  const isIn = (segments: readonly Segment[], { id }: Segment) => segments.some((other) => other.id === id);
  // Only the newest are kept: a gap before the first of them has gone with its time, and was not filled.
  const from = before.findIndex(({ id }) => id === after[0]?.id);
  const [old, now] = [gapsOf(before.slice(Math.max(0, from))), gapsOf(after)];
  return [
    ...old
      .filter((gap) => !isIn(now, gap))
      .map((gap) => ({ of: "gap", what: "filled", ms: lengthOf(gap) }) as const),
    ...now
      .filter((gap) => !isIn(old, gap))
      .map((gap) => ({ of: "gap", what: "lost", ms: lengthOf(gap) }) as const),
  ];
}
