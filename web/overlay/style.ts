import { colours, css, edge, fonts, isLight, voices } from "../../client/element/look.ts";
import type { Colour, Look } from "./look.ts";

/** The custom properties of the overlay's sheet, each with its value. */
export function styleOf(look: Look): Readonly<Record<`--${string}`, string>> {
  const { color, background } = look;
  const isLightOnDark = isLight(color.rgb);
  const spoken = voices[isLightOnDark ? "dark" : "light"];
  return {
    "--size": look.size,
    "--lines": String(look.lines),
    "--width": look.width,
    "--safe-block": `${look.safePercent}vh`,
    "--safe-inline": `${look.safePercent}vw`,
    "--font": fonts[look.font],
    "--caps": look.font === "small-caps" ? "small-caps" : "normal",
    "--edge": edge(look.edge, css(isLightOnDark ? colours.black : colours.white, 100)),
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
