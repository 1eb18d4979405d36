const numbers = new Intl.NumberFormat("en");

/** "1 word", "1,204 words". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${numbers.format(count)} ${count === 1 ? one : many}`;
