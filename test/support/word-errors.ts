const plain = (text: string) => text.toLowerCase().match(/[a-z']+/g) ?? [];

/** Words put in, left out or changed, as a share of the words there should be. */
export function wordErrorRate(expected: string, heard: string): number {
  const [from, to] = [plain(expected), plain(heard)];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, word] of from.entries()) {
    const next = [i + 1];
    for (const [j, other] of to.entries()) {
      const changed = (row[j] ?? 0) + (word === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return (row.at(-1) ?? 0) / from.length;
}
