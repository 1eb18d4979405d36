/**
 * When a message left the provider, carried in its text as one more word: `~f123456~`. Tens of microseconds on the
 * machine's monotonic clock, which all processes share; no two messages of a stream have the same.
 */
export const markKinds = ["f", "i", "n"] as const;
/** `f` a final; `i` the first interim of an utterance; `n` a later one, which a room may hold back for a while. */
export type MarkKind = (typeof markKinds)[number];

export type Mark = { readonly kind: MarkKind; readonly at: number };

export function clock(): number {
  return Number(process.hrtime.bigint() / 10_000n);
}

export function clockToMs(ticks: number): number {
  return ticks / 100;
}

export function writeMark(kind: MarkKind, at: number): string {
  return `~${kind}${at}~`;
}

const pattern = /~([fin])(\d+)~/g;

/** Every mark in a frame, each once. */
export function marksIn(text: string): Mark[] {
  const marks: Mark[] = [];
  for (const [, kind, digits] of text.matchAll(pattern)) {
    const at = Number(digits);
    if (!marks.some((known) => known.at === at)) marks.push({ kind: kindOf(kind), at });
  }
  return marks;
}

const tilde = "~";

/** The first mark alone, without looking at what follows it. */
export function firstMark(text: string): Mark | null {
  const from = text.indexOf(tilde);
  if (from === -1) return null;
  const to = text.indexOf(tilde, from + 1);
  return { kind: kindOf(text[from + 1]), at: Number(text.slice(from + 2, to)) };
}

function kindOf(letter: string | undefined): MarkKind {
  return markKinds.find((kind) => kind === letter) ?? "n";
}
