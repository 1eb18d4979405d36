import { colours, type Rgb } from "../../client/element/look.ts";
import { choices } from "../../client/element/reader.ts";

const ways = {
  position: ["bottom", "top"],
  align: ["left", "center"],
  font: choices.font,
  edge: choices.edge,
  speakers: ["arrows", "colours", "none"],
  mode: choices.mode,
} as const;
type Way = keyof typeof ways;

export type Colour = { readonly rgb: Rgb; readonly opacityPercent: number };

/** How an overlay looks and behaves, as its address says. */
export type Look = { readonly [W in Way]: (typeof ways)[W][number] } & {
  /** CSS length of the letters. */
  readonly size: string;
  readonly lines: number;
  /** CSS length of the lines. */
  readonly width: string;
  /** Left free at each edge, of the picture's width and height. */
  readonly safePercent: number;
  readonly color: Colour;
  /** `null`: nothing is behind the letters. */
  readonly background: Colour | null;
  /** How long the last words stay on air. */
  readonly lingerMs: number;
};

export const standardLook: Look = {
  size: "5vh",
  lines: 2,
  width: "22em",
  safePercent: 5,
  position: "bottom",
  align: "left",
  font: "default",
  edge: "none",
  speakers: "arrows",
  mode: "fast",
  color: { rgb: colours.white, opacityPercent: 100 },
  background: { rgb: colours.black, opacityPercent: 82 },
  lingerMs: 6_000,
};

/**
 * Reads an overlay's address. What makes no sense is left at its default, and told.
 *
 * | Parameter | |
 * | --- | --- |
 * | `size` | height of the letters: per cent of the picture's height (`6`), or `48px` |
 * | `lines` | 1 to 10 |
 * | `width` | of the lines: characters (`32`) or per cent of the picture (`80%`) |
 * | `position`, `align` | `bottom` or `top`; `left` or `center` |
 * | `safe` | per cent of the picture that are left free at each edge, 0 to 25 |
 * | `color`, `background` | one of eight names (`yellow`) or `ffcc00`, with an opacity where there is one: `black/60`; `background=none` |
 * | `font`, `edge` | those that readers may choose: see `client/element/reader.ts` |
 * | `speakers` | `arrows` marks another by `>>`, `colours` gives each a colour, `none` |
 * | `mode` | `fast`, or `steady`: only words that no longer change |
 * | `linger` | seconds that the last words stay, 1 to 3600 |
 *
 * @returns `problems`: the parameters that make no sense, as they were given
 */
export function lookOf(search: string): { readonly look: Look; readonly problems: readonly string[] } {
  const parameters = new URLSearchParams(search);
  const problems: string[] = [];

  function read<T>(name: string, standard: T, parse: (text: string) => T | undefined): T {
    const text = parameters.get(name);
    if (text === null) return standard;
    const value = parse(text);
    if (value !== undefined) return value;
    problems.push(`${name}=${text}`);
    return standard;
  }
  const choose = <T extends string>(name: Way, values: readonly T[], standard: T): T =>
    read<T>(name, standard, (text) => values.find((value) => value === text));

  const look: Look = {
    size: read("size", standardLook.size, sizeIn),
    lines: read("lines", standardLook.lines, (text) => whole(text, 1, 10)),
    width: read("width", standardLook.width, widthIn),
    safePercent: read("safe", standardLook.safePercent, (text) => whole(text, 0, 25)),
    position: choose("position", ways.position, standardLook.position),
    align: choose("align", ways.align, standardLook.align),
    font: choose("font", ways.font, standardLook.font),
    edge: choose("edge", ways.edge, standardLook.edge),
    speakers: choose("speakers", ways.speakers, standardLook.speakers),
    mode: choose("mode", ways.mode, standardLook.mode),
    color: read("color", standardLook.color, colourIn),
    background: read("background", standardLook.background, (text) =>
      text === "none" ? null : colourIn(text),
    ),
    lingerMs: read("linger", standardLook.lingerMs / 1_000, (text) => whole(text, 1, 3_600)) * 1_000,
  };
  return { look, problems };
}

function sizeIn(text: string): string | undefined {
  const size = /^(\d{1,3}(?:\.\d{1,2})?)(px|vh)?$/.exec(text);
  return size === null || Number(size[1]) === 0 ? undefined : `${size[1]}${size[2] ?? "vh"}`;
}

function widthIn(text: string): string | undefined {
  const [, digits = "", percent] = /^(\d{1,3})(%)?$/.exec(text) ?? [];
  if (percent !== undefined) return whole(digits, 10, 100) === undefined ? undefined : `${digits}vw`;
  return whole(digits, 10, 200) === undefined ? undefined : `${digits}ch`;
}

function whole(text: string, min: number, max: number): number | undefined {
  const number = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return number >= min && number <= max ? number : undefined;
}

function colourIn(text: string): Colour | undefined {
  const [, name = "", opacity = "100"] = /^#?([a-z0-9]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const opacityPercent = whole(opacity, 0, 100);
  const named = Object.entries(colours).find(([known]) => known === name.toLowerCase())?.[1];
  const rgb = named ?? hexIn(name);
  return rgb === undefined || opacityPercent === undefined ? undefined : { rgb, opacityPercent };
}

function hexIn(text: string): Rgb | undefined {
  const full = /^[0-9a-f]{3}$/i.test(text) ? text.replace(/./g, "$&$&") : text;
  const [, red, green, blue] = /^([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(full) ?? [];
  if (red === undefined || green === undefined || blue === undefined) return undefined;
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)];
}
