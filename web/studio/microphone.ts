import { type Sound, SoundError, soundFormat, toLinear16 } from "./sound.ts";

/** Listens to a microphone until stopped, or until it is unplugged. `deviceId` "" is the browser's default. */
export async function openMicrophone(deviceId: string): Promise<Sound> {
  const stream = await ask(deviceId);
  const context = new AudioContext({ sampleRate: soundFormat.sampleRate });
  const queue = createQueue();

  function stop(): void {
    for (const track of stream.getTracks()) track.stop();
    if (context.state !== "closed") void context.close();
    queue.end();
  }

  try {
    await context.audioWorklet.addModule(new URL("./capture.worklet.js", import.meta.url));
    await context.resume();
    const capture = new AudioWorkletNode(context, "capture", {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    capture.port.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data instanceof Float32Array) queue.push(toLinear16(data));
    };
    context.createMediaStreamSource(stream).connect(capture);
  } catch {
    stop();
    throw new SoundError("The browser could not listen to this microphone.");
  }
  for (const track of stream.getTracks()) track.addEventListener("ended", stop);
  return { audio: queue.items, stop };
}

async function ask(deviceId: string): Promise<MediaStream> {
  // The type promises it, but pages that came over plain http from another machine have none.
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (devices === undefined)
    throw new SoundError("Browsers give microphones only to https:// pages and to localhost.");
  try {
    return await devices.getUserMedia({
      audio: { channelCount: 1, ...(deviceId === "" ? {} : { deviceId: { exact: deviceId } }) },
    });
  } catch (error) {
    throw new SoundError(refusalInWords(error instanceof DOMException ? error.name : ""));
  }
}

function refusalInWords(name: string): string {
  switch (name) {
    case "NotAllowedError":
      return "The browser may not use the microphone. Allow it beside the page's address, then press Start again.";
    case "NotFoundError":
      return "No microphone was found. Plug one in, then press Start again.";
    case "OverconstrainedError":
      return "This microphone is no longer there. Choose another one.";
    case "NotReadableError":
      return "The microphone is in use by another program, or switched off.";
    default:
      return "The microphone could not be opened.";
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

type Queue = {
  push(item: Uint8Array): void;
  end(): void;
  readonly items: AsyncIterable<Uint8Array>;
};

/** From the audio thread's events to a loop that waits for the next one. */
function createQueue(): Queue {
  const waiting: Uint8Array[] = [];
  let hasEnded = false;
  let wake = (): void => {};

  async function* items(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const item = waiting.shift();
      if (item !== undefined) yield item;
      else if (hasEnded) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  return {
    push(item) {
      waiting.push(item);
      wake();
    },
    end() {
      hasEnded = true;
      wake();
    },
    items: items(),
  };
}
