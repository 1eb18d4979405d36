import { bytesToSamples } from "../../shared/audio.ts";
import { wavHeader } from "../../shared/wav-header.ts";
import type { Piece } from "../speak-request.ts";
import type { Audio } from "./formats.ts";

/** What has come, without the header of a WAV stream, whose length was open. */
export type Recording = {
  readonly audio: Audio;
  readonly bytes: number;
  readonly parts: readonly BlobPart[];
  add(piece: Piece): void;
};

/** Browsers keep large blobs on the disk. */
const foldBytes = 4_000_000;

/** Nothing at first. A long text is hundreds of megabytes: they are given to the browser as they come, and not held by the page. */
export function createRecording(audio: Audio): Recording {
  const folded: Blob[] = [];
  let loose: Piece[] = [];
  let looseBytes = 0;
  let bytes = 0;
  return {
    audio,
    get bytes() {
      return bytes;
    },
    get parts() {
      return [...folded, ...loose];
    },
    add(piece) {
      loose.push(piece);
      looseBytes += piece.length;
      bytes += piece.length;
      if (looseBytes < foldBytes) return;
      folded.push(new Blob(loose));
      loose = [];
      looseBytes = 0;
    },
  };
}

/** To be downloaded. */
export type SpeechFile = { readonly name: string; readonly label: string; readonly blob: Blob };

const rawExtensions = { linear16: "pcm", mulaw: "ulaw", alaw: "alaw" } as const;

/** The files it can be had as, the one that any player plays first. None when nothing has come. */
export function filesOf({ audio, bytes, parts }: Recording): readonly SpeechFile[] {
  if (bytes === 0) return [];
  const name = (extension: string) => `speech.${extension}`;
  if (audio.kind === "media") {
    const { extension, mediaType } = audio;
    const blob = new Blob([...parts], { type: mediaType });
    return [{ name: name(extension), label: extension.toUpperCase(), blob }];
  }
  const raw = new Blob([...parts], { type: "application/octet-stream" });
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
export function secondsOf({ audio, bytes }: Recording): number | null {
  if (audio.kind === "media") return null;
  return bytesToSamples(bytes, { ...audio, channels: 1 }) / audio.sampleRate;
}
