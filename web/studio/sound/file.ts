import { toLinear16 } from "./linear16.ts";
import { atRealTime } from "./real-time.ts";
import { bytesPerSecond, heardBy, type Sound, SoundError, type SoundHooks, soundFormat } from "./sound.ts";

/** Plays any file that the browser can decode into the room, at real time, mixed to one channel. */
export async function openFile(file: File | undefined, hooks: SoundHooks): Promise<Sound> {
  if (file === undefined) throw new SoundError("Choose a sound file first.");
  const decoded = await decode(file);
  const stopping = new AbortController();
  return {
    audio: heardBy(hooks, atRealTime(inOnePiece(toLinear16(mix(decoded))), bytesPerSecond, stopping.signal)),
    stop: () => stopping.abort(),
  };
}

async function decode(file: File): Promise<AudioBuffer> {
  // A context of our rate resamples while it decodes; it never plays anything.
  const context = new OfflineAudioContext(1, 1, soundFormat.sampleRate);
  try {
    return await context.decodeAudioData(await file.arrayBuffer());
  } catch {
    throw new SoundError(
      `The browser cannot decode “${file.name}”. Choose a file that it can play, such as WAV, MP3 or M4A.`,
    );
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
