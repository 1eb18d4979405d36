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
  const stick = stickToEnd(scroller, content, tell);
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
  function watchEnd({ status }: Captions): void {
    if (status.state !== "ended") {
      ended = null;
      clearTimeout(clearing);
      return;
    }
    if (ended?.since === status.since) return;
    ended = status;
    clearLater(Math.max(0, clearAfterMs - Math.max(0, Date.now() - status.since)));
  }

  function clearLater(delayMs: number): void {
    clearTimeout(clearing);
    // Nothing that a browser's timer can wait for, `never` among it.
    if (!(delayMs < 2 ** 31)) return;
    clearing = setTimeout(() => {
      if (!stick.isFollowing) {
        clearLater(clearAfterMs);
        return;
      }
      cleared = captions?.segments.at(-1) ?? null;
      draw();
    }, delayMs);
  }

  return {
    show(next) {
      captions = next;
      display.show(next);
      tell();
      if (hasLog) finals.add(next.segments);
      watchEnd(next);
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
    close() {
      clearTimeout(clearing);
      display.close();
      stick.close();
    },
  };
}
