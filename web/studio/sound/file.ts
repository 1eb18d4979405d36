import { capture } from "./capture.ts";
import { type Sound, SoundError, type SoundHooks, soundFormat } from "./sound.ts";

/**
 * Plays any file that the browser can decode into the room, at real time, mixed to one channel. The audio thread plays it:
 * the timers of a page in the background come too rarely. Throws a `SoundError`.
 */
export async function openFile(file: File | undefined, hooks: SoundHooks): Promise<Sound> {
  if (file === undefined) throw new SoundError("Choose a sound file first.");
  // At our rate it is decoded to less, and nothing has to be resampled after that.
  const context = new AudioContext({ sampleRate: soundFormat.sampleRate });
  const decoded = await decode(context, file);
  return capture(
    context,
    {
      connect(context, end) {
        const player = context.createBufferSource();
        player.buffer = decoded;
        player.addEventListener("ended", () => end(null));
        player.start();
        return player;
      },
      close() {},
    },
    hooks,
  );
}

async function decode(context: AudioContext, file: File): Promise<AudioBuffer> {
  try {
    return await context.decodeAudioData(await file.arrayBuffer());
  } catch {
    void context.close();
    throw new SoundError(
      `The browser cannot decode “${file.name}”. Choose a file that it can play, such as WAV, MP3 or M4A.`,
    );
  }
}
