import { languageOf, limitsFor, plan } from "../../workers/speak/plan/index.ts";
import { Random } from "./tape/random.ts";

const model = "aura-2-thalia-en";

const words =
  "the a this every some our light morning river engine paper garden window teacher market signal winter " +
  "carries opens finds leaves answers follows writes turns holds measures quickly slowly again never nearly " +
  "small green quiet heavy early open different because although while under behind across with from";
const [first = "the", ...others] = words.split(" ");

/** The texts that are asked of the provider for this one, in their order. */
export function chunksOf(text: string): string[] {
  return [...plan(text, limitsFor(model), languageOf(model))].map((chunk) => chunk.text);
}

/** English-looking prose in sentences of two to forty words and paragraphs, the same each time. */
export function prose(characters: number, seed = 1): string {
  const random = new Random(seed);
  let text = "";
  while (text.length < characters) {
    text += sentence(random);
    text += random.chance(0.1) ? "\n\n" : " ";
  }
  return text.slice(0, characters).trimEnd().padEnd(characters, ".");
}

/** Prose that becomes exactly so many chunks. */
export function proseOfChunks(count: number, seed = 1): string {
  const random = new Random(seed);
  for (;;) {
    let text = sentence(random);
    while (chunksOf(text).length < count) text += ` ${sentence(random)}`;
    // A long sentence may have become two at once.
    if (chunksOf(text).length === count) return text;
  }
}

function sentence(random: Random): string {
  const length = random.chance(0.2) ? random.int(2, 5) : random.int(6, 40);
  const said = Array.from({ length }, (_, index) => {
    const word = random.pick([first, ...others]);
    return index < length - 1 && random.chance(0.08) ? `${word},` : word;
  }).join(" ");
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}${random.pick([".", ".", ".", "?", "!"])}`;
}
