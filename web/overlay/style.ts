import { colours, css, edge, fonts, isLight, voices } from "../../client/element/look.ts";
import type { Colour, Look } from "./look.ts";

/** The custom properties of the overlay's sheet, each with its value. */
export function styleOf(look: Look): Readonly<Record<`--${string}`, string>> {
  const { color, background } = look;
  // Without a ground of its own it stands on a picture, and the edge is what parts it from that.
  const edgeColour = isLight(color.rgb) ? colours.black : colours.white;
  const spoken = voices(color.rgb, background?.rgb ?? edgeColour);
  return {
    "--size": look.size,
    "--lines": String(look.lines),
    "--width": look.width,
    "--safe-block": `${look.safePercent}vh`,
    "--safe-inline": `${look.safePercent}vw`,
    "--font": fonts[look.font],
    "--caps": look.font === "small-caps" ? "small-caps" : "normal",
    "--edge": edge(look.edge, css(edgeColour, 100)),
    "--letters": written(color),
    "--back": background === null ? "transparent" : written(background),
    ...Object.fromEntries(
      spoken.map((colour, index) => [`--voice-${index}`, css(colour, color.opacityPercent)]),
    ),
  };
}

function written({ rgb, opacityPercent }: Colour): string {
  return css(rgb, opacityPercent);
}
