import { sentences } from "./measured-sentences.ts";

export type Measured = {
  readonly kind: "warm-up" | "single" | "long";
  /** The length asked for; the text ends with the last word that fits. */
  readonly length: number;
  readonly text: string;
};

type Lengths = {
  /** Characters, of texts that are one request to the provider. */
  readonly single: readonly number[];
  /** Of one that is many; null for none. */
  readonly long: number | null;
};

/**
 * The texts to be spoken and timed one after the other, `rounds` of each length and of the long one: there and back again,
 * so that a service that grows slower does not look like one that is slow with long texts. The first is for the connection
 * alone.
 */
export function measuredTexts({ single, long }: Lengths, rounds: number): readonly Measured[] {
  const plan: Measured[] = [measured("warm-up", 50, 0)];
  // Each round begins with another sentence.
  for (let round = 1; round <= rounds; round++) {
    const inOrder = round % 2 === 1 ? single : [...single].reverse();
    for (const length of inOrder) plan.push(measured("single", length, round));
    if (long !== null) plan.push(measured("long", long, round));
  }
  return plan;
}

function measured(kind: Measured["kind"], length: number, start: number): Measured {
  return { kind, length, text: textOf(length, start) };
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
