const popDirection = "\u202c";
const popIsolate = "\u2069";
/** Embeddings and overrides, then isolates: each lasts until its end, or until that of the paragraph. */
const openers: Readonly<Record<string, string>> = {
  "\u202a": popDirection,
  "\u202b": popDirection,
  "\u202d": popDirection,
  "\u202e": popDirection,
  "\u2066": popIsolate,
  "\u2067": popIsolate,
  "\u2068": popIsolate,
};
const controls = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * The text with an end to every change of its direction, so that it turns nothing round that is set behind it. Only
 * such ends are added, none where the text has them itself.
 *
 * An isolate of the style sheet's making would not do: the text could end that too.
 */
export function closeDirections(text: string): string {
  /** What ends the changes that are open, the innermost last. */
  const ends: string[] = [];
  let openIsolates = 0;
  for (const [control] of text.matchAll(controls)) {
    const end = openers[control];
    if (end !== undefined) {
      ends.push(end);
      if (end === popIsolate) openIsolates += 1;
    } else if (control === popIsolate && openIsolates > 0) {
      // It ends with all that was begun inside of it.
      ends.length = ends.lastIndexOf(popIsolate);
      openIsolates -= 1;
    } else if (control === popDirection && ends.at(-1) === popDirection) {
      ends.pop();
    }
  }
  return text + ends.reverse().join("");
}
