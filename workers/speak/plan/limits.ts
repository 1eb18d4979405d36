/**
 * What one request to the provider may hold, in the provider's own count of characters (`sizeOf`).
 *
 * The first chunk decides how soon there is sound and must last until the second one sounds; the others only have to
 * fit. `firstMin`, `firstMax` and `sentenceMax` are wishes, `max` is a law.
 */
export type PlanLimits = {
  /** The first chunk should be at least this long: some two seconds of speech. */
  readonly firstMin: number;
  /** A first sentence longer than `sentenceMax` is left at a clause, by here if it has one. */
  readonly firstMax: number;
  /** No sentence up to this length is cut for the sake of an early start. */
  readonly sentenceMax: number;
  /** No chunk is larger. */
  readonly max: number;
  /** What one code point counts, at least 1 and at most `max`. */
  readonly sizeOf: (codePoint: number) => number;
};

/** As most providers count. A lone surrogate is sent as U+FFFD, which is one too. */
export const inCodePoints = (): number => 1;

/** As JavaScript counts. */
export const inUtf16Units = (codePoint: number): number => (codePoint > 0xffff ? 2 : 1);

/**
 * The provider takes 2000 characters a request and does not say of which kind. Of code points 1900 leave room for what
 * its normalisation may add.
 */
const aura: PlanLimits = { firstMin: 40, firstMax: 100, sentenceMax: 160, max: 1900, sizeOf: inCodePoints };

const perFamily: Readonly<Record<string, PlanLimits>> = { aura };

/** The limits for a model's name such as `aura-2-thalia-en`; those of the smallest known family for any other. */
export function limitsFor(model: string): PlanLimits {
  return perFamily[model.split("-", 1)[0] ?? ""] ?? aura;
}

/** The language a model's name ends in (`aura-2-thalia-en` → `en`), or `""` when it names none. */
export function languageOf(model: string): string {
  return /-([a-z]{2})(?:-[a-z]{2})?$/i.exec(model)?.[1]?.toLowerCase() ?? "";
}
