import type { Words } from "../../client/element/words.ts";
import type { ErrorCode, PublisherState, Status } from "../../client/index.ts";
import { limits } from "../../shared/limits.ts";
import { closedInWords } from "../../shared/words.ts";
import { mayNotPublish } from "./rights.ts";

/** How far a broadcast is. */
export type Stage =
  | { readonly stage: "ready" }
  | { readonly stage: "opening" }
  | {
      readonly stage: "on-air";
      readonly publisher: PublisherState;
      /** What the room has last said; `null` before. */
      readonly room: Status | null;
    }
  | {
      readonly stage: "finishing";
      readonly publisher: PublisherState;
      /** Why the sound broke off; `null` when it was stopped or is over. */
      readonly because: string | null;
    }
  | { readonly stage: "finished" }
  | {
      readonly stage: "failed";
      /** `null`: it was no answer of the room. */
      readonly code: ErrorCode | null;
      readonly message: string;
      /** Whether it was on air before. */
      readonly wasOnAir: boolean;
    };

export function isUnderWay({ stage }: Stage): boolean {
  return stage === "opening" || stage === "on-air" || stage === "finishing";
}

/** Last words that wait for a lost connection can be given up; those that are on their way come. */
export function mayStop(stage: Stage): boolean {
  return stage.stage === "finishing" ? stage.publisher.state === "disconnected" : isUnderWay(stage);
}

export function stageInWords(stage: Stage): Words {
  switch (stage.stage) {
    case "ready":
      return { announced: "Off air", tone: "calm" };
    case "opening":
      return { announced: "Opening the sound", tone: "calm" };
    case "finished":
      return { announced: "Finished. The last words are in the room.", tone: "calm" };
    case "failed":
      return { announced: failureInWords(stage.code, stage.message, stage.wasOnAir), tone: "trouble" };
    case "on-air":
      if (stage.publisher.state === "disconnected") return lostInWords(stage.publisher.retryInMs);
      if (stage.publisher.state === "connected") return onAirInWords(stage.room);
      return { announced: "Connecting to the room", tone: "calm" };
    case "finishing": {
      const words: Words =
        stage.publisher.state === "disconnected"
          ? lostInWords(stage.publisher.retryInMs)
          : { announced: "Waiting for the last words", tone: "calm" };
      if (stage.because === null) return words;
      return { ...words, announced: `${stage.because} ${words.announced}`, tone: "trouble" };
    }
  }
}

const kept = `The newest ${limits.audioBufferMaxMs / 60_000} minutes of sound are kept`;

function lostInWords(retryInMs: number): Words {
  return { announced: `Connection lost. ${kept}, trying again`, tone: "trouble", retryInMs };
}

function onAirInWords(room: Status | null): Words {
  if (room?.reason === "provider_unavailable") {
    return {
      announced: `On air, but the speech service cannot be reached. ${kept}; captions will follow`,
      tone: "trouble",
    };
  }
  if (room?.state === "recovering") {
    return {
      announced: `On air, but captions are interrupted. ${kept}; they will come back`,
      tone: "trouble",
    };
  }
  return { announced: "On air", tone: "live" };
}

function failureInWords(code: ErrorCode | null, message: string, wasOnAir: boolean): string {
  switch (code) {
    case "publisher_present":
      return wasOnAir
        ? "Somebody else has taken over this room. Your sound is not sent any more."
        : "Somebody else is on air in this room. Wait, choose another room, or take over.";
    case "scope_missing":
      return mayNotPublish;
    case "room_forbidden":
      return "This link is for another room. Choose that room, or ask for another link.";
    case "cap_reached":
      return "This link's time on air is used up. Ask for a new one.";
    case "provider_refused":
      return "The speech service refused the settings or the account. Check the room's language and model, then tell whoever runs the service.";
    case "internal":
      return "Something went wrong in the room. Press Start again.";
    default:
      return closedInWords(code ?? "", message);
  }
}
