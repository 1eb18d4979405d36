import { playAtRealTime } from "../../cli/broadcast/pace.ts";
import { normalise } from "../../cli/wer/normalise.ts";
import type { CaptionsFrame, Segment } from "../../client/index.ts";
import { eventually, within } from "../../testing/wait.ts";
import { reaches, startPublisher, textOf, watch } from "./live.ts";
import type { Recording } from "./recording.ts";
import type { TestStack } from "./stack.ts";

export type Interruption = {
  /** What goes wrong. `at` waits until the speaker is there, milliseconds from the beginning. */
  readonly disturb?: (at: (positionMs: number) => Promise<void>) => Promise<void>;
  /** Where publisher and viewer look for the Worker, when something lies between. */
  readonly publisherUrl?: string;
  readonly viewerUrl?: string;
};

export type Outcome = {
  /** Final words in order, as they are compared. */
  readonly words: readonly string[];
  /** What the viewer who was there all the time holds, and what one reads who comes at the end. */
  readonly held: readonly Segment[];
  readonly read: readonly Segment[];
  /** Everything the viewer was sent, over all its connections. */
  readonly frames: readonly CaptionsFrame[];
};

const finishWithinMs = 60_000;
const filledWithinMs = 20_000;

/** Speaks a recording into a room at real time while a viewer follows and things go wrong, to the last word. */
export async function speakThrough(
  stack: TestStack,
  room: string,
  recording: Recording,
  { disturb = async () => {}, publisherUrl = stack.url, viewerUrl = stack.url }: Interruption = {},
): Promise<Outcome> {
  const viewer = await watch({ ...stack, url: viewerUrl }, room);
  const publisher = await startPublisher({ ...stack, url: publisherUrl }, room, recording);
  try {
    const { timeline, done } = playAtRealTime(recording.data, recording.format, publisher.write);
    const at = async (positionMs: number): Promise<void> => {
      while (timeline.sentMs < positionMs) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await Promise.all([done, disturb(at)]);
    await within(`${room} finishes the session`, publisher.finish(), finishWithinMs);
    await eventually(
      `${room} has no gap left`,
      () => viewer.captions.segments.filter(({ kind }) => kind === "gap"),
      (gaps) => gaps.length === 0,
      filledWithinMs,
    );
    const late = await watch(stack, room);
    const { segments: read, position } = late.captions;
    late.close();
    const { segments: held } = await reaches(viewer, position?.version ?? -1);
    return { words: normalise(textOf(held)), held, read, frames: viewer.frames };
  } finally {
    publisher.close();
    viewer.close();
  }
}

/** Positions of the transcript, in the order the viewer heard of them. */
export function positionsOf(frames: readonly CaptionsFrame[]): { epoch: string; version: number }[] {
  return frames.flatMap((frame) => {
    switch (frame.type) {
      case "snapshot":
        return [{ epoch: frame.epoch, version: frame.version }];
      case "delta":
        return [{ epoch: frame.epoch, version: frame.to }];
      case "status":
        return [];
      default:
        return frame satisfies never;
    }
  });
}
