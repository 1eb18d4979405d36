/** The first bytes by which other containers and compressed formats are known. */
const SIGNATURES: readonly (readonly [name: string, at: number, bytes: readonly number[]])[] = [
  ["Ogg", 0, ascii("OggS")],
  ["WebM or Matroska", 0, [0x1a, 0x45, 0xdf, 0xa3]],
  ["FLAC", 0, ascii("fLaC")],
  ["MP3", 0, ascii("ID3")],
  ["MP4", 4, ascii("ftyp")],
  ["AMR", 0, ascii("#!AMR")],
  ["AIFF", 0, ascii("FORM")],
];

/** The name of the container that begins with `head`, when it is one of the well-known that are not WAV. */
export function nameContainer(head: Uint8Array): string | null {
  const known = SIGNATURES.find(([, at, bytes]) => bytes.every((byte, index) => head[at + index] === byte));
  return known?.[0] ?? null;
}

/** MP3 needs no container: its frames begin with eleven bits that are set, then version and layer. */
export function isMp3Frame(head: Uint8Array): boolean {
  return head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2;
}

function ascii(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}
