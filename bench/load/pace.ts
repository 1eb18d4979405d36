import * as v from "valibot";

/** How the provider of a benchmark speaks. */
export const PaceSchema = v.object({
  firstByteMs: v.number(),
  /** A request takes this, and more the longer its text is. */
  fixedMs: v.number(),
  per100CharactersMs: v.number(),
  /** Time between two pieces of audio. */
  pieceMs: v.number(),
  charactersPerSecond: v.number(),
  /** More of them in one request are refused with 413; null: there is no such limit. */
  maxCharacters: v.nullable(v.number()),
});
export type Pace = Readonly<v.InferOutput<typeof PaceSchema>>;

/** One request that the provider answered. */
export const AskedSchema = v.object({
  encoding: v.string(),
  characters: v.number(),
  /** Of sound that was spoken, and whether that was all. */
  bytes: v.number(),
  isWhole: v.boolean(),
});
export type Asked = v.InferOutput<typeof AskedSchema>;

/** As Deepgram describes Aura-2 and its limits. */
export const published: Pace = {
  firstByteMs: 277,
  fixedMs: 600,
  per100CharactersMs: 40,
  pieceMs: 20,
  charactersPerSecond: 18,
  maxCharacters: 2_000,
};

/** Early, so that the noise of a long wait does not hide what is added to it, and soon at its end. */
export const prompt: Pace = {
  ...published,
  firstByteMs: 30,
  fixedMs: 50,
  per100CharactersMs: 0,
  pieceMs: 5,
};

/** Ten characters are over in the time of one: a text's every joint comes within two minutes of playing. */
export const hasty: Pace = { ...published, charactersPerSecond: 180 };

/** What the model takes for so many characters. */
export function modelMs(pace: Pace, characters: number): number {
  return pace.fixedMs + (pace.per100CharactersMs * characters) / 100;
}
