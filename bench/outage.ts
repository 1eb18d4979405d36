import { setTimeout as sleep } from "node:timers/promises";
import { playAtRealTime } from "../cli/broadcast/pace.ts";
import { align, countEdits } from "../cli/wer/align.ts";
import { normalise } from "../cli/wer/normalise.ts";
import { type Captions, type CaptionsFrame, type Segment, subscribe } from "../client/index.ts";
import { startPublisher } from "../test/support/live.ts";
import type { Recording } from "../test/support/recording.ts";
import type { TestStack } from "../test/support/stack.ts";
import type { CutProxy } from "../testing/cut-proxy.ts";
import { eventually, within } from "../testing/wait.ts";

export type Bench = { readonly stack: TestStack; readonly proxy: CutProxy };

export type Outage = {
  readonly room: string;
  readonly recording: Recording;
  /** What is understood of it when nothing fails. */
  readonly reference: readonly string[];
  /** Where the speaker is when the provider goes, and how long it stays away. */
  readonly fromMs: number;
  readonly lengthMs: number;
};

/** Milliseconds from the moment the provider is back; null: never. */
export type Recovery = {
  /** Until the room asks the provider again. */
  readonly askedMs: number | null;
  /** Until a viewer is shown words of the new socket, be they ones that it saw before. */
  readonly captionMs: number | null;
  /** Until a viewer is shown a word that it had not seen. */
  readonly firstWordMs: number | null;
  /** Until a viewer is shown a word that was spoken after the provider was back. */
  readonly liveMs: number | null;
  /** Until nothing is missing of what was spoken until then: no gap, and the words of the reference. */
  readonly filledMs: number | null;
  /** At the end: words that differ from the reference, and gaps that are left. */
  readonly edits: number;
  readonly gaps: number;
};

type Shown = { readonly atMs: number; readonly captions: Captions; readonly hasWords: boolean };
type Healed = { readonly atMs: number; readonly positionMs: number };

/** Speaks a recording into a room at real time and takes the provider away once, in the middle of it. */
export async function recover({ stack, proxy }: Bench, outage: Outage): Promise<Recovery> {
  const { room, recording, reference, fromMs, lengthMs } = outage;
  const shown: Shown[] = [];
  const viewer = subscribe({
    url: stack.url,
    room,
    token: () => stack.token({ scopes: ["captions:view"], room }),
    onChange: (captions, frame) =>
      shown.push({ atMs: performance.now(), captions, hasWords: hasWords(frame) }),
  });
  const publisher = await startPublisher(stack, room, recording);
  try {
    const { timeline, done } = playAtRealTime(recording.data, recording.format, publisher.write);
    while (timeline.sentMs < fromMs) await sleep(10);
    proxy.refuse();
    await sleep(lengthMs);
    proxy.heal();
    const healed = { atMs: performance.now(), positionMs: timeline.sentMs };
    const asked = firstConnection(proxy, done);
    await done;
    const { version } = await within("the session ends", publisher.finish(), 90_000);
    await eventually(
      "the viewer has the last words",
      () => viewer.captions.position?.version ?? -1,
      (now) => now >= version,
      30_000,
    );
    const askedAtMs = await asked;
    const askedMs = askedAtMs === null ? null : Math.round(askedAtMs - healed.atMs);
    return { askedMs, ...judge(shown, healed, reference) };
  } finally {
    proxy.heal();
    publisher.close();
    viewer.close();
  }
}

/** When the next connection comes in (`performance.now()`); null when none does until the end. */
async function firstConnection(proxy: CutProxy, end: Promise<void>): Promise<number | null> {
  let isOver = false;
  void end.then(() => {
    isOver = true;
  });
  const before = proxy.connections;
  while (!isOver) {
    if (proxy.connections > before) return performance.now();
    await sleep(5);
  }
  return null;
}

function judge(
  shown: readonly Shown[],
  healed: Healed,
  reference: readonly string[],
): Omit<Recovery, "askedMs"> {
  const seenToMs = Math.max(0, ...shown.filter(({ atMs }) => atMs < healed.atMs).map(reachMs));
  const after = shown.filter(({ atMs }) => atMs >= healed.atMs);
  const since = (found: Shown | undefined): number | null =>
    found === undefined ? null : Math.round(found.atMs - healed.atMs);
  const last = shown.at(-1)?.captions.segments ?? [];
  return {
    captionMs: since(after.find((frame) => frame.hasWords)),
    firstWordMs: since(after.find((frame) => reachMs(frame) > seenToMs)),
    liveMs: since(after.find((frame) => reachMs(frame) > healed.positionMs)),
    filledMs: since(after.find(({ captions }) => isWhole(captions.segments, healed.positionMs, reference))),
    edits: countEdits(align(reference, wordsOf(last))),
    gaps: gapsOf(last),
  };
}

function hasWords(frame: CaptionsFrame): boolean {
  if (frame.type !== "delta") return false;
  return (frame.interim?.text ?? "") !== "" || frame.put.some(({ text }) => text !== "");
}

/** How far into the sound a viewer can read. */
function reachMs({ captions: { segments, interim } }: Shown): number {
  const finals = segments.filter(({ kind, text }) => kind === "speech" && text !== "").map(({ end }) => end);
  return Math.max(0, ...finals, interim === null || interim.text === "" ? 0 : interim.end);
}

function isWhole(segments: readonly Segment[], untilMs: number, reference: readonly string[]): boolean {
  if (gapsOf(segments) > 0 || (segments.at(-1)?.end ?? 0) < untilMs) return false;
  const words = wordsOf(segments);
  return words.every((word, index) => word === reference[index]);
}

function wordsOf(segments: readonly Segment[]): string[] {
  return normalise(segments.map(({ text }) => text).join(" "));
}

function gapsOf(segments: readonly Segment[]): number {
  return segments.filter(({ kind }) => kind === "gap").length;
}
