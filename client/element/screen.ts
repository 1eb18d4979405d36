import { compareSegments } from "../../shared/captions.ts";
import { createDisplay, type DisplayMode } from "../display/display.ts";
import { paragraphs } from "../display/paragraphs.ts";
import type { Captions, Segment, Status } from "../index.ts";
import { createCaptionView } from "./caption-view.ts";
import { createFinalsLog } from "./finals-log.ts";
import { stickToEnd } from "./stick-to-end.ts";

export type ScreenState = {
  readonly isFollowing: boolean;
  /** There is text before what is shown: hidden, or still in the room. */
  readonly hasEarlier: boolean;
};

export type Screen = {
  show(captions: Captions): void;
  /** Shows what is before: what was cleared away, or else what `fetch` brings. Rejects as `fetch` does. */
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

type Options = {
  readonly scroller: HTMLElement;
  readonly content: HTMLElement;
  nameOf(speaker: number): string;
  /** A region with `role="log"`. */
  readonly log: HTMLElement;
  handleState(state: ScreenState): void;
};

/** Puts a room's captions on the screen: what of them is shown, where the reader stands in them, and when they leave. */
export function createScreen({ scroller, content, log, nameOf, handleState }: Options): Screen {
  const stick = stickToEnd(scroller, content, () => {
    tell();
    // Who was reading back has come to the end.
    if (isOverdue) clearLater(clearAfterMs);
  });
  const finals = createFinalsLog(log);
  /** Each was the first one shown when earlier ones were added. */
  const openers = new Set<string>();
  const view = createCaptionView(content, nameOf);
  const display = createDisplay({ mode: "fast", onChange: draw });
  let captions: Captions | null = null;
  let hasLog = false;
  let clearAfterMs = Number.POSITIVE_INFINITY;
  /** Everything up to here has left the screen. */
  let cleared: Segment | null = null;
  let ended: Status | null = null;
  /** The words would have left if nobody had been reading back in them. */
  let isOverdue = false;
  let clearing: ReturnType<typeof setTimeout> | undefined;

  function shown(): readonly Segment[] {
    const last = cleared;
    const segments = captions?.segments ?? [];
    return last === null ? segments : segments.filter((segment) => compareSegments(segment, last) > 0);
  }

  function draw(): void {
    if (captions === null) return;
    const drawn = paragraphs(shown(), display.displayed.interim, openers);
    stick.around(() => view.draw(drawn));
    tell();
  }

  function tell(): void {
    const hasEarlier =
      captions !== null && (captions.hasEarlier || shown().length < captions.segments.length);
    handleState({ isFollowing: stick.isFollowing, hasEarlier });
  }

  /** The programme's last words stay for a while; for who reads back in them, until they are done. */
  function watchEnd({ status }: Captions, isFirst: boolean): void {
    if (status.state !== "ended") {
      ended = null;
      clearLater(Number.POSITIVE_INFINITY);
      return;
    }
    if (ended?.since === status.since) return;
    ended = status;
    // Whoever has watched gets the whole time, by their own clock. Who comes after the end has only the room's to go by.
    const agoMs = isFirst ? Math.max(0, Date.now() - status.since) : 0;
    clearLater(Math.max(0, clearAfterMs - agoMs));
  }

  function clearLater(delayMs: number): void {
    clearTimeout(clearing);
    isOverdue = false;
    // More than a browser's timer can wait for: never.
    if (delayMs >= 2 ** 31) return;
    clearing = setTimeout(() => {
      if (!stick.isFollowing) {
        isOverdue = true;
        return;
      }
      cleared = captions?.segments.at(-1) ?? null;
      draw();
    }, delayMs);
  }

  return {
    show(next) {
      const isFirst = captions === null;
      captions = next;
      display.show(next);
      tell();
      if (hasLog) finals.add(next.segments);
      watchEnd(next, isFirst);
    },
    async showEarlier(fetch) {
      const first = shown()[0];
      if (cleared === null) captions = await fetch();
      cleared = null;
      if (first !== undefined) openers.add(first.id);
      if (captions !== null) display.show(captions);
      draw();
    },
    jumpToLive() {
      stick.follow();
    },
    setMode(mode) {
      display.setMode(mode);
    },
    setLog(isOn) {
      if (isOn === hasLog) return;
      hasLog = isOn;
      finals.clear();
      if (isOn && captions !== null) finals.add(captions.segments);
    },
    setClearAfter(nextMs) {
      if (nextMs === clearAfterMs) return;
      clearAfterMs = nextMs;
      if (ended !== null) clearLater(clearAfterMs);
    },
    around: stick.around,
    renamed: draw,
    close() {
      clearTimeout(clearing);
      display.close();
      stick.close();
      view.draw([]);
      finals.clear();
    },
  };
}
