/** One step of an alignment. What is missing on a side is null. */
export type Pair =
  | { readonly kind: "same" | "substitution"; readonly reference: string; readonly hypothesis: string }
  | { readonly kind: "deletion"; readonly reference: string; readonly hypothesis: null }
  | { readonly kind: "insertion"; readonly reference: null; readonly hypothesis: string };

const editCost = 1;
/** A trifle above: it decides between equals and nothing else, for no text has a million words. */
const substitutionCost = editCost + 2 ** -20;

type Options = {
  /** The hypothesis may end early: reference words after its end cost nothing and are left out. */
  readonly openEnd?: boolean;
};

/**
 * The cheapest way from reference to hypothesis (Levenshtein over words, each edit costs 1).
 * Of several, one with the fewest substitutions, which is one with the most words in common.
 */
export function align(
  reference: readonly string[],
  hypothesis: readonly string[],
  { openEnd = false }: Options = {},
): Pair[] {
  const width = hypothesis.length + 1;
  const costs = new Float64Array((reference.length + 1) * width);
  const cost = (row: number, column: number): number => costs[row * width + column] ?? 0;
  for (let row = 0; row <= reference.length; row++) {
    for (let column = 0; column < width; column++) {
      costs[row * width + column] =
        row === 0 || column === 0
          ? (row + column) * editCost
          : Math.min(
              cost(row - 1, column - 1) +
                (reference[row - 1] === hypothesis[column - 1] ? 0 : substitutionCost),
              cost(row - 1, column) + editCost,
              cost(row, column - 1) + editCost,
            );
    }
  }

  let row = reference.length;
  if (openEnd) {
    for (let end = row - 1; end >= 0; end--) {
      if (cost(end, hypothesis.length) <= cost(row, hypothesis.length)) row = end;
    }
  }
  let column = hypothesis.length;
  const pairs: Pair[] = [];
  while (row > 0 || column > 0) {
    const here = cost(row, column);
    const left = reference[row - 1] ?? "";
    const right = hypothesis[column - 1] ?? "";
    if (
      row > 0 &&
      column > 0 &&
      here === cost(row - 1, column - 1) + (left === right ? 0 : substitutionCost)
    ) {
      pairs.push({ kind: left === right ? "same" : "substitution", reference: left, hypothesis: right });
      row--;
      column--;
    } else if (row > 0 && here === cost(row - 1, column) + editCost) {
      pairs.push({ kind: "deletion", reference: left, hypothesis: null });
      row--;
    } else {
      pairs.push({ kind: "insertion", reference: null, hypothesis: right });
      column--;
    }
  }
  return pairs.reverse();
}

export function countEdits(pairs: readonly Pair[]): number {
  return pairs.filter((pair) => pair.kind !== "same").length;
}
