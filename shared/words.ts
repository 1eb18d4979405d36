import type { Segment, Status } from "./captions.ts";
import { plainLine } from "./export/plain.ts";

export type Tone = "live" | "calm" | "trouble";
export type StateWords = {
  /** Changes only when the state does, so it is fit to be announced. */
  readonly announced: string;
  readonly tone: Tone;
};

/** What a reader is told who has neither a link with a token nor a room that is public. */
export const noToken = "This page needs a link with a token. Ask for one.";

/** The state of a room in words a reader understands. */
export function roomInWords(status: Status): StateWords {
  switch (status.state) {
    case "idle":
      return { announced: "Waiting for the broadcast to begin", tone: "calm" };
    case "connecting":
      return reasonInWords(status) ?? { announced: "The broadcast is starting", tone: "calm" };
    case "live":
      return { announced: "Live", tone: "live" };
    case "recovering":
      return (
        reasonInWords(status) ?? {
          announced: "Captions are interrupted, they will come back",
          tone: "trouble",
        }
      );
    case "ended":
      return { announced: "The broadcast has ended", tone: "calm" };
  }
}

/** Why nothing comes, where the room knows. */
function reasonInWords({ reason }: Status): StateWords | null {
  switch (reason) {
    case undefined:
      return null;
    case "publisher_away":
      return { announced: "The publisher is away", tone: "trouble" };
    case "provider_unavailable":
      return { announced: "The speech service cannot be reached; captions will follow", tone: "trouble" };
  }
}

/** Why a reader is not let in. What has no words of its own here has them in the error table. */
export function closedInWords(code: string, message: string): string {
  switch (code) {
    case "token_expired":
    case "ticket_used":
      return "This link has expired. Ask for a new one.";
    case "token_revoked":
      return "This link was withdrawn. Ask for a new one.";
    case "unauthenticated":
      return noToken;
    default:
      return message;
  }
}

/** What a caption says, as one line of text. */
export function segmentInWords(segment: Segment): string {
  return segment.kind === "gap" ? gapInWords(segment) : plainLine(segment.text);
}

export function gapInWords({ start, end }: Pick<Segment, "start" | "end">): string {
  return `[captions lost ${Math.max(1, Math.round((end - start) / 1000))} s]`;
}
