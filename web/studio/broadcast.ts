import {
  CaptionwireError,
  type Publisher,
  type PublisherState,
  publish,
  type Recognition,
  type Status,
} from "../../client/index.ts";
import { tokenSource } from "../token.ts";
import { bytesPerSecond, type Sound, SoundError, soundFormat } from "./sound/sound.ts";
import type { Stage } from "./stage.ts";

export type BroadcastOptions = {
  readonly room: string;
  readonly recognition: Recognition;
  /** Sends whoever publishes there now away; the token has to allow it. */
  readonly takeover: boolean;
  /** `signal`: the sound is not wanted any more. One that comes all the same is stopped. */
  open(signal: AbortSignal): Promise<Sound>;
  handleStage(stage: Stage): void;
  handleAudience(viewers: number): void;
};

export type Broadcast = {
  /** Session of the broadcast, once the room has given it one. */
  readonly session: string | null;
  /** Of its audio, milliseconds until now. */
  readonly publishedMs: number;
  /** When the first sound was written, on `performance.now()`'s clock; `null` before. */
  readonly spokenAt: number | null;
  /**
   * Ends the sound; the last words are still waited for. What is still being opened is given up at once, and so are, the
   * second time, last words that do not come because the connection is lost.
   */
  stop(): void;
};

/**
 * Sends a sound into a room from its beginning to its last words. Every stage is told; none is skipped at the end. A sound that
 * breaks off is told as a failure, after what was heard until then has got its last words.
 */
export function broadcast(options: BroadcastOptions): Broadcast {
  const { room, recognition, takeover, handleStage } = options;
  let sound: Sound | null = null;
  const givingUp = new AbortController();
  let phase: "opening" | "on-air" | "finishing" = "opening";
  let because: string | null = null;
  let publishing: Publisher | null = null;
  let isGivenUp = false;
  let publisherState: PublisherState = { state: "connecting" };
  let status: Status | null = null;
  let session: string | null = null;
  let spokenAt: number | null = null;
  let bytes = 0;

  function tell(): void {
    // A failure and the finish are told where they are awaited.
    if (publisherState.state === "failed" || publisherState.state === "finished") return;
    handleStage(
      phase === "finishing"
        ? { stage: "finishing", publisher: publisherState, because }
        : { stage: "on-air", publisher: publisherState, room: status },
    );
  }

  async function run(): Promise<void> {
    handleStage({ stage: "opening" });
    sound = await options.open(givingUp.signal);
    if (givingUp.signal.aborted) {
      sound.stop();
      return;
    }
    phase = "on-air";
    const publisher = publish({
      url: location.origin,
      room,
      token: tokenSource(takeover ? ["captions:publish", "rooms:admin"] : ["captions:publish"], room),
      takeover,
      format: soundFormat,
      recognition,
      onState(state) {
        publisherState = state;
        if (state.state === "connected") session = state.session;
        if (state.state === "failed") sound?.stop();
        tell();
      },
      onStatus(next) {
        status = next;
        tell();
      },
      onAudience: options.handleAudience,
    });
    publishing = publisher;
    try {
      const failure = await pump(sound, publisher);
      phase = "finishing";
      if (failure !== null) because = inWords(failure);
      tell();
      await publisher.finish();
      if (failure !== null) throw failure;
    } finally {
      sound.stop();
      publisher.close();
    }
    handleStage({ stage: "finished" });
  }

  async function pump(sound: Sound, publisher: Publisher): Promise<Error | null> {
    try {
      for await (const audio of sound.audio) {
        spokenAt ??= performance.now();
        publisher.write(audio);
        bytes += audio.length;
      }
      return null;
    } catch (error) {
      return error instanceof Error ? error : new SoundError("The sound broke off. Press Start again.");
    }
  }

  run().catch((error: unknown) => {
    if (givingUp.signal.aborted) return;
    handleStage({
      stage: "failed",
      code: error instanceof CaptionwireError && !isGivenUp ? error.code : null,
      message: isGivenUp ? givenUp : inWords(error),
      wasOnAir: session !== null,
    });
  });

  return {
    get session() {
      return session;
    },
    get publishedMs() {
      return (bytes * 1000) / bytesPerSecond;
    },
    get spokenAt() {
      return spokenAt;
    },
    stop() {
      sound?.stop();
      if (phase === "finishing") {
        isGivenUp = true;
        publishing?.close();
      }
      if (phase !== "opening" || givingUp.signal.aborted) return;
      // Whatever opens it may never answer: a question of the browser's, or a slow service.
      givingUp.abort();
      handleStage({ stage: "ready" });
    },
  };
}

const givenUp = "Given up. The last words that had not reached the room are lost.";

function inWords(error: unknown): string {
  // What browsers and libraries throw has words for programmers only.
  const isOurs = error instanceof SoundError || error instanceof CaptionwireError;
  return isOurs ? error.message : "Something went wrong. Press Start again.";
}
