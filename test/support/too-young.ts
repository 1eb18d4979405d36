/** Younger than the oldest browsers in `web/vite.config.ts`; bundlers bring no substitutes. */
export const tooYoung =
  /\b(?:toSorted|toReversed|toSpliced|withResolvers|toWellFormed|isWellFormed|groupBy|fromAsync)\b/;
