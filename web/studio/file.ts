import { atRealTime } from "./real-time.ts";
import { type Sound, SoundError, soundFormat, toLinear16 } from "./sound.ts";

/** Plays any file that the browser can decode into the room, at real time, mixed to one channel. */
export async function openFile(file: File | undefined): Promise<Sound> {
  if (file === undefined) throw new SoundError("Choose a sound file first.");
  const decoded = await decode(file);
  const stopping = new AbortController();
  return {
    audio: atRealTime(inOnePiece(toLinear16(mix(decoded))), soundFormat.sampleRate * 2, stopping.signal),
    stop: () => stopping.abort(),
  };
}

async function decode(file: File): Promise<AudioBuffer> {
  // A context of our rate resamples while it decodes; it never plays anything.
  const context = new OfflineAudioContext(1, 1, soundFormat.sampleRate);
  try {
    return await context.decodeAudioData(await file.arrayBuffer());
  } catch {
    throw new SoundError(`The browser cannot decode “${file.name}”.`);
  }
}

function mix(decoded: AudioBuffer): Float32Array {
  const mixed = new Float32Array(decoded.length);
  for (let channel = 0; channel < decoded.numberOfChannels; channel++) {
    const samples = decoded.getChannelData(channel);
    for (let index = 0; index < mixed.length; index++) {
      mixed[index] = (mixed[index] ?? 0) + (samples[index] ?? 0) / decoded.numberOfChannels;
    }
  }
  return mixed;
}

async function* inOnePiece(audio: Uint8Array): AsyncGenerator<Uint8Array> {
  yield audio;
}
