import { captureStream } from "./capture.ts";
import { type LiveSound, SoundError, type SoundHooks } from "./sound.ts";

const ended = "The sharing of the tab has ended. Press Start to choose a tab again.";

/** Listens to what another tab plays, which is still heard there. Throws a `SoundError`. */
export async function openTab(hooks: SoundHooks): Promise<LiveSound> {
  const stream = await ask();
  if (stream.getAudioTracks().length === 0) {
    for (const track of stream.getTracks()) track.stop();
    throw new SoundError(noSound());
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
    // Without a picture Chrome shares nothing. Nobody looks at it, so it is small; it is left alone until the end, because whether the
    // sound goes on without it is not promised.
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

/** Why nothing is shared, by the name of the browser's error, and what to do. */
export function tabRefusal(name: string): string {
  switch (name) {
    case "NotAllowedError":
      return "Nothing was shared. Try again, and choose a tab; if the browser did not ask, its system settings forbid it.";
    case "NotReadableError":
      return "The system does not let the browser share this. Choose a tab instead of a window or a screen.";
    case "NotFoundError":
      return "The browser found nothing to share.";
    default:
      return "The tab could not be shared. Try again, or use Chrome or Edge.";
  }
}

function noSound(): string {
  const can = "“Also share tab audio”";
  return `What you chose has no sound. Choose a tab and switch on ${can}. Only Chrome and Edge offer it; Firefox and Safari share pictures alone.`;
}
