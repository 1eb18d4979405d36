import { sentences } from "./sentences.ts";

export type Measured = {
  readonly kind: "warm-up" | "single" | "long";
  readonly text: string;
};

/** Characters: of texts that are one request to the provider, and of one that is many. */
const lengths = [50, 200, 400, 700, 1_000, 1_400, 1_800] as const;
const longLength = 6_000;

/**
 * The texts to be measured one after the other, `rounds` of each length and of the long one: there and back again, so that
 * a service that grows slower does not look like one that is slow with long texts. The first is for the connection alone.
 */
export function measurePlan(rounds: number): readonly Measured[] {
  const plan: Measured[] = [{ kind: "warm-up", text: textOf(50, 0) }];
  // Each round begins with another sentence.
  for (let round = 1; round <= rounds; round++) {
    const inOrder = round % 2 === 1 ? lengths : [...lengths].reverse();
    for (const length of inOrder) plan.push({ kind: "single", text: textOf(length, round) });
    plan.push({ kind: "long", text: textOf(longLength, round) });
  }
  return plan;
}

export function charactersOf(plan: readonly Measured[]): number {
  return plan.reduce((sum, { text }) => sum + text.length, 0);
}

/** Sentences of the pool, from one of them on, cut to at most so many characters at the end of a word. */
function textOf(characters: number, start: number): string {
  let text = "";
  for (let index = start; text.length <= characters; index++) {
    text += `${text === "" ? "" : " "}${sentences[index % sentences.length]}`;
  }
  const cut = text.slice(0, characters);
  return `${cut.slice(0, cut.lastIndexOf(" ")).replace(/[^a-z]+$/i, "")}.`;
}
