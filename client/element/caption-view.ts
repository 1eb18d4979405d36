import { closeDirections } from "../../shared/direction.ts";
import { plain } from "../../shared/export/plain.ts";
import { gapInWords, type Paragraph } from "../display/paragraphs.ts";

/**
 * Draws paragraphs into an element and touches only what changed: text that stands is neither replaced nor moved,
 * so a reader's place and selection stay. Text goes in as text only: without control characters, which whoever copies
 * it would hand on to a terminal, and without an effect on the direction of what stands behind it.
 */
export function createCaptionView(box: HTMLElement): { draw(paragraphs: readonly Paragraph[]): void } {
  let drawn: readonly Paragraph[] = [];

  function draw(next: readonly Paragraph[]): void {
    next.forEach((paragraph, index) => {
      const before = drawn[index];
      const element = box.children[index] ?? box.appendChild(newParagraph());
      if (before === undefined || !isSame(before, paragraph)) drawParagraph(element, before, paragraph);
    });
    while (box.children.length > next.length) box.lastElementChild?.remove();
    drawn = next;
  }

  return { draw };
}

function newParagraph(): HTMLElement {
  const element = document.createElement("p");
  element.dir = "auto";
  return element;
}

function drawParagraph(element: Element, before: Paragraph | undefined, paragraph: Paragraph): void {
  element.className = paragraph.isOtherSpeaker ? `${paragraph.kind} other` : paragraph.kind;
  paragraph.segments.forEach((segment, index) => {
    if (before?.segments[index] === segment) return;
    const text = paragraph.kind === "gap" ? gapInWords(segment) : segment.text;
    setPart(element, index, text, "final");
  });
  let count = paragraph.segments.length;
  if (paragraph.interim !== null) setPart(element, count++, paragraph.interim.text, "interim");
  while (element.children.length > count) element.lastElementChild?.remove();
}

/** Each part after the first begins with its own space, so that a paragraph is one text to search and copy. */
function setPart(element: Element, index: number, text: string, className: string): void {
  const part = element.children[index] ?? element.appendChild(document.createElement("span"));
  const line = closeDirections(plain(text));
  const words = index === 0 ? line : ` ${line}`;
  if (part.className !== className) part.className = className;
  if (part.textContent !== words) part.textContent = words;
}

function isSame(a: Paragraph, b: Paragraph): boolean {
  return (
    a.interim === b.interim &&
    a.kind === b.kind &&
    a.isOtherSpeaker === b.isOtherSpeaker &&
    a.segments.length === b.segments.length &&
    a.segments.every((segment, index) => segment === b.segments[index])
  );
}
