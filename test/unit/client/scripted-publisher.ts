import { type PublisherState, type PublishOptions, publish } from "../../../client/index.ts";
import { settle } from "../../support/virtual-time.ts";
import { scene } from "./scripted-socket.ts";

const format = { encoding: "linear16", sampleRate: 16_000, channels: 1 } as const;
export const live = { state: "live", since: 1 } as const;
/** `samples` samples that can be told apart by their place in the recording. */
export const sound = (samples: number, from = 0) =>
  new Uint8Array(Uint16Array.from({ length: samples }, (_, index) => from + index).buffer);

/** A publisher in scripted surroundings: nothing it reaches for is real. */
export async function publisher(options: Partial<PublishOptions> = {}) {
  const stage = scene(0.5);
  const states: PublisherState[] = [];
  const acks: number[] = [];
  const handle = publish({
    url: "http://captions.test",
    room: "demo",
    token: () => "t",
    format,
    ports: stage.ports,
    onState: (state) => states.push(state),
    onAck: (position) => acks.push(position),
    ...options,
  });
  await settle();
  return { ...stage, ...handle, handle, states, acks };
}

export const ready = (resumeFrom: number, session = "s1") => ({
  type: "ready",
  session,
  resumeFrom,
  status: live,
});
export const joined = (pieces: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(pieces));
