import { closedInWords, type Words } from "../../client/element/words.ts";
import {
  CaptionwireError,
  type Publisher,
  type PublisherState,
  publish,
  type Recognition,
} from "../../client/index.ts";
import { tokenSource } from "../token.ts";
import { type Sound, SoundError, soundFormat } from "./sound.ts";

export type Stage =
  | { readonly stage: "ready" }
  | { readonly stage: "opening" }
  | { readonly stage: "on-air"; readonly publisher: PublisherState }
  | { readonly stage: "finishing"; readonly publisher: PublisherState }
  | { readonly stage: "finished" }
  | { readonly stage: "failed"; readonly message: string };

export type Broadcast = {
  /** Session of the broadcast, once the room has given it one. */
  readonly session: string | null;
  /** When the first sound was written, on `performance.now()`'s clock; `null` before. */
  readonly spokenAt: number | null;
  /** Ends the sound; the last words are still waited for. */
  stop(): void;
};

/** Sends a sound into a room from its beginning to its last words. Every stage is told; none is skipped at the end. */
export function broadcast(
  room: string,
  recognition: Recognition,
  open: () => Promise<Sound>,
  handleStage: (stage: Stage) => void,
): Broadcast {
  let sound: Sound | null = null;
  let isStopped = false;
  let isFinishing = false;
  let session: string | null = null;
  let spokenAt: number | null = null;

  async function run(): Promise<void> {
    handleStage({ stage: "opening" });
    sound = await open();
    if (isStopped) {
      sound.stop();
      handleStage({ stage: "ready" });
      return;
    }
    const publisher = publish({
      url: location.origin,
      room,
      token: tokenSource(["captions:publish"], room),
      format: soundFormat,
      recognition,
      onState(state) {
        if (state.state === "connected") session = state.session;
        // A failure and the finish are told where they are awaited.
        if (state.state === "failed") sound?.stop();
        else if (state.state !== "finished") {
          handleStage({ stage: isFinishing ? "finishing" : "on-air", publisher: state });
        }
      },
    });
    try {
      const failure = await pump(sound, publisher);
      isFinishing = true;
      handleStage({ stage: "finishing", publisher: publisher.state });
      await publisher.finish();
      if (failure !== null) throw failure;
    } finally {
      sound.stop();
      publisher.close();
    }
    handleStage({ stage: "finished" });
  }

  /** A sound that breaks off is returned, not thrown: what was heard until then still gets its last words. */
  async function pump(sound: Sound, publisher: Publisher): Promise<Error | null> {
    try {
      for await (const audio of sound.audio) {
        spokenAt ??= performance.now();
        publisher.write(audio);
      }
      return null;
    } catch (error) {
      return error instanceof Error ? error : new SoundError("The sound broke off.");
    }
  }

  run().catch((error: unknown) => {
    const code = error instanceof CaptionwireError ? error.code : "";
    const message = error instanceof Error ? error.message : "Something went wrong.";
    handleStage({ stage: "failed", message: closedInWords(code, message) });
  });

  return {
    get session() {
      return session;
    },
    get spokenAt() {
      return spokenAt;
    },
    stop() {
      isStopped = true;
      sound?.stop();
    },
  };
}

export function stageInWords(stage: Stage): Words {
  switch (stage.stage) {
    case "ready":
      return { announced: "Ready", tone: "calm" };
    case "opening":
      return { announced: "Opening the sound", tone: "calm" };
    case "finished":
      return { announced: "Finished. The last words are in the room.", tone: "calm" };
    case "failed":
      return { announced: stage.message, tone: "trouble" };
    case "on-air":
    case "finishing":
      if (stage.publisher.state === "disconnected") {
        return {
          announced: "Connection lost. The sound is kept, trying again",
          tone: "trouble",
          retryInMs: stage.publisher.retryInMs,
        };
      }
      if (stage.stage === "finishing") return { announced: "Waiting for the last words", tone: "calm" };
      if (stage.publisher.state === "connected") return { announced: "On air", tone: "live" };
      return { announced: "Connecting to the room", tone: "calm" };
  }
}
