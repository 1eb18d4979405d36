import { nameContainer } from "./containers.ts";
import type { AudioFormat } from "./format.ts";
import { createWavReader, type WavRead } from "./wav-reader.ts";

/** Gets at the audio in a stream's bytes. */
export type Opener = { read(bytes: Uint8Array): WavRead };

/** For raw audio of a known format, or with `null` for audio whose container says what it is (reference 3.2). */
export function createOpener(audio: AudioFormat | null): Opener {
  return audio === null ? createWavReader() : createRawOpener(audio);
}

/** Raw audio is what it is said to be, unless it begins as a container does that was compressed (reference 3.2, 3.6). */
function createRawOpener(format: AudioFormat): Opener {
  let isFirst = true;
  return {
    read(bytes) {
      const container = isFirst ? nameContainer(bytes) : null;
      isFirst = false;
      return container === null
        ? { kind: "audio", format, bytes }
        : { kind: "undecodable", reason: `the audio is ${container}, not raw` };
    },
  };
}

/** The reason with which a socket is closed (1008), short enough for a close frame (123 bytes). */
export function undecodableReason(reason: string): string {
  return `No audio that can be decoded (DATA-0000): ${reason}. This engine reads WAV only.`;
}
