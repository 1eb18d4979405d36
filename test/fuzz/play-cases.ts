import fc from "fast-check";

export type Sample = {
  readonly seed: number;
  readonly cases: number;
  /** Only this one of them. */
  readonly only?: number;
};

export type Play<C> = {
  /** At once. */
  readonly inFlight: number;
  /** Answers which way the case went; throws what is wrong. */
  play(one: C, index: number): Promise<string>;
  handleFailure(error: unknown, one: C, index: number): void;
  /** After each, `played` of them so far. */
  handlePlayed(played: number, index: number): void;
};

/** Plays the cases of a seed, and counts how many went which way. */
export async function playCases<C>(
  anyCase: fc.Arbitrary<C>,
  { seed, cases: count, only }: Sample,
  { inFlight, play, handleFailure, handlePlayed }: Play<C>,
): Promise<{ readonly played: number; readonly outcomes: ReadonlyMap<string, number> }> {
  // The same seed gives the same cases, whatever their number.
  const cases = fc.sample(anyCase, { seed, numRuns: only === undefined ? count : only + 1 });
  const waiting = only === undefined ? [...cases.entries()] : [...cases.entries()].slice(only);
  const outcomes = new Map<string, number>();
  let played = 0;

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, one] = next;
      try {
        const outcome = await play(one, index);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      } catch (error) {
        handleFailure(error, one, index);
      }
      played++;
      handlePlayed(played, index);
    }
  }

  await Promise.all(Array.from({ length: inFlight }, work));
  return { played, outcomes };
}
