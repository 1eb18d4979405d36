import { type Measured, measuredTexts } from "../../shared/measured-texts.ts";

/** Characters: of texts that are one request to the provider, and of one that is many. */
const lengths = { single: [50, 200, 400, 700, 1_000, 1_400, 1_800], long: 6_000 } as const;

/** The texts the page has spoken, one after the other. */
export function measurePlan(rounds: number): readonly Measured[] {
  return measuredTexts(lengths, rounds);
}

export function charactersOf(plan: readonly Measured[]): number {
  return plan.reduce((sum, { text }) => sum + text.length, 0);
}
