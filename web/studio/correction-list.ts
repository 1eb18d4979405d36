import * as v from "valibot";
import { stickToEnd } from "../../client/element/stick-to-end.ts";
import type { Segment } from "../../client/index.ts";
import { SegmentSchema } from "../../shared/captions.ts";
import { askRoom } from "../ask-room.ts";
import { type CorrectionRow, createCorrectionRow } from "./correction-row.ts";
import { mayNotCorrect } from "./rights.ts";

/** Lines that are shown: more is for reading, and for that there is the watch page. */
const linesMax = 100;

export const howToCorrect =
  "Enter corrects a line for everybody, Delete removes it; the arrow keys go from line to line.";
export const onlyToRead = `${mayNotCorrect} These are the newest lines.`;

export type CorrectionList = {
  /** Shows the lines of another room; none until they are drawn. */
  enter(room: string, mayCorrect: boolean): void;
  draw(segments: readonly Segment[]): void;
};

/**
 * The newest lines of a room, the last at the end, each to be corrected in place. The list is one stop of the Tab key: arrows go
 * from line to line, Enter corrects, Delete asks to remove. Lines are touched only where they changed, and one that somebody works
 * on stays.
 */
export function createCorrectionList(scroller: HTMLElement, list: HTMLElement): CorrectionList {
  const stick = stickToEnd(scroller, list, () => {});
  const rows = new Map<string, CorrectionRow>();
  let room = "";
  let mayCorrect = false;
  let held: readonly Segment[] = [];

  function draw(segments: readonly Segment[]): void {
    if (segments === held) return;
    held = segments;
    update();
  }

  function update(): void {
    // Whoever writes keeps the line in sight.
    stick.hold([...rows.values()].some((row) => row.isBusy));
    stick.around(() => {
      const shown = held.slice(-linesMax);
      removeAllBut(shown);
      let before: Element | null = null;
      for (const segment of shown) {
        const row: CorrectionRow = rows.get(segment.id) ?? add(segment, before);
        row.show(segment);
        before = row.element;
      }
    });
    setStop(stop());
  }

  function removeAllBut(shown: readonly Segment[]): void {
    const ids = new Set(shown.map(({ id }) => id));
    for (const [id, row] of rows) {
      if (ids.has(id)) continue;
      if (!held.some((segment) => segment.id === id)) row.show(null);
      if (row.isBusy) continue;
      rows.delete(id);
      const { element } = row;
      const neighbour = element.nextElementSibling ?? element.previousElementSibling;
      const hadFocus = element.contains(document.activeElement);
      element.remove();
      if (hadFocus) (neighbour instanceof HTMLElement ? neighbour : list).focus();
    }
  }

  function add(segment: Segment, before: Element | null): CorrectionRow {
    const asked = room;
    const row = createCorrectionRow(segment, {
      mayCorrect,
      correct: (id, text) => correct(asked, id, text),
      // One that is gone may have been kept for this alone.
      handleWork: update,
    });
    rows.set(segment.id, row);
    if (before === null) list.prepend(row.element);
    else before.after(row.element);
    return row;
  }

  /** Where the Tab key stops: at the line that has it, or else at the newest. */
  function stop(): CorrectionRow | undefined {
    const all = [...rows.values()];
    return (
      all.find(({ element }) => element.contains(document.activeElement)) ??
      all.find(({ element }) => element === list.lastElementChild)
    );
  }

  function setStop(row: CorrectionRow | undefined): void {
    for (const each of rows.values()) each.setStop(each === row);
  }

  function rowOf(target: EventTarget | null): CorrectionRow | undefined {
    return [...rows.values()].find(({ element }) => target instanceof Node && element.contains(target));
  }

  list.addEventListener("focusin", ({ target }) => setStop(rowOf(target)));
  list.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const row = rowOf(target);
    if (row === undefined || target instanceof HTMLTextAreaElement) return;
    const { element } = row;
    const next = {
      ArrowUp: element.previousElementSibling,
      ArrowDown: element.nextElementSibling,
      Home: list.firstElementChild,
      End: list.lastElementChild,
    }[key];
    if (next instanceof HTMLElement) next.focus();
    else if (target === element && key === "Enter") row.edit();
    else if (target === element && key === "Delete") row.askToRemove();
    else return;
    event.preventDefault();
  });

  return {
    enter(next, may) {
      room = next;
      mayCorrect = may;
      held = [];
      rows.clear();
      list.replaceChildren();
    },
    draw,
  };
}

async function correct(room: string, id: string, text: string): Promise<Segment | null> {
  const answer = await askRoom(room, "captions:edit", {
    path: `/captions/${encodeURIComponent(id)}`,
    method: "PATCH",
    body: JSON.stringify({ text }),
  });
  return answer.status === 204 ? null : v.parse(SegmentSchema, await answer.json());
}
