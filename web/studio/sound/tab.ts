import { captureStream } from "./capture.ts";
import { noSound, tabRefusal } from "./refusals.ts";
import { type LiveSound, SoundError, type SoundHooks } from "./sound.ts";

const ended = "The sharing of the tab has ended. Press Start to choose a tab again.";

/** Listens to what another tab plays, which is still heard there. Throws a `SoundError`. */
export async function openTab(hooks: SoundHooks): Promise<LiveSound> {
  const stream = await ask();
  if (stream.getAudioTracks().length === 0) {
    for (const track of stream.getTracks()) track.stop();
    throw new SoundError(noSound);
  }
  return captureStream(stream, ended, hooks);
}

type Constraints = DisplayMediaStreamOptions & {
  // Chrome's, and no more than hints.
  readonly selfBrowserSurface?: "exclude";
  readonly systemAudio?: "include";
};

async function ask(): Promise<MediaStream> {
  // The types promise both; telephones have no such thing.
  const devices: Partial<MediaDevices> | undefined = navigator.mediaDevices;
  if (devices?.getDisplayMedia === undefined)
    throw new SoundError(
      "This browser cannot share the sound of a tab. Chrome and Edge on a computer can, from https:// pages.",
    );
  const wanted: Constraints = {
    // Without a picture Chrome shares nothing. Nobody looks at it, so it is small; it is left alone until the end, because
    // whether the sound goes on without it is not promised.
    video: { width: 320, frameRate: 1 },
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    selfBrowserSurface: "exclude",
    systemAudio: "include",
  };
  try {
    return await navigator.mediaDevices.getDisplayMedia(wanted);
  } catch (error) {
    throw new SoundError(tabRefusal(error instanceof DOMException ? error.name : ""));
  }
}
