/** An export as it was written for one version of a transcript. */
export type KeptFile = { readonly etag: string; readonly text: string };

/** What an isolate keeps: some long transcripts, or very many short ones. Characters are two bytes at most. */
const keptMaxCharacters = 4 * 1024 * 1024;
/** What was deleted in the room is not kept here for much longer. */
const keptMaxMs = 60_000;

const kept = new Map<string, KeptFile & { readonly at: number }>();
let keptCharacters = 0;

/**
 * The newest export of each kind that this isolate has written of a room. Writing one takes as long as a hundred other
 * answers, and whoever asks for it again most often asks for the same; who may have it, and whether it is still the newest,
 * is the room's to say each time.
 *
 * @param name tenant, room and kind
 */
export function keptFile(name: string): KeptFile | null {
  const now = Date.now();
  for (const [other, { at }] of kept) if (now - at > keptMaxMs) forget(other);
  return kept.get(name) ?? null;
}

export function keepFile(name: string, file: KeptFile): void {
  forget(name);
  if (file.text.length > keptMaxCharacters) return;
  for (const oldest of kept.keys()) {
    if (keptCharacters + file.text.length <= keptMaxCharacters) break;
    forget(oldest);
  }
  kept.set(name, { ...file, at: Date.now() });
  keptCharacters += file.text.length;
}

function forget(name: string): void {
  keptCharacters -= kept.get(name)?.text.length ?? 0;
  kept.delete(name);
}
