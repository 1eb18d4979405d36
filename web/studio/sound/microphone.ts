import { captureStream } from "./capture.ts";
import { microphoneRefusal } from "./refusals.ts";
import { type LiveSound, SoundError, type SoundHooks } from "./sound.ts";

export type MicrophoneChoice = {
  /** "" is the browser's default. */
  readonly deviceId: string;
  /** Whether the browser may take out echo and noise and level the sound. */
  readonly isCleanedUp: boolean;
};

const unplugged =
  "The microphone is gone: unplugged, or switched off. Plug it in or choose another one, then press Start again.";

/** Listens to a microphone until stopped, or until it is unplugged. Throws a `SoundError`. */
export async function openMicrophone(choice: MicrophoneChoice, hooks: SoundHooks): Promise<LiveSound> {
  return captureStream(await ask(choice), unplugged, hooks);
}

async function ask({ deviceId, isCleanedUp }: MicrophoneChoice): Promise<MediaStream> {
  // The type promises it, but pages that came over plain http from another machine have none.
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (devices === undefined)
    throw new SoundError("Browsers give microphones only to https:// pages and to localhost.");
  try {
    return await devices.getUserMedia({
      audio: {
        channelCount: 1,
        echoCancellation: isCleanedUp,
        noiseSuppression: isCleanedUp,
        autoGainControl: isCleanedUp,
        ...(deviceId === "" ? {} : { deviceId: { exact: deviceId } }),
      },
    });
  } catch (error) {
    throw new SoundError(microphoneRefusal(error instanceof DOMException ? error.name : ""));
  }
}

/** Microphones there are. Their names are hidden until the browser was once allowed to use one. */
export async function listMicrophones(): Promise<readonly MediaDeviceInfo[]> {
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (devices === undefined) return [];
  const all = await devices.enumerateDevices();
  return all.filter(
    ({ kind, deviceId }) => kind === "audioinput" && deviceId !== "" && deviceId !== "default",
  );
}
