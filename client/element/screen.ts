import { compareSegments, segmentsBehind } from "../../shared/captions.ts";
import { createDisplay, type DisplayMode } from "../display/display.ts";
import { type Paragraph, paragraphs } from "../display/paragraphs.ts";
import type { Captions, Segment } from "../index.ts";
import { createCaptionView } from "./caption-view.ts";
import { createClearing } from "./clearing.ts";
import { createFinalsLog } from "./finals-log.ts";
import { stickToEnd } from "./stick-to-end.ts";

export type Screen = {
  show(captions: Captions): void;
  /** Shows what is before: what has left the screen, or else what `fetch` brings. Rejects as `fetch` does. */
  showEarlier(fetch: () => Promise<Captions>): Promise<void>;
  jumpToLive(): void;
  setMode(mode: DisplayMode): void;
  setLog(isOn: boolean): void;
  setClearAfter(clearAfterMs: number): void;
  /** Runs what changes how the text looks; the reader's place is kept. */
  around(change: () => void): void;
  /** Draws anew what depends on `nameOf`. */
  renamed(): void;
  /** Takes everything off the screen. */
  close(): void;
};

export type ScreenParts = {
  readonly scroller: HTMLElement;
  /** Inside the scroller: what leads to earlier captions, and then the captions. */
  readonly earlier: HTMLElement;
  readonly content: HTMLElement;
  /** A region with `role="log"`. */
  readonly log: HTMLElement;
};

type Options = ScreenParts & {
  nameOf(speaker: number): string;
  handleFollowing(isFollowing: boolean): void;
};

/**
 * More captions than this are not drawn while nobody reads back, and then so many stay: each word that comes would cost more the
 * longer a programme is.
 */
const drawnMax = 600;
const drawnKept = 300;

/** Puts a room's captions on the screen: what of them is shown, where the reader stands in them, and when they leave. */
export function createScreen(options: Options): Screen {
  const { scroller, earlier, content, log, nameOf, handleFollowing } = options;
  const stick = stickToEnd(scroller, content, (isFollowing) => {
    handleFollowing(isFollowing);
    if (isFollowing) clearing.caughtUp();
  });
  const clearing = createClearing({ isReadingBack: () => !stick.isFollowing, clear });
  const finals = createFinalsLog(log);
  /** Each was the first one shown when earlier ones were added. */
  const openers = new Set<string>();
  const view = createCaptionView(content, nameOf);
  const display = createDisplay({ mode: "fast", onChange: draw });
  let captions: Captions | null = null;
  let hasLog = false;
  /** Everything up to here has left the screen. */
  let left: Segment | null = null;

  function shown(): readonly Segment[] {
    return segmentsBehind(captions?.segments ?? [], left);
  }

  function draw(): void {
    if (captions === null) return;
    const { interim } = display.displayed;
    let segments = shown();
    let drawn = paragraphs(segments, interim, openers);
    if (stick.isFollowing && segments.length > drawnMax) {
      left = lastBefore(segments, drawn) ?? left;
      segments = shown();
      drawn = paragraphs(segments, interim, openers);
    }
    const hasEarlier = captions.hasEarlier || segments.length < captions.segments.length;
    stick.around(() => {
      showEarlierButton(hasEarlier);
      view.draw(drawn);
    });
  }

  function showEarlierButton(isThere: boolean): void {
    const hadFocus = earlier.querySelector(":focus") !== null;
    earlier.hidden = !isThere;
    // Whoever has no mouse goes on in the captions.
    if (hadFocus && !isThere) scroller.focus();
  }

  function clear(): void {
    left = captions?.segments.at(-1) ?? null;
    draw();
  }

  return {
    show(next) {
      const isFirst = captions === null;
      captions = next;
      // Before anything is drawn: who comes long after the end is not to see the last words for a moment.
      clearing.watch(next.status, isFirst);
      display.show(next);
      if (hasLog) finals.add(next.segments);
    },
    async showEarlier(fetch) {
      const first = shown()[0];
      const held = left === null ? await fetch() : captions;
      left = null;
      if (first !== undefined) openers.add(first.id);
      captions = held;
      draw();
    },
    jumpToLive: stick.follow,
    setMode: display.setMode,
    setLog(isOn) {
      if (isOn === hasLog) return;
      hasLog = isOn;
      finals.clear();
      if (isOn && captions !== null) finals.add(captions.segments);
    },
    setClearAfter: clearing.setAfter,
    around: stick.around,
    renamed: draw,
    close() {
      clearing.close();
      display.close();
      stick.close();
      view.draw([]);
      earlier.hidden = true;
      finals.clear();
    },
  };
}

/** What stands before the last captions that are kept, whole paragraphs of them, so that what is kept stays as it is. */
function lastBefore(segments: readonly Segment[], drawn: readonly Paragraph[]): Segment | undefined {
  const keptFrom = segments[segments.length - drawnKept];
  if (keptFrom === undefined) return undefined;
  const first = drawn
    .map((paragraph) => paragraph.segments[0])
    .find((segment) => segment !== undefined && compareSegments(segment, keptFrom) >= 0);
  return first === undefined ? undefined : segments[segments.indexOf(first) - 1];
}
