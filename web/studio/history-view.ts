import { part } from "../page.ts";
import { type Entry, type Happening, record } from "./history.ts";

/** Writes down what happens, the newest first. Lines that stand are not touched. */
export function createHistoryView(): { add(happening: Happening): void } {
  const list = part("history", HTMLElement);
  const empty = part("history-empty", HTMLElement);
  let entries: readonly Entry[] = [];

  return {
    add(happening) {
      const next = record(entries, happening, Date.now());
      if (next === entries) return;
      entries = next;
      const newest = entries.at(-1);
      if (newest !== undefined) list.prepend(line(newest));
      while (list.children.length > entries.length) list.lastElementChild?.remove();
      empty.hidden = true;
    },
  };
}

function line({ at, text, tone }: Entry): HTMLElement {
  const element = document.createElement("li");
  element.dataset.tone = tone;
  const time = document.createElement("time");
  time.dateTime = new Date(at).toISOString();
  time.textContent = new Date(at).toLocaleTimeString();
  element.append(time, ` ${text}`);
  return element;
}
