import type { AudioFormat } from "../../../client/index.ts";

/** What every source of the studio delivers: enough for speech, and light on a slow uplink. */
export const soundFormat = {
  encoding: "linear16",
  sampleRate: 16_000,
  channels: 1,
} as const satisfies AudioFormat;

export const bytesPerSecond = soundFormat.sampleRate * 2;

/** Sound as it is spoken: pieces come at real time until the source runs dry or is stopped. */
export type Sound = {
  /** To be read once. Throws a `SoundError` when the source broke off by itself. */
  readonly audio: AsyncIterable<Uint8Array>;
  /** Ends `audio` after what was already heard; may be called more than once. */
  stop(): void;
};

/** Sound that comes whether it is read or not: what comes before somebody reads `audio` is heard by the meter alone. */
export type LiveSound = Sound & {
  /** Why it ended by itself; `null` when it was stopped. */
  readonly ended: Promise<SoundError | null>;
};

export type SoundHooks = {
  /** Each piece, as it comes. */
  heard(audio: Uint8Array): void;
  /** Nothing was heard for so long, because the browser or the machine stood still. */
  stoodStill(ms: number): void;
};

/** A reason why there is no sound, in words for whoever runs the studio. */
export class SoundError extends Error {}

/** The pieces as they are, each heard by `hooks` on its way. */
export async function* heardBy(
  hooks: SoundHooks,
  audio: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const piece of audio) {
    hooks.heard(piece);
    yield piece;
  }
}
