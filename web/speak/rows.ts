import type { Row } from "./facts.ts";

/** Shows names and values; what has not changed is not touched, so that it can be selected while others change. */
export function showRows(list: HTMLElement, rows: readonly Row[]): void {
  while (list.childElementCount > rows.length) list.lastElementChild?.remove();
  for (const [index, [name, value]] of rows.entries()) {
    const pair = list.children[index] ?? list.appendChild(newPair());
    const [term, description] = pair.children;
    if (term && term.textContent !== name) term.textContent = name;
    if (description && description.textContent !== value) description.textContent = value;
  }
}

function newPair(): HTMLElement {
  const pair = document.createElement("div");
  pair.append(document.createElement("dt"), document.createElement("dd"));
  return pair;
}
