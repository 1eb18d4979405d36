import * as v from "valibot";

/**
 * What a reader may choose: that which the US rule on caption displays asks for (47 CFR 79.103(c)), and besides it how soon
 * words are shown, how speakers are told apart, and whether finals are announced. The first of each is the default;
 * `auto` leaves the choice to the page.
 */
export const choices = {
  mode: ["fast", "steady"],
  size: ["100", "50", "75", "125", "150", "175", "200"],
  font: ["default", "mono-serif", "serif", "mono-sans", "sans", "casual", "cursive", "small-caps"],
  ink: ["auto", "white", "black", "red", "green", "blue", "yellow", "magenta", "cyan"],
  inkOpacity: ["100", "75", "50", "25"],
  back: ["none", "white", "black", "red", "green", "blue", "yellow", "magenta", "cyan"],
  backOpacity: ["100", "75", "50", "25", "0"],
  window: ["auto", "white", "black", "red", "green", "blue", "yellow", "magenta", "cyan"],
  windowOpacity: ["100", "75", "50", "25", "0"],
  edge: ["none", "raised", "depressed", "uniform", "drop-shadow"],
  lines: ["auto", "1", "2", "3", "4", "5", "6", "8", "10", "all"],
  position: ["auto", "top", "middle", "bottom"],
  speakers: ["arrows", "names", "colours"],
  log: ["off", "on"],
} as const;

export type Choice = keyof typeof choices;
export type Reader = { readonly [C in Choice]: (typeof choices)[C][number] };

function one<const C extends Choice>(choice: C) {
  const [standard] = choices[choice];
  // What an older or a newer page wrote, or a hand, must not cost the reader the other choices.
  return v.optional(v.fallback(v.picklist(choices[choice]), standard), standard);
}

export const ReaderSchema = v.object({
  mode: one("mode"),
  size: one("size"),
  font: one("font"),
  ink: one("ink"),
  inkOpacity: one("inkOpacity"),
  back: one("back"),
  backOpacity: one("backOpacity"),
  window: one("window"),
  windowOpacity: one("windowOpacity"),
  edge: one("edge"),
  lines: one("lines"),
  position: one("position"),
  speakers: one("speakers"),
  log: one("log"),
});

export const standardReader: Reader = v.parse(ReaderSchema, {});

/** The reader with one choice changed. A value that nobody offers changes it to the standard. */
export function withChoice(reader: Reader, choice: Choice, value: string): Reader {
  return v.parse(ReaderSchema, { ...reader, [choice]: value });
}
