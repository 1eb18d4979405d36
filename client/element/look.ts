import type { Reader } from "./reader.ts";

export type Rgb = readonly [red: number, green: number, blue: number];

/** The page's own colours, on which `auto` falls back. */
export type Theme = "dark" | "light";

export const colours: Readonly<Record<Exclude<Reader["ink"], "auto">, Rgb>> = {
  white: [255, 255, 255],
  black: [0, 0, 0],
  red: [255, 0, 0],
  green: [0, 255, 0],
  blue: [0, 0, 255],
  yellow: [255, 255, 0],
  magenta: [255, 0, 255],
  cyan: [0, 255, 255],
};
/** The light ones are those of the pages' sheet. */
const themes: Readonly<Record<Theme, { ink: Rgb; window: Rgb }>> = {
  dark: { ink: [255, 255, 255], window: [0, 0, 0] },
  light: { ink: [26, 27, 28], window: [251, 250, 247] },
};
/** Beside the first speaker, who has the ink: told apart by readers of every colour vision, after Okabe and Ito. */
const voicesOn: Readonly<Record<Theme, readonly Rgb[]>> = {
  dark: [
    [240, 228, 66],
    [86, 180, 233],
    [230, 159, 0],
    [120, 220, 170],
    [225, 160, 200],
  ],
  light: [
    [0, 84, 142],
    [150, 62, 0],
    [0, 95, 70],
    [134, 45, 105],
    [92, 80, 0],
  ],
};
/** WCAG 2.2, 1.4.3. */
const contrastMin = 4.5;

export const fonts: Readonly<Record<Reader["font"], string>> = {
  default: "inherit",
  "mono-serif": '"Courier New", Courier, "Nimbus Mono PS", monospace',
  serif: 'Georgia, "Times New Roman", "Noto Serif", serif',
  "mono-sans": '"Lucida Console", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  sans: 'Verdana, Arial, "Noto Sans", "Open Sans", sans-serif',
  casual: '"Comic Sans MS", "Comic Neue", "Segoe Print", fantasy',
  cursive: '"Brush Script MT", "Snell Roundhand", "URW Chancery L", cursive',
  "small-caps": "inherit",
};

/** The style that a reader's choices ask for: custom properties of the element's sheet, each with its value. */
export function lookOf(reader: Reader, theme: Theme): Readonly<Record<`--${string}`, string>> {
  const { ink, window } = letters(reader, theme);
  const back = reader.back === "none" ? null : colours[reader.back];
  const spoken = voices(ink, back !== null && Number(reader.backOpacity) >= 50 ? back : window);
  return {
    "--scale": String(Number(reader.size) / 100),
    "--font": fonts[reader.font],
    "--caps": reader.font === "small-caps" ? "small-caps" : "normal",
    "--ink": css(ink, reader.inkOpacity),
    "--back": back === null ? "transparent" : css(back, reader.backOpacity),
    "--window": css(window, reader.windowOpacity),
    "--edge": edge(reader.edge, css(isLight(ink) ? colours.black : colours.white, "100")),
    ...Object.fromEntries(
      spoken.map((colour, index) => [`--voice-${index}`, css(colour, reader.inkOpacity)]),
    ),
  };
}

/** Whoever chooses one colour gets another with it that can be read; whoever chooses both gets both. */
function letters(reader: Reader, theme: Theme): { ink: Rgb; window: Rgb } {
  const own = themes[theme];
  const back = reader.back === "none" ? null : colours[reader.back];
  if (reader.ink !== "auto") {
    const ink = colours[reader.ink];
    return { ink, window: reader.window === "auto" ? readable(own.window, ink) : colours[reader.window] };
  }
  const window = reader.window === "auto" ? own.window : colours[reader.window];
  return { ink: readable(own.ink, back ?? window), window };
}

/** `wanted`, if it can be read with `other`; or else black or white, whichever is better. */
function readable(wanted: Rgb, other: Rgb): Rgb {
  if (contrast(wanted, other) >= contrastMin) return wanted;
  const { black, white } = colours;
  return contrast(black, other) > contrast(white, other) ? black : white;
}

/** A colour for each speaker, by number, that can be read on this ground. */
export function voices(ink: Rgb, ground: Rgb): readonly Rgb[] {
  const worst = (theme: Theme): number =>
    Math.min(...voicesOn[theme].map((colour) => contrast(colour, ground)));
  return [ink, ...voicesOn[worst("dark") > worst("light") ? "dark" : "light"]];
}

/** WCAG 2.2: 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return (high + 0.05) / (low + 0.05);
}

/** @param opacity per cent */
export function css([red, green, blue]: Rgb, opacity: string | number): string {
  return `rgb(${red} ${green} ${blue} / ${opacity}%)`;
}

/** The `text-shadow` that draws this edge. */
export function edge(kind: Reader["edge"], colour: string): string {
  switch (kind) {
    case "none":
      return "none";
    case "raised":
      return shadows(["0.03em 0.03em 0", "0.06em 0.06em 0"], colour);
    case "depressed":
      return shadows(["-0.03em -0.03em 0", "-0.06em -0.06em 0"], colour);
    case "uniform":
      return shadows(
        [-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y) => `${x * 0.05}em ${y * 0.05}em 0`)),
        colour,
      );
    case "drop-shadow":
      return shadows(["0.08em 0.08em 0.1em"], colour);
  }
}

function shadows(offsets: readonly string[], colour: string): string {
  return offsets.map((offset) => `${offset} ${colour}`).join(", ");
}

/** Whether letters of this colour stand on something dark. */
export function isLight(colour: Rgb): boolean {
  return luminance(colour) > 0.4;
}

/** Relative luminance, WCAG 2.2. */
function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
