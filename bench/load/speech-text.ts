const sentences = [
  "Some of them had a shop, most of them had a church, and all of them had more boats than people.",
  "Nobody on deck spoke, because the wind took every word before it reached the next bench.",
  "Past the lighthouse the water changed its colour from grey to a green that few had seen before.",
  "A boy counted the islands aloud and gave up at twenty-three.",
  "When the engine slowed down, the captain read out the names of the villages along the coast, one after the other.",
  "It began to rain.",
  "By the time the last passenger had found her umbrella, the sun was back, and the deck smelled of wood and salt.",
] as const;

/** Characters of `sentence`. */
export const sentenceCharacters = 84;
let written = 1_000;

/** A sentence that was not spoken before: whoever keeps what it has spoken has no use of that here. */
export function sentence(): string {
  written += 1;
  return `Ferry number ${written} left the harbour at seven, with half of its seats still empty.`.padEnd(
    sentenceCharacters,
    ".",
  );
}

/** Prose of exactly so many characters, beginning with such a sentence and with more of them in it. */
export function prose(characters: number): string {
  const parts: string[] = [];
  for (let length = 0; length < characters; ) {
    const part = `${sentence()} ${sentences.join(" ")} `;
    parts.push(part);
    length += part.length;
  }
  return `${parts
    .join("")
    .slice(0, characters - 1)
    .trimEnd()}.`.padEnd(characters, ".");
}
