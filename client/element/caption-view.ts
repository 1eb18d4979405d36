import { plainLine } from "../../shared/export/plain.ts";
import { segmentInWords } from "../../shared/words.ts";
import type { Paragraph } from "../display/paragraphs.ts";
import { speakerName } from "./attributes.ts";

export type CaptionView = {
  draw(paragraphs: readonly Paragraph[]): void;
};

type Row = {
  readonly element: HTMLElement;
  readonly parts: ReadonlyMap<string, HTMLElement>;
  readonly paragraph: Paragraph;
  /** Who begins here, in case it is to be told. */
  readonly name: string | null;
};

/** Speakers that are told apart by colour; then the colours begin again. */
export const voices = 6;
/** The part of what is being said now: no segment has this id. */
const interimKey = "";

/**
 * Draws paragraphs into an element and touches only what changed. Every segment has its own element for as long as it is
 * there, whatever comes before or after it: a reader's place and selection stay. What is being said now keeps its element
 * when it becomes final.
 *
 * Text goes in as text only: without control characters, which whoever copies it would hand on to a terminal, and without
 * an effect on the direction of what stands behind it.
 */
export function createCaptionView(
  box: HTMLElement,
  nameOf: (speaker: number) => string = (speaker) => speakerName(null, speaker),
): CaptionView {
  let rows: readonly Row[] = [];

  function draw(paragraphs: readonly Paragraph[]): void {
    const free = freeRows(rows);
    const drawn = new Map(rows.flatMap(({ parts }) => [...parts]));
    rows = paragraphs.map((paragraph) => drawRow({ row: free.take(paragraph), drawn, paragraph, nameOf }));
    place(
      box,
      rows.map(({ element }) => element),
    );
  }

  return { draw };
}

/** Finds each paragraph the row that stands for it already: the one that holds one of its segments, or else the interim's. */
function freeRows(rows: readonly Row[]): { take(paragraph: Paragraph): Row | undefined } {
  const byPart = new Map(rows.flatMap((row) => [...row.parts.keys()].map((key) => [key, row] as const)));
  const taken = new Set<Row>();

  const interims = rows.find(({ paragraph }) => paragraph.segments.length === 0);

  function take({ kind, segments }: Paragraph): Row | undefined {
    const found =
      segments.map(({ id }) => byPart.get(id)).find(isFree) ?? (kind === "speech" ? interims : undefined);
    if (!isFree(found)) return undefined;
    taken.add(found);
    return found;
  }

  function isFree(row: Row | undefined): row is Row {
    return row !== undefined && !taken.has(row);
  }

  return { take };
}

type Drawing = {
  /** The row that stands for the paragraph already. */
  readonly row: Row | undefined;
  /** What stands anywhere, by segment: paragraphs may be parted anew by what comes between them. */
  readonly drawn: ReadonlyMap<string, HTMLElement>;
  readonly paragraph: Paragraph;
  readonly nameOf: (speaker: number) => string;
};

function drawRow({ row, drawn, paragraph, nameOf }: Drawing): Row {
  const name = paragraph.opensSpeaker ? nameOf(paragraph.speaker ?? 0) : null;
  if (row !== undefined && row.name === name && isSame(row.paragraph, paragraph)) return row;
  const element = row?.element ?? newParagraph();
  element.className = paragraph.isOtherSpeaker ? `${paragraph.kind} other` : paragraph.kind;
  mark(element, "voice", paragraph.speaker === undefined ? null : String(paragraph.speaker % voices));
  mark(element, "name", name);

  let spare = row?.parts.get(interimKey);
  const parts = new Map<string, HTMLElement>();
  for (const segment of paragraph.segments) {
    let part = drawn.get(segment.id);
    if (part === undefined && spare !== undefined) {
      part = spare;
      spare = undefined;
    }
    part ??= document.createElement("span");
    setPart(part, segmentInWords(segment), "final", parts.size === 0);
    parts.set(segment.id, part);
  }
  if (paragraph.interim !== null) {
    const part = spare ?? document.createElement("span");
    setPart(part, plainLine(paragraph.interim.text), "interim", parts.size === 0);
    parts.set(interimKey, part);
  }
  place(element, [...parts.values()]);
  return { element, parts, paragraph, name };
}

function mark(element: HTMLElement, name: string, value: string | null): void {
  if (value === null) delete element.dataset[name];
  else element.dataset[name] = value;
}

function newParagraph(): HTMLElement {
  const element = document.createElement("p");
  element.dir = "auto";
  return element;
}

/** Each part after the first begins with its own space, so that a paragraph is one text to search and copy. */
function setPart(part: HTMLElement, line: string, className: string, isFirst: boolean): void {
  const words = isFirst ? line : ` ${line}`;
  if (part.className !== className) {
    part.className = className;
    part.setAttribute("part", className);
  }
  if (part.textContent !== words) part.textContent = words;
}

/** Puts the children in order. Those that are in it are left where they are: a moved element loses focus and selection. */
function place(parent: Element, children: readonly Element[]): void {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const child of children) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}

function isSame(a: Paragraph, b: Paragraph): boolean {
  return (
    a.interim === b.interim &&
    a.kind === b.kind &&
    a.isOtherSpeaker === b.isOtherSpeaker &&
    a.opensSpeaker === b.opensSpeaker &&
    a.speaker === b.speaker &&
    a.segments.length === b.segments.length &&
    a.segments.every((segment, index) => segment === b.segments[index])
  );
}
