/** Whoever comes down to this is taken to the end, in CSS pixels. */
const nearPx = 40;
/** Scrolling knows no fractions of a pixel. */
const roundingPx = 2;

export type StickToEnd = {
  readonly isFollowing: boolean;
  /** Runs what changes the text: a reader at the end is at the end again, and for others what they look at stays in its place. */
  around(change: () => void): void;
  follow(): void;
  /** Somebody works on what is shown: until released the place is kept, at the end too. */
  hold(isHeld: boolean): void;
  close(): void;
};

/**
 * Keeps a scroller at its end while the text in `content` grows, until the reader scrolls back; from then on the
 * reader's place is left alone. `handleChange` hears when following begins or stops.
 */
export function stickToEnd(
  scroller: HTMLElement,
  content: HTMLElement,
  handleChange: (isFollowing: boolean) => void,
): StickToEnd {
  let isFollowing = true;
  let isHeld = false;
  let lastTop = scroller.scrollTop;
  const resized = new ResizeObserver(() => {
    if (isFollowing && !isHeld) toEnd();
  });

  function setFollowing(next: boolean): void {
    if (next === isFollowing) return;
    isFollowing = next;
    handleChange(next);
  }

  function toEnd(): void {
    scroller.scrollTop = scroller.scrollHeight;
    lastTop = scroller.scrollTop;
  }

  function handleScroll(): void {
    const leftPx = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    const isUpwards = scroller.scrollTop < lastTop;
    // Only a move upwards is the reader's wish to stay: text that grew, or a window that shrank, is not. A line is enough.
    if (leftPx <= (isUpwards ? roundingPx : nearPx)) setFollowing(true);
    else if (isUpwards) setFollowing(false);
    lastTop = scroller.scrollTop;
  }

  scroller.addEventListener("scroll", handleScroll, { passive: true });
  resized.observe(scroller);
  // Letters grow with the reader's settings, and pictures of text with fonts that come late.
  resized.observe(content);

  return {
    get isFollowing() {
      return isFollowing;
    },
    around(change) {
      if (isFollowing && !isHeld) {
        change();
        toEnd();
        return;
      }
      const top = scroller.getBoundingClientRect().top;
      const looked = firstBelow(content, top);
      const before = looked?.getBoundingClientRect().top ?? 0;
      change();
      const movedPx = looked?.isConnected ? looked.getBoundingClientRect().top - before : 0;
      // Writing it, even to what it is, ends the momentum of a finger's flick in Safari.
      if (movedPx !== 0) scroller.scrollTop += movedPx;
      lastTop = scroller.scrollTop;
    },
    follow() {
      toEnd();
      setFollowing(true);
    },
    hold(next) {
      isHeld = next;
      if (isFollowing && !isHeld) toEnd();
    },
    close() {
      resized.disconnect();
      scroller.removeEventListener("scroll", handleScroll);
    },
  };
}

/** The first of the innermost elements that ends below `top`: children stand one below the other. */
function firstBelow(box: Element, top: number): Element | null {
  let from = 0;
  let to = box.children.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((box.children[middle]?.getBoundingClientRect().bottom ?? top) > top) to = middle;
    else from = middle + 1;
  }
  const found = box.children[from];
  if (found === undefined) return null;
  return found.children.length === 0 ? found : (firstBelow(found, top) ?? found);
}
