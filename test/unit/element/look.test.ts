import { describe, expect, it } from "vitest";
import { contrast, lookOf, type Rgb, type Theme } from "../../../client/element/look.ts";
import { choices, type Reader, standardReader } from "../../../client/element/reader.ts";

const themes: readonly Theme[] = ["dark", "light"];
const readable = 4.5;

/** A colour as the sheet is given it. */
function rgb(css: string | undefined): Rgb {
  const [red, green, blue] = [...(css ?? "").matchAll(/\d+/g)].map(Number);
  if (red === undefined || green === undefined || blue === undefined) throw new Error(`No colour: ${css}`);
  return [red, green, blue];
}

const voicesOf = (look: Readonly<Record<string, string>>): readonly Rgb[] =>
  Object.entries(look).flatMap(([name, value]) => (name.startsWith("--voice-") ? [rgb(value)] : []));

const look = (chosen: Partial<Reader>, theme: Theme) => lookOf({ ...standardReader, ...chosen }, theme);

describe.each(themes)("captions on a %s page", (theme) => {
  it("can be read by everybody as they are, in the voice of every speaker", () => {
    const standard = look({}, theme);
    const window = rgb(standard["--window"]);
    const voices = voicesOf(standard);
    expect(voices).toHaveLength(6);
    expect(new Set(voices.map(String)).size).toBe(6);
    for (const colour of [rgb(standard["--ink"]), ...voices]) {
      expect(contrast(colour, window)).toBeGreaterThanOrEqual(readable);
    }
  });

  it.each(choices.ink.filter((ink) => ink !== "auto"))(
    "letters in %s get a window they can be read on",
    (ink) => {
      const chosen = look({ ink }, theme);
      expect(contrast(rgb(chosen["--ink"]), rgb(chosen["--window"]))).toBeGreaterThanOrEqual(readable);
    },
  );

  it.each(choices.window.filter((window) => window !== "auto"))(
    "a window in %s gets letters that can be read",
    (window) => {
      const chosen = look({ window }, theme);
      expect(contrast(rgb(chosen["--ink"]), rgb(chosen["--window"]))).toBeGreaterThanOrEqual(readable);
    },
  );

  it.each(choices.back.filter((back) => back !== "none"))("so does text on %s", (back) => {
    const chosen = look({ back }, theme);
    expect(contrast(rgb(chosen["--ink"]), rgb(chosen["--back"]))).toBeGreaterThanOrEqual(readable);
  });

  it("voices are those for the ground, whatever the letters are", () => {
    for (const ink of ["red", "blue", "magenta"] as const) {
      const voices = voicesOf(look({ ink, window: "black" }, theme)).slice(1);
      for (const voice of voices) expect(contrast(voice, [0, 0, 0])).toBeGreaterThanOrEqual(readable);
    }
  });
});

it("opacity is the reader's, down to nothing", () => {
  const chosen = look({ windowOpacity: "0", inkOpacity: "75", back: "blue", backOpacity: "25" }, "dark");
  expect(chosen).toMatchObject({
    "--window": "rgb(0 0 0 / 0%)",
    "--back": "rgb(0 0 255 / 25%)",
    "--ink": expect.stringMatching(/ \/ 75%\)$/),
  });
});
