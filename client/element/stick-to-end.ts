/** Nearer to the end than this counts as being there, in CSS pixels. */
const slack = 40;

export type StickToEnd = {
  /** Text was added at the end. */
  grown(): void;
  /** Runs what adds text above: whatever the reader looks at stays where it is. */
  keepPlace(add: () => void): void;
  follow(): void;
};

/**
 * Keeps a scroller at its end while text grows, until the reader scrolls back; from then on the reader's place is
 * left alone. `handleChange` hears when following begins or stops.
 */
export function stickToEnd(scroller: Element, handleChange: (isFollowing: boolean) => void): StickToEnd {
  const target = scroller === document.scrollingElement ? document : scroller;
  let isFollowing = true;
  let lastTop = scroller.scrollTop;

  function setFollowing(next: boolean): void {
    if (next === isFollowing) return;
    isFollowing = next;
    handleChange(next);
  }

  function toEnd(): void {
    scroller.scrollTop = scroller.scrollHeight;
    lastTop = scroller.scrollTop;
  }

  target.addEventListener(
    "scroll",
    () => {
      const isAtEnd = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop <= slack;
      // Only a move upwards is the reader's wish: text that grew, or a window that shrank, is not.
      if (isAtEnd) setFollowing(true);
      else if (scroller.scrollTop < lastTop) setFollowing(false);
      lastTop = scroller.scrollTop;
    },
    { passive: true },
  );
  addEventListener("resize", grown);

  function grown(): void {
    if (isFollowing) toEnd();
  }

  return {
    grown,
    keepPlace(add) {
      const belowTop = scroller.scrollHeight - scroller.scrollTop;
      add();
      if (isFollowing) return;
      scroller.scrollTop = scroller.scrollHeight - belowTop;
      lastTop = scroller.scrollTop;
    },
    follow() {
      toEnd();
      setFollowing(true);
    },
  };
}
