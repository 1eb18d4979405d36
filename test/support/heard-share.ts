const words = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z\s]/g, "")
    .split(/\s+/)
    .filter(Boolean);

/** Share of the words of `text` that `shown` holds. Recognition is not perfect, and this is not where it is measured. */
export function heardShare(shown: string, text: string): number {
  const heard = new Set(words(shown));
  const wanted = words(text);
  return wanted.filter((word) => heard.has(word)).length / wanted.length;
}
