import { bytesToSamples } from "../../shared/audio.ts";
import { wavHeader } from "../../shared/wav-header.ts";
import type { Piece } from "../speak-request.ts";
import type { Audio } from "./formats.ts";

/** What has come, without the header of a WAV stream, whose length was open. */
export type Recording = { readonly audio: Audio; readonly pieces: readonly Piece[] };

/** To be downloaded. */
export type SpeechFile = { readonly name: string; readonly label: string; readonly blob: Blob };

const rawExtensions = { linear16: "pcm", mulaw: "ulaw", alaw: "alaw" } as const;

/** The files it can be had as, the one that any player plays first. None when nothing has come. */
export function filesOf({ audio, pieces }: Recording): readonly SpeechFile[] {
  const bytes = bytesOf(pieces);
  if (bytes === 0) return [];
  const name = (extension: string) => `speech.${extension}`;
  if (audio.kind === "media") {
    const { extension, mediaType } = audio;
    const blob = new Blob([...pieces], { type: mediaType });
    return [{ name: name(extension), label: extension.toUpperCase(), blob }];
  }
  const raw = new Blob([...pieces], { type: "application/octet-stream" });
  // Made of the other: it may be hundreds of megabytes, which are not copied then.
  const wav = new Blob([wavHeader(audio, bytes), raw], { type: "audio/wav" });
  return [
    { name: name("wav"), label: "WAV", blob: wav },
    ...(audio.container === "none"
      ? [{ name: name(rawExtensions[audio.encoding]), label: "raw samples", blob: raw }]
      : []),
  ];
}

/** Null where only a player can tell. */
export function secondsOf({ audio, pieces }: Recording): number | null {
  if (audio.kind === "media") return null;
  return bytesToSamples(bytesOf(pieces), { ...audio, channels: 1 }) / audio.sampleRate;
}

function bytesOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
